import { describe, expect, test } from "vitest";
import { planPrices, readPriceFile } from "#core/price-import.ts";
import { foldAll } from "#core/settings/fold.ts";
import { planToChanges } from "#core/settings/import-plan.ts";
import { NO_SETTINGS } from "#core/settings/state.ts";
import { priceRow } from "#test/core/price-rows.ts";
import { messages, priceChange } from "#test/core/settings/changes.ts";

const ROW = {
  id: "acme:small:2026-01-01",
  platform: "acme",
  model: "small",
  effective_from: "2026-01-01T00:00:00.000Z",
  usd_per_mtok: { input_tokens: "1.5", output_tokens: "6" },
  sources: ["https://acme.example/prices, read 2026-01-02"],
};

const file = (prices: unknown, more: object = {}): string =>
  JSON.stringify({
    schema: "spendtrail.prices.v1",
    unit: "USD per 1,000,000 tokens, and USD per request",
    prices,
    ...more,
  });

function fault(text: string): string {
  const read = readPriceFile(text);
  return read.ok ? "no fault" : `${read.reason} ${read.detail}`;
}

describe("a price file", () => {
  test("what a row leaves out is filled in, and nothing is made up", () => {
    const read = readPriceFile(file([ROW]));
    expect(read.ok && read.value[0]).toEqual({
      ...ROW,
      account: null,
      geo_scope: "any",
      speed: "standard",
      service_tier: "standard",
      prompt_tokens_above: 0,
      prompt_tokens_max: null,
      effective_to: null,
      status: "active",
      currency: "USD",
      usd_per_mtok: {
        input_tokens: "1.5",
        cache_read_tokens: null,
        cache_write_5m_tokens: null,
        cache_write_1h_tokens: null,
        cache_write_tokens: null,
        output_tokens: "6",
      },
      usd_per_unit: {},
      usd_per_request: { web_search_requests: null },
      confidence: "official",
      note: null,
    });
  });

  test.each<[string, string, string]>([
    ["no JSON", "prices: 5", "not_json"],
    ["half of one", file([ROW]).slice(0, -3), "not_json"],
    ["nothing", "", "not_json"],
    ["null", "null", "bad_shape the file:"],
    ["a list alone", JSON.stringify([ROW]), "bad_shape the file:"],
    ["no rows", file([]), "bad_shape prices:"],
    ["another schema", file([ROW], { schema: "spendtrail.prices.v2" }), "bad_shape schema:"],
    ["rates per 1,000 tokens", file([ROW], { unit: "USD per 1,000 tokens" }), "bad_shape unit:"],
    ["a field more", file([ROW], { currency: "EUR" }), "bad_shape the file:"],
    ["a row twice", file([ROW, ROW]), `named_twice price ${ROW.id} is in the file twice`],
  ])("%s is refused", (_name, text, expected) => {
    expect(fault(text)).toContain(expected);
  });

  const rates = (input_tokens: unknown) => ({ usd_per_mtok: { input_tokens } });
  test.each<[string, object, string]>([
    ["a rate as a number", rates(1.5), "usd_per_mtok.input_tokens"],
    ["a rate below zero", rates("-1"), "usd_per_mtok.input_tokens"],
    ["a rate with a comma", rates("1,5"), "usd_per_mtok.input_tokens"],
    ["a rate with an exponent", rates("1e-6"), "usd_per_mtok.input_tokens"],
    [
      "a rate with 7 places: not a whole number of 1e-12 a token",
      rates("0.0000001"),
      "usd_per_mtok.input_tokens",
    ],
    ["a rate that is empty", rates(""), "usd_per_mtok.input_tokens"],
    ["a meter that is none", { usd_per_mtok: { thinking_tokens: "1" } }, "usd_per_mtok"],
    ["another currency", { currency: "EUR" }, "currency"],
    ["no source", { sources: [] }, "sources"],
    ["a date alone", { effective_from: "2026-01-01" }, "effective_from"],
    ["a time with an offset", { effective_from: "2026-01-01T00:00:00.000+02:00" }, "effective_from"],
    ["no such day", { effective_from: "2026-02-31T00:00:00.000Z" }, "effective_from"],
    ["no such tier", { service_tier: "gold" }, "service_tier"],
    ["a band of half a token", { prompt_tokens_above: 0.5 }, "prompt_tokens_above"],
    ["a band below nothing", { prompt_tokens_above: -1 }, "prompt_tokens_above"],
    ["an id with blanks", { id: "acme small" }, "id"],
    ["a model with a line end", { model: "small\n" }, "model"],
    ["a field that is none", { price: "1" }, "prices.1"],
  ])("%s is refused, and the fault names the row and the field", (_name, more, field) => {
    const text = fault(file([ROW, { ...ROW, id: "acme:other:2026-01-01", ...more }]));
    expect(text).toMatch(/^bad_shape prices\.1/);
    expect(text).toContain(field);
  });

  test("every fault is told, not only the first", () => {
    const text = fault(
      file([
        { ...ROW, ...rates(1) },
        { ...ROW, id: "b", sources: [] },
      ]),
    );
    expect(text.split("\n")).toHaveLength(2);
  });
});

