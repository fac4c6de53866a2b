import { describe, expect, test } from "vitest";
import { createPriceBook } from "#core/price-book.ts";
import { compareWithBook } from "#core/proposals/compare.ts";
import { readLitellmMap } from "#core/proposals/litellm-map.ts";
import { perMillionText } from "#core/proposals/per-token-text.ts";
import { reportLines } from "#core/proposals/report.ts";
import { priceRow } from "#test/core/price-rows.ts";
import { seeded } from "#test/core/seeded.ts";

const DATED = { effectiveFrom: "2026-08-01T00:00:00.000Z", source: "LiteLLM price map, 2026-08-01" };

function read(map: object) {
  const result = readLitellmMap(JSON.stringify(map), DATED);
  if (!result.ok) throw new Error(result.detail);
  return result.value;
}

/** An entry as the map has them, at Claude Opus 5's list price. */
const opus = (more: object = {}) => ({
  litellm_provider: "anthropic",
  mode: "chat",
  input_cost_per_token: 0.000005,
  output_cost_per_token: 0.000025,
  cache_read_input_token_cost: 5e-7,
  cache_creation_input_token_cost: 0.00000625,
  cache_creation_input_token_cost_above_1hr: 0.00001,
  ...more,
});

describe("a float of USD per token as decimal text per million", () => {
  test.each([
    [0.000005, "5"],
    [6.25e-6, "6.25"],
    [5e-7, "0.5"],
    [3e-8, "0.03"],
    [1e-12, "0.000001"],
    [0, "0"],
    [0.1, "100000"],
    [12.5, "12500000"],
    [1.0999999999999999e-7, null],
    [1e-13, null],
    [-5e-6, null],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
    [1e21, null],
  ])("%s is %s", (perToken, text) => {
    expect(perMillionText(perToken)).toBe(text);
  });

  test("gives back every rate of 6 places that a map writes as a float", () => {
    const random = seeded(2986);
    for (let n = 0; n < 5000; n++) {
      const millionths = random.below(10 ** random.below(10));
      const [digits, text] = [String(millionths).padStart(7, "0"), String(millionths)];
      const decimals = digits.slice(-6).replace(/0+$/, "");
      const rate = `${digits.slice(0, -6)}${decimals === "" ? "" : `.${decimals}`}`;
      expect([rate, perMillionText(Number(`${text}e-12`))]).toEqual([rate, rate]);
    }
  });
});

describe("an entry", () => {
  test("becomes a row with a source, that nobody has approved", () => {
    const { candidates } = read({ "claude-opus-5": opus() });
    expect(candidates).toMatchObject([
      {
        names: ["claude-opus-5"],
        row: {
          id: "anthropic-api:claude-opus-5:2026-08-01:proposed",
          confidence: "secondary",
          effective_from: DATED.effectiveFrom,
          sources: [DATED.source],
          usd_per_mtok: {
            input_tokens: "5",
            output_tokens: "25",
            cache_read_tokens: "0.5",
            cache_write_5m_tokens: "6.25",
            cache_write_1h_tokens: "10",
            cache_write_tokens: null,
          },
        },
      },
    ]);
  });

  test("with prices of long prompts becomes two bands, and what it does not state above stays unknown", () => {
    const long = opus({
      input_cost_per_token_above_100k_tokens: 0.00001,
      output_cost_per_token_above_100k_tokens: 0.0000375,
    });
    const { candidates } = read({ "claude-opus-5": long });
    expect(candidates.map(({ row }) => [row.prompt_tokens_above, row.prompt_tokens_max])).toEqual([
      [0, 100_000],
      [100_000, null],
    ]);
    expect(candidates[1]?.row.usd_per_mtok).toMatchObject({
      input_tokens: "10",
      output_tokens: "37.5",
      cache_read_tokens: null,
    });
  });

  test("with batch prices becomes a row of its own, and a factor none: it is told, not applied", () => {
    const entry = opus({
      input_cost_per_token_batches: 0.0000025,
      output_cost_per_token_batches: 0.0000125,
      provider_specific_entry: { us: 1.1, fast: 2 },
    });
    const { candidates } = read({ "claude-opus-5": entry });
    expect(candidates.map(({ row }) => [row.service_tier, row.geo_scope, row.speed])).toEqual([
      ["standard", "any", "standard"],
      ["batch", "any", "standard"],
    ]);
    expect(candidates[0]?.remarks).toEqual([
      "a factor of 1.1 for us was not applied",
      "a factor of 2 for fast was not applied",
    ]);
  });

  test.each<[string, string, object, string]>([
    ["a picture model", "claude-opus-5", { mode: "image_generation" }, "mode image_generation"],
    ["a name that means nothing", "acme-9000", {}, "unmapped_model"],
    ["a price of 0, which is seldom one", "claude-opus-5", { input_cost_per_token: 0 }, "zero_or_no_price"],
    [
      "a bare name where two endpoints have two prices",
      "anthropic.claude-opus-5",
      { litellm_provider: "bedrock" },
      "endpoint_unknown",
    ],
    [
      "a negative price",
      "claude-opus-5",
      { input_cost_per_token: -1e-6 },
      "rate_unreadable: input_cost_per_token is -0.000001",
    ],
    [
      "text for a price",
      "claude-opus-5",
      { output_cost_per_token: "0.000025" },
      'rate_unreadable: output_cost_per_token is "0.000025"',
    ],
    [
      "the rest of a float",
      "claude-opus-5",
      { cache_read_input_token_cost: 1.0999999999999999e-7 },
      "rate_unreadable: cache_read_input_token_cost is 1.0999999999999999e-7",
    ],
    ["no provider", "claude-opus-5", { litellm_provider: undefined }, "unreadable"],
  ])("of %s is left out by name", (_what, name, more, reason) => {
    expect(read({ [name]: opus(more) })).toMatchObject({ candidates: [], skipped: [{ name, reason }] });
  });

  test.each([
    ["{", "not_json"],
    ["[1]", "no_map"],
    ["7", "no_map"],
  ])("%s is no map", (text, reason) => {
    expect(readLitellmMap(text, DATED)).toMatchObject({ ok: false, reason });
  });
});

