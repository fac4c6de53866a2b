import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { redactionFor } from "#core/adapter.ts";
import { splitElements } from "#core/json/split-elements.ts";
import { formatMoney } from "#core/money.ts";
import { createPriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import { redact } from "#core/redaction.ts";
import { userRef } from "#core/user-ref.ts";
import { adapterOf, contextOf, eventOf } from "#test/gateways/support.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

const book = createPriceBook(shippedPrices());
const person = (name: string) => userRef(Buffer.alloc(32), name);

/** Each record of an example file as the ingester reads it: redacted first, then adapted and rated. */
function callsOf(file: string) {
  const context = contextOf({ gateway: file.startsWith("litellm") ? "litellm" : "kong" });
  const elements = splitElements(readFileSync(`examples/records/${file}`, "utf8"));
  if (!elements.ok) throw new Error(`${file} ${elements.detail}`);
  const rules = redactionFor(adapterOf(context.source.gateway), context.source);
  return elements.value.map((text) => {
    const stored = redact(text, rules, person);
    const { data, eventId } = eventOf(JSON.parse(stored), context);
    const rating = rate(book, { data, eventTimeMs: Date.parse(data.started_at), source: context.source });
    return { data, eventId, stored, rating };
  });
}

/** What a reader of the example may expect: outcome, team, and the cost or why there is none. */
function shown({ data, rating }: ReturnType<typeof callsOf>[number]): string {
  const cost = rating.cost === null ? rating.note : formatMoney(rating.cost);
  return `${data.outcome} ${data.team} ${data.model} ${cost}`;
}

const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  "litellm.json": [
    "success team-search claude-opus-5 0.19773",
    // With a web search at 0.01.
    "success team-search claude-opus-5 0.0588275",
    "success team-search claude-haiku-5-5 0.000167",
    "error team-support claude-sonnet-5-5 0",
    "error team-support claude-sonnet-5-5 0",
    "success team-support claude-sonnet-5-5 0.010514",
    "success team-support us.anthropic.claude-sonnet-5 0.015906",
    "success team-data claude-sonnet-4-5@20250929 0.00891",
    "success team-data gpt-4.1-mini 0.0015088",
    "cached team-data gpt-4.1-mini 0",
    "aborted team-search claude-opus-5 usage_missing",
    "blocked team-support claude-opus-5 0",
  ],
  "litellm.ndjson": [
    "success team-support claude-opus-4-8 0.0183",
    "success team-data text-embedding-3-small 0.000152",
    // A prompt of 120,000 tokens: Haiku's upper band.
    "success team-search claude-haiku-5-5 0.00915",
  ],
  "kong.json": [
    "success search claude-opus-5 0.037495",
    "success search claude-haiku-5-5 0.000111",
    "success data gpt-4.1-mini 0.001072",
    "cached data gpt-4.1-mini 0",
    "error support claude-sonnet-5-5 0",
    "blocked support null 0",
  ],
  "kong-object.json": ["success support claude-sonnet-5-5 0.010362"],
};

describe("examples/records", () => {
  test("every file is told here what it has to become", () => {
    expect(globSync("*", { cwd: "examples/records" }).sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  test.each(Object.keys(EXPECTED))("%s", (file) => {
    expect(callsOf(file).map(shown)).toEqual(EXPECTED[file]);
  });

  test("no two records are one call, and only attempts share a call id", () => {
    const calls = Object.keys(EXPECTED).flatMap(callsOf);
    expect(new Set(calls.map(({ eventId }) => eventId)).size).toBe(calls.length);
    expect(new Set(calls.map(({ data }) => data.call_id)).size).toBe(calls.length - 2);
  });

  test("what is stored of them has no key, no message and no name", () => {
    const stored = Object.keys(EXPECTED).flatMap((file) => callsOf(file).map((call) => call.stored));
    for (const text of stored)
      expect(text).not.toMatch(/sk-ant-|in-clear|Schlüssel|abgelaufen|@northwind|192\.0\.2\./);
  });
});
