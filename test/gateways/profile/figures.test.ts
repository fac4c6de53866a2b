import { describe, expect, test } from "vitest";
import { byProfile, priced, refusal } from "#test/gateways/profile/support.ts";
import { contextOf } from "#test/gateways/support.ts";

const base = { times: { start: { path: "t" } }, model: "m", platform: { otherwise: "anthropic-api" } };
const T = { t: "2026-11-19T10:00:00Z", m: "claude-opus-5" };
const PATHS = {
  prompt: "p",
  output: "o",
  cache_read: "r",
  cache_write: "w",
  cache_write_5m: "w5",
  cache_write_1h: "w1",
  thinking: "k",
  total: "sum",
};
const read = (meters: object, record: object, source = {}) =>
  byProfile(
    { map: { ...base, meters: { ...PATHS, ...meters } } },
    { ...T, ...record },
    contextOf({ gateway: "profile", ...source }),
  ).data;
const refused = (meters: object, record: object) =>
  refusal({ map: { ...base, meters: { ...PATHS, ...meters } } }, { ...T, ...record });

describe("meters are disjoint", () => {
  const counts = { p: 16_043, o: 80, r: 11_367, w: 4_673 };
  test("cached tokens inside the prompt are taken out of it", () => {
    expect(read({ includes_cache: true }, counts).meters).toMatchObject({
      input_tokens: 3,
      cache_read_tokens: 11_367,
      cache_write_tokens: 4_673,
      cache_write_5m_tokens: null,
      output_tokens: 80,
    });
  });
  test("cached tokens beside it stay beside it", () => {
    expect(read({ includes_cache: false }, { ...counts, p: 3 }).meters).toMatchObject({
      input_tokens: 3,
      cache_read_tokens: 11_367,
    });
  });
  test("lifetimes that are stated are kept apart", () => {
    expect(
      read({ includes_cache: false }, { p: 3, o: 80, w: 4_673, w5: 330, w1: 4_343 }).meters,
    ).toMatchObject({
      cache_write_5m_tokens: 330,
      cache_write_1h_tokens: 4_343,
      cache_write_tokens: 0,
    });
  });
  test("the source's word counts more than the profile's", () => {
    expect(
      read({ includes_cache: true }, { ...counts, p: 3 }, { input_includes_cache: false }).meters
        .input_tokens,
    ).toBe(3);
  });
  test.each<[string, object, object, string]>([
    ["where nothing tells how cached tokens count", {}, { p: 5, o: 1, r: 2 }, "usage_unreadable"],
    ["more cached than prompt", { includes_cache: true }, { p: 5, o: 1, r: 6 }, "meters_contradict"],
    ["more thinking than output", {}, { p: 5, o: 1, k: 2 }, "meters_contradict"],
    [
      "a total that is not the sum",
      {},
      { p: 5, o: 1, sum: 7 },
      "meters_contradict: sum 7 is not p 5 plus o 1",
    ],
    [
      "a total with cached tokens, where it has none",
      { includes_cache: false, total_is: "prompt_plus_output" },
      { p: 5, o: 1, r: 4, sum: 10 },
      "meters_contradict",
    ],
    [
      "a total without, where it has them",
      { includes_cache: false, total_is: "everything" },
      { p: 5, o: 1, r: 4, sum: 6 },
      "meters_contradict",
    ],
    ["a fraction", {}, { p: 1.5 }, "bad_number: p is 1.5"],
    ["negative", {}, { o: -1 }, "bad_number"],
    ["a sentence", {}, { p: "none returned" }, "bad_number"],
  ])("%s is refused", (_what, meters, record, reason) => {
    expect(refused(meters, record)).toContain(reason);
  });
  test.each<[string, object, object]>([
    ["a total with or without them", { includes_cache: false }, { p: 5, o: 1, r: 4, sum: 10 }],
    ["digits in quotes", {}, { p: "5", o: "1" }],
  ])("%s is fine", (_what, meters, record) => {
    expect(refused(meters, record)).toBe("accepted");
  });
});

