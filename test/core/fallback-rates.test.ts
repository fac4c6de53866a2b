import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fallbackEstimate, fallbackRatesOf, findFallbackRate } from "#core/fallback-rates.ts";
import { formatMoney } from "#core/money.ts";
import { FALLBACK_RATES_MAX, FallbackRateSetting } from "#core/settings/fallback-rate.ts";
import { foldAll } from "#core/settings/fold.ts";
import { NO_SETTINGS } from "#core/settings/state.ts";
import { messages } from "#test/core/settings/changes.ts";

const BEGIN = "2026-11-01T00:00:00.000Z";
const rate = (id: string, change: Partial<FallbackRateSetting> = {}) =>
  FallbackRateSetting.parse({
    id,
    usd_per_mtok: { input: "5", output: "25" },
    effective_from: BEGIN,
    ...change,
  });
const found = (rates: readonly FallbackRateSetting[], change: object = {}) =>
  findFallbackRate(fallbackRatesOf(rates.map((value) => ({ value }))), {
    ...{ model: "house-large", platform: "vllm", atMs: Date.parse(BEGIN) },
    ...change,
  })?.setting.id ?? null;

describe("the rate of a call without a price", () => {
  test.each([
    ["*", "house-large", true],
    ["house-large", "house-large", true],
    ["house-large", "house-larger", false],
    ["house-*", "house-large", true],
    ["house-*", "house-", true],
    ["house-*", "a-house-large", false],
    ["*-large", "house-large", true],
    ["*-large", "house-large-2", false],
    ["h*s*-*e", "house-large", true],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["a*b*b", "ab", false],
    ["House-*", "house-large", false],
    ["100%_\\*", "100%_\\n", true],
    ["h_use%", "house-large", false],
    ["*", "", true],
  ])("%s and %s: %s", (model, name, fits) => {
    expect(found([rate("one", { model })], { model: name }) !== null).toBe(fits);
  });

  test("is that of the closest name: a full one, then the longer pattern, then a platform, then the later", () => {
    const rates = [
      rate("any"),
      rate("platform", { platform: "vllm" }),
      rate("short", { model: "h*" }),
      rate("long", { model: "house-*" }),
      rate("long-there", { model: "house-*", platform: "vllm" }),
      rate("name", { model: "house-large" }),
    ];
    const order = ["name", "long-there", "long", "short", "platform", "any"];
    order.forEach((id, at) => {
      expect(found(rates.filter((one) => !order.slice(0, at).includes(one.id)).reverse())).toBe(id);
    });
    const two = [
      rate("a", { effective_from: "2026-10-01T00:00:00.000Z" }),
      rate("c", { effective_from: "2026-10-02T00:00:00.000Z" }),
      rate("b", { effective_from: "2026-10-02T00:00:00.000Z" }),
    ];
    expect(found(two)).toBe("b");
  });

  test("counts from its beginning to before its end, and on its platform alone", () => {
    const one = rate("one", { platform: "vllm", effective_to: "2026-11-02T00:00:00.000Z" });
    expect(found([one], { atMs: Date.parse(BEGIN) - 1 })).toBeNull();
    expect(found([one], { atMs: Date.parse("2026-11-01T23:59:59.999Z") })).toBe("one");
    expect(found([one], { atMs: Date.parse("2026-11-02T00:00:00.000Z") })).toBeNull();
    expect(found([one], { platform: "bedrock" })).toBeNull();
  });

  test("is exact: caches count as input, thinking is in the output, what nobody counted adds nothing", () => {
    const [ready] = fallbackRatesOf([
      { value: rate("one", { usd_per_mtok: { input: "0.000001", output: "999999999999.999999" } }) },
    ]);
    const meters = {
      input_tokens: 1n,
      cache_read_tokens: 2n,
      cache_write_1h_tokens: 3n,
      thinking_tokens: 9n,
    };
    if (ready === undefined) throw new Error("there is one");
    expect(formatMoney(fallbackEstimate(ready, meters))).toBe("0.000000000006");
    expect(formatMoney(fallbackEstimate(ready, { output_tokens: 3n }))).toBe("2999999.999999999997");
    expect(formatMoney(fallbackEstimate(ready, { input_tokens: null }))).toBe("0");
  });
});

const change = (value: unknown, version = 0, id = "one") => ({
  ...{ change_id: randomUUID(), kind: "fallback_rate", id, expected_version: version },
  ...{ value, actor: "somebody", reason: "test" },
});
const told = (...contents: object[]) => {
  const last = foldAll(NO_SETTINGS, messages(...contents)).outcomes.at(-1);
  return last === undefined || last.outcome === "applied" ? "applied" : last.detail;
};
const stated = { id: "one", usd_per_mtok: { input: "5", output: "25" }, effective_from: BEGIN };

describe("the setting", () => {
  test("is stated anew, removed, and there again", () => {
    const { state, outcomes } = foldAll(
      NO_SETTINGS,
      messages(change(stated), change({ ...stated, model: "x" }, 1), change(null, 2), change(stated, 0)),
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["applied", "applied", "applied", "applied"]);
    expect(state.fallbackRates.get("one")).toMatchObject({
      version: 4,
      value: { model: "*", platform: null },
    });
  });

  test.each<[string, object, string]>([
    ["below zero", { usd_per_mtok: { input: "-5", output: "25" } }, "usd_per_mtok.input"],
    ["a float", { usd_per_mtok: { input: 5, output: "25" } }, "usd_per_mtok.input"],
    ["an exponent", { usd_per_mtok: { input: "5e3", output: "25" } }, "usd_per_mtok.input"],
    ["7 places", { usd_per_mtok: { input: "0.0000001", output: "25" } }, "usd_per_mtok.input"],
    ["only one rate", { usd_per_mtok: { input: "5" } }, "usd_per_mtok.output"],
    ["no pattern", { model: "" }, "model"],
    ["a begin off the five minutes", { effective_from: "2026-11-01T00:01:00.000Z" }, "whole five minutes"],
    ["an end off them", { effective_to: "2026-11-02T00:00:00.001Z" }, "whole five minutes"],
    ["an end at its beginning", { effective_to: BEGIN }, "not after it begins"],
    ["another id", { id: "two" }, "its value is of two"],
  ])("%s is refused", (_name, value, detail) => {
    expect(told(change({ ...stated, ...value }))).toContain(detail);
  });

  test("has an end to how many there are", () => {
    const many = Array.from({ length: FALLBACK_RATES_MAX }, (_, at) =>
      change({ ...stated, id: `r${at}` }, 0, `r${at}`),
    );
    expect(told(...many)).toBe("applied");
    expect(told(...many, change({ ...stated, id: "more" }, 0, "more"))).toContain("remove one first");
    expect(told(...many, change({ ...stated, id: "r3" }, 1, "r3"))).toBe("applied");
  });
});
