/* The Functional API: a graph that the visitor puts together, and the Keras code that it is. */
import { asPercent, number, t, tn } from "../language/language.js";
import { keepDiagram } from "./diagram.js";
import { PLANS, build } from "./graph.js";

/** @typedef {{ title: string, recipe: string, parameters: number, accuracy: number, interval: [number, number], n: number }} Measured */

const MAX_LAYERS = 12; // layers of a branch

/** @param {import("./desk.js").Desk} desk @param {import("./book.js").Material} material @returns {import("./desk.js").Lesson} */
export function lesson(desk, { ours }) {
  let plan = structuredClone(PLANS["a small fork"]), branch = 0;
  desk.picture.hidden = true;
  desk.choice(t("Begin with"), { "Y-network": "Y-network", "one branch": t("one branch"), "a small fork": t("a small fork") }, (chosen) => {
    plan = structuredClone(PLANS[chosen]);
    branch = 0;
    side.put("left");
    inputs.put(plan.inputs === 1 ? "one" : "two");
    merge.put(plan.merge);
    show();
  }, "a small fork");
  const side = desk.choice(t("Branch"), { left: t("left"), right: t("right") }, (chosen) => { branch = chosen === "left" ? 0 : 1; });
  const add = (/** @type {string} */ label, /** @type {import("./graph.js").Step} */ step) => desk.button(label, () => {
    (plan.branches[branch] ??= []).push(step);
    if (plan.branches[branch].length > MAX_LAYERS) plan.branches[branch].pop();
    show();
  });
  add("+ Conv2D", "Conv2D");
  add(t("+ dilated"), "Dilated");
  add("+ MaxPooling2D", "MaxPooling2D");
  add("+ Dropout", "Dropout");
  desk.button(t("− last layer"), () => {
    plan.branches[branch]?.pop();
    if (branch === 1 && !plan.branches[1]?.length) plan.branches.length = 1;
    show();
  });
  const inputs = desk.choice(t("Inputs"), { one: t("one"), two: t("two") }, (chosen) => { plan.inputs = chosen === "one" ? 1 : 2; show(); });
  const merge = desk.choice(t("Joined by"), ["Add", "Concatenate"], (chosen) => { plan.merge = chosen === "Add" ? "Add" : "Concatenate"; show(); });
  const pane = Object.assign(document.createElement("div"), { className: "lesson-diagram", tabIndex: 0 }), code = Object.assign(document.createElement("pre"), { className: "lesson-code", tabIndex: 0 });
  pane.setAttribute("aria-label", t("the graph, which scrolls"));
  code.setAttribute("aria-label", t("its Keras code"));
  const both = Object.assign(document.createElement("div"), { className: "lesson-halves" });
  both.append(pane, code);
  desk.more.append(both, Object.assign(document.createElement("p"), { className: "lesson-verdict", textContent: verdict(ours) }));
  let built = build(plan);
  const draw = keepDiagram(pane, () => built.layers);
  function show() {
    built = build(plan);
    draw();
    code.textContent = built.code;
    code.classList.toggle("lesson-wrong", built.problem !== "");
    desk.changed();
  }
  show();
  return {
    draw: () => built.problem || tn("{n} layer, {parameters} parameters.", "{n} layers, {parameters} parameters.", built.layers.length, { parameters: number(built.parameters) }),
  };
}

/** A comparison of two branches with one, by our own figures; "" where there are none. @param {Measured[]} measured the CNN and the Y-network, for each recipe */
function verdict(measured) {
  const results = [], in100 = (/** @type {number} */ share) => number(100 * share, 2);
  for (let i = 0; i + 1 < measured.length; i += 2) {
    const [one, two] = [measured[i], measured[i + 1]], apart = one.interval[1] < two.interval[0] || two.interval[1] < one.interval[0];
    const [first, second] = [one, two].map(({ title, accuracy, interval: [low, high] }) => t("{network} {accuracy} ({low} to {high})", { network: title, accuracy: asPercent(in100(accuracy)), low: in100(low), high: in100(high) })), values = { recipe: one.recipe, first, second };
    results.push(apart ? t("recipe {recipe}: {first}, {second}", values) : t("recipe {recipe}: {first}, {second}, no difference that counts", values));
  }
  return results.length ? t("Are two branches better than one? Of MNIST's {n} test digits, {results}.", { n: number(measured[0].n), results: results.join("; ") }) : "";
}
