/* Plays a game of browser/play/ for the tests in Python: reads its name and steps, writes their results and its state. */
import { readFileSync } from "node:fs";
import { ClockGame, FoolGame, majority } from "../../browser/play/game.js";

const [name, steps] = JSON.parse(readFileSync(0, "utf-8"));
if (name === "majority") {
  process.stdout.write(JSON.stringify({ results: steps.map((rows) => majority(rows)) }));
} else {
  let seed = 7; // the same digits in each run
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const game = name === "ClockGame" ? new ClockGame(random) : new FoolGame();
  const results = steps.map(([method, ...values]) => (method === "show" ? ((game.seen = values[0]), null) : game[method](...values)));
  const { phase, targets, target, played, guesses } = game;
  process.stdout.write(JSON.stringify({ results, state: { phase, targets, target, played, guesses } }));
}