describe("the plan of an import", () => {
  const before = foldAll(
    NO_SETTINGS,
    messages(priceChange("stays", 0), priceChange("changes", 0), priceChange("not-named", 0)),
  ).state;
  const stays = priceRow("stays", rowOf("stays"));
  const changes = priceRow("changes", {
    ...rowOf("changes"),
    usd_per_mtok: { input_tokens: "6" },
    note: "raised",
  });
  const plan = planPrices(before, [stays, changes, priceRow("new")]);

  function rowOf(id: string) {
    const row = before.prices.get(id)?.value;
    if (row === undefined) throw new Error(`no row ${id}`);
    return row;
  }

  test("says what is new, what differs and in which fields, what is the same, and leaves the rest alone", () => {
    expect(plan.changes.map(({ id, action, expectedVersion }) => [id, action, expectedVersion])).toEqual([
      ["changes", "update", 1],
      ["new", "create", 0],
    ]);
    expect(plan.changes[0]?.changedFields).toEqual(["note", "usd_per_mtok"]);
    expect(plan.same).toEqual(["stays"]);
    expect(plan.extra).toEqual(["not-named"]);
  });

  test("applied, the book is as the file says, and the same file again changes nothing", () => {
    const changeIds = plan.changes.map((_, at) => `10000000-0000-4000-8000-00000000000${at}`);
    const applied = planToChanges(plan, { actor: "test", reason: "a test", changeIds });
    const after = foldAll({ ...before, seen: new Map() }, messages(...applied));
    expect(after.outcomes.map(({ outcome }) => outcome)).toEqual(["applied", "applied"]);
    expect(after.state.prices.get("changes")?.value.usd_per_mtok.input_tokens).toBe("6");
    expect(after.state.prices.get("changes")?.version).toBe(2);
    expect([...after.state.prices.keys()].sort()).toEqual(["changes", "new", "not-named", "stays"]);
    expect(planPrices(after.state, [stays, changes, priceRow("new")]).changes).toEqual([]);
  });

  test("the order of a row's fields is no difference", () => {
    const turned = Object.fromEntries(Object.entries(stays).toReversed()) as typeof stays;
    expect(planPrices(before, [turned]).changes).toEqual([]);
  });

  test("a row that was changed meanwhile is refused, and the others stand", () => {
    const meanwhile = foldAll(
      { ...before, seen: new Map() },
      messages(priceChange("changes", 1, { note: "mine" })),
    );
    const changeIds = ["20000000-0000-4000-8000-000000000000", "20000000-0000-4000-8000-000000000001"];
    const applied = planToChanges(plan, { actor: "test", reason: "a test", changeIds });
    const { state, outcomes } = foldAll(meanwhile.state, messages(...applied));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["conflict", "applied"]);
    expect(state.prices.get("changes")?.value.note).toBe("mine");
  });
});