describe("beside the book", () => {
  const book = createPriceBook([
    priceRow("list", {
      usd_per_mtok: {
        input_tokens: "5.0",
        output_tokens: "25",
        cache_read_tokens: "0.5",
        cache_write_5m_tokens: "6.25",
      },
    }),
  ]);
  const verdicts = (map: object) =>
    compareWithBook(read(map).candidates, book).map(({ verdict, against, differences }) => ({
      verdict,
      against,
      differences,
    }));

  test("the same rates are the same, however they are written", () => {
    expect(
      verdicts({ "claude-opus-5": opus({ cache_creation_input_token_cost_above_1hr: undefined }) }),
    ).toEqual([{ verdict: "same", against: ["list"], differences: [] }]);
  });

  test("a rate that the book lacks adds to it", () => {
    expect(verdicts({ "claude-opus-5": opus() })).toMatchObject([
      { verdict: "adds", differences: [{ meter: "cache_write_1h_tokens", book: null, proposed: "10" }] },
    ]);
  });

  test("a flat rate beside a book that is dearer above a band is a conflict, not the same", () => {
    const rates = {
      input_tokens: "5",
      output_tokens: "25",
      cache_read_tokens: "0.5",
      cache_write_5m_tokens: "6.25",
      cache_write_1h_tokens: "10",
    };
    const banded = createPriceBook([
      priceRow("below", { prompt_tokens_max: 200_000, usd_per_mtok: rates }),
      priceRow("above", { prompt_tokens_above: 200_000, usd_per_mtok: { ...rates, input_tokens: "10" } }),
    ]);
    expect(compareWithBook(read({ "claude-opus-5": opus() }).candidates, banded)).toMatchObject([
      {
        verdict: "conflict",
        against: ["above"],
        differences: [{ meter: "input_tokens", book: "10", proposed: "5" }],
      },
    ]);
  });

  test("another rate is a conflict, told meter by meter", () => {
    expect(verdicts({ "claude-opus-5": opus({ output_cost_per_token: 0.00003 }) })).toMatchObject([
      {
        verdict: "conflict",
        differences: [{ book: null }, { meter: "output_tokens", book: "25", proposed: "30" }],
      },
    ]);
  });

  test("calls that the book cannot price are new", () => {
    expect(verdicts({ "claude-sonnet-5": opus() })).toMatchObject([{ verdict: "new", against: [] }]);
  });

  test("names of the same calls at other rates are told, and none is believed", () => {
    const regional = (more: object = {}) => opus({ litellm_provider: "bedrock_converse", ...more });
    const map = {
      "us.anthropic.claude-opus-5": regional({ input_cost_per_token: 0.0000055 }),
      "eu.anthropic.claude-opus-5": regional(),
      "jp.anthropic.claude-sonnet-5": regional({ cache_creation_input_token_cost_above_1hr: undefined }),
      "au.anthropic.claude-sonnet-5": regional(),
    };
    const suggested = read(map);
    expect(suggested.disagreements).toMatchObject([
      {
        about: "bedrock:claude-opus-5:regional",
        meters: [{ meter: "input_tokens", said: [{ rate: "5.5" }, { rate: "5" }] }],
      },
    ]);
    // A name that is silent about a meter contradicts nobody.
    expect(suggested.candidates).toMatchObject([
      {
        names: ["jp.anthropic.claude-sonnet-5", "au.anthropic.claude-sonnet-5"],
        row: { usd_per_mtok: { cache_write_1h_tokens: "10" } },
      },
    ]);
    const lines = reportLines(compareWithBook(suggested.candidates, book), suggested);
    expect(lines.join("\n")).toContain(
      "? bedrock:claude-opus-5:regional  the file disagrees with itself: input_tokens 5.5 (us.",
    );
    expect(lines.join("\n")).toContain("0 in conflict, 1 new, 0 with more meters");
  });
});