describe("how far figures are trusted", () => {
  test.each<[string, object, object, string]>([
    ["none at all", {}, {}, "null unpriced usage_missing"],
    [
      "all 0 where that means nothing was counted",
      { zero: "unknown_if_all" },
      { p: 0, o: "0" },
      "null unpriced usage_missing",
    ],
    ["all 0 where 0 is a figure", {}, { p: 0, o: 0 }, "0 rated"],
    [
      "no cached tokens from a gateway that never tells",
      { without_cache_counts: "estimated" },
      { p: 2000, o: 100 },
      "0.0125 estimated usage_estimated",
    ],
    ["no cached tokens from one that does", {}, { p: 2000, o: 100 }, "0.0125 rated"],
    [
      "cached tokens stated, 0 of them",
      { without_cache_counts: "estimated", includes_cache: true },
      { p: 2000, o: 100, r: 0 },
      "0.0125 rated",
    ],
    [
      "the output's event of two",
      { elsewhere: ["prompt"], without_cache_counts: "estimated" },
      { o: 100 },
      "0.0025 rated",
    ],
    ["the input's event of two", { elsewhere: ["output"] }, { p: 2000 }, "0.01 rated"],
  ])("%s", (_what, meters, record, expected) => {
    expect(priced(read(meters, record))).toBe(expected);
  });
  test("a stream that broke keeps what was counted, as provisional", () => {
    const map = { ...base, meters: PATHS, outcome: { status: "s" } };
    expect(priced(byProfile({ map }, { ...T, p: 2000, o: 100, s: 499 }).data)).toBe(
      "0.0125 estimated usage_provisional",
    );
  });
  test("a tier that has no name of ours is not priced as the standard one", () => {
    const map = { ...base, meters: PATHS, service_tier: "tier" };
    expect(byProfile({ map }, { ...T, p: 1, o: 1, tier: "platinum" }).data.usage_quality).toBe("provisional");
    expect(byProfile({ map }, { ...T, p: 1, o: 1, tier: "priority" }).data).toMatchObject({
      service_tier: "priority",
      usage_quality: "final",
    });
  });
  test("a reply from the gateway's own cache used nothing", () => {
    const map = {
      ...base,
      meters: PATHS,
      outcome: { rules: [{ when: [{ path: "hit", equals: true }], is: "cached" }] },
    };
    expect(priced(byProfile({ map }, { ...T, p: 2000, o: 100, hit: true }).data)).toBe("0 rated not_billed");
  });
  test("units of other kinds are counted", () => {
    const other = [{ unit: "image", quantity: "images" }];
    expect(read({ other }, { images: 2 }).meters.other).toEqual([{ unit: "image", quantity: "2" }]);
    expect(refused({ other }, { images: -2 })).toMatch(/^bad_number: images is no quantity of image/);
  });
});

describe("the gateway's own figure", () => {
  const cost = (written: object, record: object) =>
    byProfile({ map: { ...base, cost: written } }, { ...T, ...record }).data.gateway_cost;
  const usd = (amount: string) => ({ amount, currency: "USD" });
  test.each<[string, object, object, unknown]>([
    ["a number", {}, { c: 0.0125 }, usd("0.0125")],
    ["a decimal string", {}, { c: "0.036900000" }, usd("0.0369")],
    ["dust of doubles", {}, { c: 1.5e-7 }, usd("0.00000015")],
    ["cents", { unit: "cents" }, { c: 1.25 }, usd("0.0125")],
    ["cents as text", { unit: "cents" }, { c: "125" }, usd("1.25")],
    ["cents in exponents", { unit: "cents" }, { c: 1.5e-7 }, usd("0.0000000015")],
    ["0, which is not known", {}, { c: 0 }, null],
    ["none", {}, {}, null],
    ["another currency", { currency: "cur" }, { c: 1, cur: "EUR" }, { amount: "1", currency: "EUR" }],
  ])("%s", (_what, written, record, expected) => {
    expect(cost({ amount: "c", ...written }, record)).toEqual(expected);
  });
  test.each<[object, string]>([
    [{ c: -1 }, "bad_number"],
    [{ c: "a lot" }, "bad_number"],
    [{ c: {} }, "bad_number"],
    [{ c: 1, cur: "euro" }, "bad_currency"],
  ])("%j is refused", (record, reason) => {
    for (const unit of ["usd", "cents"])
      expect(
        refusal({ map: { ...base, cost: { amount: "c", unit, currency: "cur" } } }, { ...T, ...record }),
      ).toMatch(reason);
  });
});

describe("how it ended", () => {
  const map = {
    ...base,
    outcome: {
      status: "s",
      rules: [{ when: [{ path: "flag", equals: "RL" }], is: "blocked" }],
      error_type: "type",
      error_code: "code",
    },
  };
  test.each<[object, object]>([
    [{ s: 200 }, { outcome: "success", http_status: 200, error_type: null, error_code: null }],
    [{ s: "529" }, { outcome: "error", http_status: 529, error_code: "529" }],
    [{ s: 499 }, { outcome: "aborted", error_code: "499" }],
    [
      { s: 429, flag: "RL", type: "limit", code: "rpm" },
      { outcome: "blocked", error_type: "limit", error_code: "rpm" },
    ],
    [
      { s: 200, type: "none" },
      { outcome: "success", error_type: null },
    ],
    [{ s: 0 }, { outcome: "success", http_status: null }],
    [{}, { outcome: "success", http_status: null }],
    [{ s: 700 }, { outcome: "success", http_status: null }],
  ])("%j", (record, expected) => {
    expect(byProfile({ map }, { ...T, ...record }).data).toMatchObject(expected);
  });
});
