import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { redactionFor } from "#core/adapter.ts";
import { splitElements } from "#core/json/split-elements.ts";
import { formatMoney } from "#core/money.ts";
import { createPriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import { redact } from "#core/redaction.ts";
import { readSourcesFile } from "#core/sources-import.ts";
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
  "litellm.json": [],
  "litellm.ndjson": [],
  "kong.json": [],
  "kong-object.json": [],
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

test("the sources of the configuration examples pass the settings' schema", () => {
  const read = readSourcesFile(readFileSync("examples/gateways/sources.json", "utf8"));
  expect(read).toMatchObject({ ok: true, value: [{ gateway: "litellm" }, { gateway: "kong" }] });
});
