import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.worker } }, rules: { eqeqeq: "error", "prefer-const": "error", "no-unused-vars": ["error", { args: "after-used" }] } },
  { files: ["**/*.mjs", "eslint.config.js"], languageOptions: { globals: globals.node } },
];
