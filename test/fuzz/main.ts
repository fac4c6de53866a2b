import { parseArgs } from "node:util";
import { ADAPTERS } from "#gateways/registry.ts";
import { fuzzAdapter } from "#test/fuzz/fuzz-adapter.ts";
import { FIXTURES, gatewayOf } from "#test/gateways/support.ts";

/** `npm run fuzz [-- --cases 100000 --seed 7 --gateway kong]`: mutated records of each gateway through the ingester. */
const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    gateway: { type: "string", multiple: true },
  },
});
const seed = Number(values.seed);
const known = new Set(FIXTURES.map(gatewayOf));
const gateways = values.gateway ?? [...ADAPTERS.keys()].filter((gateway) => known.has(gateway));
process.stdout.write(`seed ${seed}\n`);
for (const gateway of gateways) {
  const startMs = performance.now();
  const { cases, accepted, rejected } = fuzzAdapter(gateway, Number(values.cases), seed);
  const reasons = Object.entries(rejected)
    .toSorted(([, one], [, other]) => other - one)
    .map(([reason, count]) => `${reason} ${count}`);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  process.stdout.write(
    `${gateway}: ${cases} cases, ${accepted} accepted, ${reasons.join(", ")}; ${seconds} s\n`,
  );
}
