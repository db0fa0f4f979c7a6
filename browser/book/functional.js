/* The Functional API: a graph that the visitor puts together, and the Keras code that it is. */
import { diagram } from "./diagram.js";
import { PLANS, build } from "./graph.js";

/** @typedef {{ title: string, recipe: string, parameters: number, accuracy: number, interval: [number, number], n: number }} Measured */

const MOST = 12; // layers of a branch

/** @param {import("./desk.js").Desk} desk @param {import("./book.js").Material} material @returns {import("./desk.js").Lesson} */
export function lesson(desk, { ours }) {
  let plan = structuredClone(PLANS["a small fork"]), branch = 0;
  desk.picture.hidden = true;
  desk.choice("Begin with", Object.keys(PLANS), (chosen) => { plan = structuredClone(PLANS[chosen]); branch = 0; show(); }, "a small fork");
  desk.choice("Branch", ["left", "right"], (chosen) => { branch = chosen === "left" ? 0 : 1; show(); });
  const add = (/** @type {string} */ label, /** @type {import("./graph.js").Step} */ step) => desk.button(label, () => {
    (plan.branches[branch] ??= []).push(step);
    if (plan.branches[branch].length > MOST) plan.branches[branch].pop();
    show();
  });
  add("+ Conv2D", "Conv2D");
  add("+ dilated", "Dilated");
  add("+ MaxPooling2D", "MaxPooling2D");
  add("+ Dropout", "Dropout");
  desk.button("− last layer", () => {
    plan.branches[branch]?.pop();
    if (branch === 1 && !plan.branches[1]?.length) plan.branches.length = 1;
    show();
  });
  desk.choice("Inputs", ["one", "two"], (chosen) => { plan.inputs = chosen === "one" ? 1 : 2; show(); });
  desk.choice("Joined by", ["Add", "Concatenate"], (chosen) => { plan.merge = chosen === "Add" ? "Add" : "Concatenate"; show(); });
  const pane = Object.assign(document.createElement("div"), { className: "lesson-diagram", tabIndex: 0 }), code = Object.assign(document.createElement("pre"), { className: "lesson-code", tabIndex: 0 });
  pane.setAttribute("aria-label", "the graph, which scrolls");
  code.setAttribute("aria-label", "its Keras code");
  const both = Object.assign(document.createElement("div"), { className: "lesson-halves" });
  both.append(pane, code);
  desk.more.append(both);
  let built = build(plan);
  function show() {
    built = build(plan);
    pane.replaceChildren(diagram(built.layers));
    code.textContent = built.code;
    code.classList.toggle("lesson-wrong", built.problem !== "");
    desk.changed();
  }
  show();
  return {
    draw: () => (built.problem ? built.problem : `${built.layers.length} layers, ${built.parameters.toLocaleString("en")} parameters.`) + verdict(ours),
  };
}

/** Whether two branches are better than one, by our own figures. @param {Measured[]} measured the CNN and the Y-network, for each recipe */
function verdict(measured) {
  const words = [];
  for (let i = 0; i + 1 < measured.length; i += 2) {
    const [one, two] = [measured[i], measured[i + 1]], apart = one.interval[1] < two.interval[0] || two.interval[1] < one.interval[0], in100 = (/** @type {number} */ share) => (100 * share).toFixed(2);
    words.push(`recipe ${one.recipe}: ${one.title} ${in100(one.accuracy)} % (${one.interval.map(in100).join(" to ")}), ${two.title} ${in100(two.accuracy)} % (${two.interval.map(in100).join(" to ")})${apart ? "" : ", no difference that counts"}`);
  }
  return words.length ? ` Are two branches better than one? Of MNIST's ${measured[0].n.toLocaleString("en")} test digits, ${words.join("; ")}.` : "";
}
