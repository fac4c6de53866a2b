import { describe, expect, test } from "vitest";
import { generateTraffic } from "#cli/demo/generate.ts";
import { DEMO_SOURCES } from "#cli/demo/sources.ts";
import { redactionFor } from "#core/adapter.ts";
import { splitElements } from "#core/json/split-elements.ts";
import { createPriceBook } from "#core/price-book.ts";
import { redact } from "#core/redaction.ts";
import { userRef } from "#core/user-ref.ts";
import { createTally, KNOWN_AS } from "#test/cli/tally.ts";
import { adapterOf } from "#test/gateways/support.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

const START_MS = Date.parse("2026-11-20T12:00:00Z");
const EVENTS = 4_000;

function traffic(seed: number, runId = "run00001", events = EVENTS) {
  const made = generateTraffic({ seed, events, startMs: START_MS, runId });
  const records = [...made.records()];
  return { records, ledger: made.ledger() };
}

describe("generated traffic", () => {
  test("is the same for the same seed, and another for another", () => {
    expect(traffic(7)).toEqual(traffic(7));
    expect(traffic(7).records).not.toEqual(traffic(8).records);
  });

  test("sends as many records as were asked for, about 15 % of them Kong's", () => {
    const { records, ledger } = traffic(3);
    expect(records).toHaveLength(EVENTS);
    expect(ledger.sent).toBe(EVENTS);
    expect(ledger.accepted + ledger.rejected).toBe(EVENTS);
    const kong = records.filter(({ door }) => door === "kong").length / EVENTS;
    expect(kong).toBeGreaterThan(0.08);
    expect(kong).toBeLessThan(0.24);
  });

  test("stops in the middle of a session where so many were asked for", () => {
    expect(traffic(1, "run00001", 1).records).toHaveLength(1);
    expect(traffic(1, "run00001", 13).ledger.sent).toBe(13);
    expect(traffic(1, "run00001", 0).ledger).toMatchObject({ sent: 0, sessions: 0, costUsd: 0n });
  });

  test("another run has other calls, messages and sessions", () => {
    const [one, two] = [traffic(5, "aaaa1111"), traffic(5, "bbbb2222")];
    const idsOf = ({ records }: ReturnType<typeof traffic>) =>
      new Set(
        records.flatMap(({ body }) =>
          [
            ...body.matchAll(
              /"(?:id|litellm_call_id|session_id|x-claude-code-session-id)":"((?:msg_)?(?:aaaa1111|bbbb2222)[^"]*)"/g,
            ),
          ].map((match) => match[1]),
        ),
      );
    const [ids, others] = [idsOf(one), idsOf(two)];
    expect(ids.size).toBeGreaterThan(EVENTS / 2);
    expect([...ids].filter((id) => others.has(id))).toEqual([]);
    expect(one.ledger).toEqual(two.ledger);
  });

  test("the ledger's parts add up to its sum", () => {
    const { ledger } = traffic(11);
    const sum = (parts: Map<string, bigint>) => [...parts.values()].reduce((total, part) => total + part, 0n);
    expect(ledger.costUsd).toBeGreaterThan(0n);
    expect(sum(ledger.costByTeam)).toBe(ledger.costUsd);
    expect(sum(ledger.costByModel)).toBe(ledger.costUsd);
    expect(ledger.teams).toBe(8);
  });

  test("one line each: sent as NDJSON every record is an element of its own", () => {
    const bodies = traffic(2).records.map(({ body }) => body);
    for (let at = 0; at < bodies.length; at += 100) {
      const some = bodies.slice(at, at + 100);
      expect(splitElements(some.join("\n"))).toEqual({ ok: true, value: some });
    }
  });
});

describe.each([1, 2, 3])("seed %i through the adapters and the price book", (seed) => {
  const { records, ledger } = traffic(seed);
  const tally = createTally(createPriceBook(shippedPrices()), DEMO_SOURCES);
  for (const record of records) tally.add(record);
  const found = tally.result();

  test("gives what the ledger knows, to the last digit", () => {
    const { costByModel, ...sums } = ledger;
    const { costByModel: foundByModel, ...foundSums } = found.ledger;
    expect(foundSums).toEqual(sums);
    expect(foundByModel).toEqual(new Map([...costByModel].map(([name, cost]) => [KNOWN_AS(name), cost])));
  });

  test("has every kind of call that the demo promises", () => {
    expect(found.outcomes).toEqual(new Set(["success", "error", "aborted", "cached"]));
    expect(found.attemptsOfOneCall).toBe(5);
    expect(found.agents).toBeGreaterThan(10);
    expect(ledger.accepted).toBeGreaterThan(ledger.distinctEvents);
    expect(ledger.gatewayPricedCalls).toBeGreaterThan(0);
    expect(ledger.unpricedCalls).toBeGreaterThan(0);
    expect(found.usedMeters).toEqual(
      new Set([
        "input_tokens",
        "cache_read_tokens",
        "cache_write_5m_tokens",
        "cache_write_1h_tokens",
        "output_tokens",
      ]),
    );
    for (const reason of ["not_json", "bad_shape", "json_duplicate_key", "not_a_record"])
      expect(found.reasons).toContain(reason);
  });

  test("lies within the fourteen days before its end, and on most of them", () => {
    expect(found.lastMs).toBeLessThanOrEqual(START_MS);
    expect(found.firstMs).toBeGreaterThan(START_MS - 14 * 86_400_000 - 60_000);
    expect(found.days.size).toBeGreaterThan(12);
  });
});

test("a number below zero and a part larger than its whole are among the broken ones", () => {
  const tally = createTally(createPriceBook(shippedPrices()), DEMO_SOURCES);
  for (const record of traffic(4, "run00001", 12_000).records) tally.add(record);
  expect(tally.result().reasons).toEqual(
    new Set([
      "not_json",
      "bad_shape",
      "json_duplicate_key",
      "not_a_record",
      "bad_number",
      "meters_contradict",
    ]),
  );
});

test("the secrets that people pasted and Kong logs do not get past redaction", () => {
  const sources = new Map(DEMO_SOURCES.map((source) => [source.gateway, source]));
  let secrets = 0;
  for (const { door, body } of traffic(6).records) {
    const source = sources.get(door);
    if (source === undefined) throw new Error(`no demo source for ${door}`);
    if (!body.includes("sk-ant-")) continue;
    secrets += 1;
    const rules = redactionFor(adapterOf(door), source);
    expect(redact(body, rules, (name) => userRef(Buffer.alloc(32), name))).not.toContain("sk-ant-");
  }
  expect(secrets).toBeGreaterThan(100);
});
