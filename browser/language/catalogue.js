/* The translations of this copy of the modules; these are the English ones. Another file takes this one's place for visitors of
   another language (ui/shared/browser_files.py), and on the page without a server (site/catalogue.js). */
export { default } from "./english.js";
