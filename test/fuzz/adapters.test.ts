import { expect, test } from "vitest";
import { ADAPTERS } from "#gateways/registry.ts";
import { fuzzAdapter } from "#test/fuzz/fuzz-adapter.ts";
import { FIXTURES, gatewayOf } from "#test/gateways/support.ts";

/** Enough to meet what a careless change breaks; `npm run fuzz` takes 100,000. */
const CASES = 2_000;
/** These have no records of one shape: canonical events have tests of their own, profiles come from operators. */
const WITHOUT_FIXTURES = new Set(["canonical", "profile"]);
const GATEWAYS = [...ADAPTERS.keys()].filter((gateway) => !WITHOUT_FIXTURES.has(gateway));

test("every adapter has fixtures", () => {
  const known = new Set(FIXTURES.map(gatewayOf));
  expect(GATEWAYS.filter((gateway) => !known.has(gateway))).toEqual([]);
});

test.each(GATEWAYS)(
  "%s: every mutated record ends in an event or in a reject",
  { timeout: 60_000 },
  (gateway) => {
    const { accepted, rejected, cases } = fuzzAdapter(gateway, CASES, 1);
    const refused = Object.values(rejected).reduce((sum, count) => sum + count, 0);
    expect(accepted + refused).toBeGreaterThanOrEqual(cases);
    // Both ends are reached, or the mutations are too tame or too wild to say anything.
    expect(accepted).toBeGreaterThan(CASES / 20);
    expect(refused).toBeGreaterThan(CASES / 50);
  },
);
