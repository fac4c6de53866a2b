import { parseArgs } from "node:util";
import { checkRatings } from "#test/property/check-ratings.ts";

/** `npm run property [-- --cases 100000 --seed 7]`: random calls and books against a reckoning of its own. */
const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const seed = Number(values.seed);
process.stdout.write(`seed ${seed}\n`);
const startMs = performance.now();
const seen = checkRatings(Number(values.cases), seed);
const kinds = [...seen]
  .toSorted(([, one], [, other]) => other - one)
  .map(([kind, count]) => `${kind} ${count}`);
const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
process.stdout.write(
  `ratings: ${values.cases} calls and books, all as on paper; ${kinds.join(", ")}; ${seconds} s\n`,
);
