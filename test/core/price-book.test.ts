import { describe, expect, test } from "vitest";
import { createPriceBook } from "#core/price-book.ts";
import type { PriceQuery } from "#core/price-query.ts";
import type { PriceSetting } from "#core/settings/price.ts";
import { priceQuery, priceRow } from "#test/core/price-rows.ts";
import { seeded } from "#test/core/seeded.ts";

/** The id of the row that answers, or why there is none. */
function found(rows: readonly PriceSetting[], query: PriceQuery): string {
  const answer = createPriceBook(rows).find(query);
  if (answer.found === "one") return answer.row.id;
  return answer.found === "none" ? "none" : `ambiguous: ${answer.ids.join(" ")}`;
}

describe("time", () => {
  const spring = { effective_from: "2026-03-01T00:00:00.000Z", effective_to: "2026-06-01T00:00:00.000Z" };

  test.each([
    ["2026-02-28T23:59:59.999Z", "none"],
    ["2026-03-01T00:00:00.000Z", "spring"],
    ["2026-05-31T23:59:59.999Z", "spring"],
    ["2026-06-01T00:00:00.000Z", "none"],
  ])("a row counts from its beginning to before its end: %s", (at, id) => {
    expect(found([priceRow("spring", spring)], priceQuery({ at }))).toBe(id);
  });

  test("a beginning within a day counts from that millisecond", () => {
    const rows = [priceRow("old"), priceRow("new", { effective_from: "2026-10-07T09:30:00.001Z" })];
    expect(found(rows, priceQuery({ at: "2026-10-07T09:30:00.000Z" }))).toBe("old");
    expect(found(rows, priceQuery({ at: "2026-10-07T09:30:00.001Z" }))).toBe("new");
  });

  test("of two that overlap the later one counts, and when it ends the earlier one counts again", () => {
    const rows = [priceRow("list"), priceRow("sale", spring)];
    const at = (time: string) => found(rows, priceQuery({ at: time }));
    expect(at("2026-02-28T23:59:59.999Z")).toBe("list");
    expect(at("2026-03-01T00:00:00.000Z")).toBe("sale");
    expect(at("2026-06-01T00:00:00.000Z")).toBe("list");
  });

  test("a gap between two rows has no price", () => {
    const rows = [
      priceRow("first", { effective_to: "2026-03-01T00:00:00.000Z" }),
      priceRow("second", { effective_from: "2026-04-01T00:00:00.000Z" }),
    ];
    expect(found(rows, priceQuery({ at: "2026-03-15T00:00:00.000Z" }))).toBe("none");
  });

  test("a cancelled row never prices, is not counted and does not end the one before", () => {
    const rows = [
      priceRow("list"),
      priceRow("rise", { effective_from: "2026-05-01T00:00:00.000Z", status: "cancelled" }),
    ];
    expect(createPriceBook(rows).rows).toBe(1);
    expect(found(rows, priceQuery())).toBe("list");
    expect(found(rows.slice(1), priceQuery())).toBe("none");
  });

  test("a scheduled row prices from its beginning: nobody has to press anything on the day", () => {
    const rows = [
      priceRow("list"),
      priceRow("rise", { effective_from: "2027-01-01T00:00:00.000Z", status: "scheduled" }),
    ];
    expect(found(rows, priceQuery({ at: "2026-12-31T23:59:59.999Z" }))).toBe("list");
    expect(found(rows, priceQuery({ at: "2027-01-01T00:00:00.000Z" }))).toBe("rise");
  });
});

describe("bands of prompt tokens", () => {
  const rows = [
    priceRow("short", { prompt_tokens_max: 100_000 }),
    priceRow("middle", { prompt_tokens_above: 100_000, prompt_tokens_max: 200_000 }),
    priceRow("long", { prompt_tokens_above: 200_000 }),
  ];

  test.each([
    [0, "short"],
    [1, "short"],
    [99_999, "short"],
    [100_000, "short"],
    [100_001, "middle"],
    [200_000, "middle"],
    [200_001, "long"],
    [Number.MAX_SAFE_INTEGER, "long"],
  ])("%i tokens are in one band, its upper edge included", (promptTokens, id) => {
    expect(found(rows, priceQuery({ promptTokens }))).toBe(id);
  });

  test("a prompt above the last band has no price", () => {
    expect(found(rows.slice(0, 2), priceQuery({ promptTokens: 200_001 }))).toBe("none");
  });

  test("a later row for all prompts ends the bands", () => {
    const flat = priceRow("flat", { effective_from: "2026-03-13T00:00:00.000Z" });
    expect(found([...rows, flat], priceQuery({ promptTokens: 500_000 }))).toBe("flat");
  });
});

describe("platform, model, speed and tier are never replaced by another", () => {
  const rows = [
    priceRow("standard"),
    priceRow("fast", { speed: "fast" }),
    priceRow("batch", { service_tier: "batch" }),
    priceRow("bedrock", { platform: "bedrock" }),
    priceRow("sonnet", { model: "claude-sonnet-5" }),
  ];

  test.each<[Parameters<typeof priceQuery>[0], string]>([
    [{}, "standard"],
    [{ speed: "fast" }, "fast"],
    [{ serviceTier: "batch" }, "batch"],
    [{ speed: "fast", serviceTier: "batch" }, "none"],
    [{ serviceTier: "priority" }, "none"],
    [{ serviceTier: "flex" }, "none"],
    [{ platform: "bedrock" }, "bedrock"],
    [{ platform: "bedrock", speed: "fast" }, "none"],
    [{ platform: "vertex-ai" }, "none"],
    [{ platform: "" }, "none"],
    [{ model: "claude-sonnet-5" }, "sonnet"],
    [{ model: "claude-opus" }, "none"],
  ])("%j: %s", (query, id) => {
    expect(found(rows, priceQuery(query))).toBe(id);
  });
});

describe("geography", () => {
  const rows = [
    priceRow("any"),
    priceRow("us", { geo_scope: "us" }),
    priceRow("regional", { geo_scope: "regional" }),
  ];

  test.each([
    ["us", "us"],
    ["regional", "regional"],
    ["global", "any"],
    [null, "any"],
  ] as const)("a call of %s is priced by the row of %s", (geoScope, id) => {
    expect(found(rows, priceQuery({ geoScope }))).toBe(id);
  });

  test("where only endpoints have rows, a call of no known endpoint has no price", () => {
    expect(found(rows.slice(1), priceQuery())).toBe("none");
    expect(found(rows.slice(1), priceQuery({ geoScope: "global" }))).toBe("none");
  });

  test("the row of the endpoint counts also where the one for any is younger", () => {
    const younger = priceRow("younger", { effective_from: "2026-05-01T00:00:00.000Z" });
    expect(found([...rows, younger], priceQuery({ geoScope: "us" }))).toBe("us");
    expect(found([...rows, younger], priceQuery())).toBe("younger");
  });
});

describe("no silent pick", () => {
  const twins = [priceRow("b:second"), priceRow("a:first"), priceRow("c:third", { prompt_tokens_max: 5000 })];

  test("rows that are equally right are named, in the same order whatever order they came in", () => {
    expect(found(twins, priceQuery())).toBe("ambiguous: a:first b:second c:third");
    expect(found(twins.toReversed(), priceQuery())).toBe("ambiguous: a:first b:second c:third");
  });

  test("cancelling the others settles it, and so does a younger row", () => {
    const [second, ...others] = twins.map((row, at) =>
      at === 0 ? row : { ...row, status: "cancelled" as const },
    );
    expect(found([...others, ...(second === undefined ? [] : [second])], priceQuery())).toBe("b:second");
    const younger = priceRow("younger", { effective_from: "2026-05-31T23:59:59.999Z" });
    expect(found([...twins, younger], priceQuery())).toBe("younger");
  });

  test("no answer depends on the order of an import", () => {
    const random = seeded(47);
    for (let round = 0; round < 300; round++) {
      const rows = Array.from({ length: 1 + random.below(12) }, (_, at) => anyRow(random, `row-${at}`));
      const shuffled = rows
        .map((row) => ({ row, by: random.below(1 << 30) }))
        .sort((left, right) => left.by - right.by)
        .map(({ row }) => row);
      for (let ask = 0; ask < 20; ask++) {
        const query = priceQuery({
          at: `2026-${random.pick(["01", "05", "10"])}-01T00:00:00.000Z`,
          speed: random.pick(["standard", "fast"]),
          geoScope: random.pick(["us", "global", null]),
          promptTokens: random.pick([0, 10, 11, 1000]),
        });
        expect(found(shuffled, query)).toBe(found(rows, query));
      }
    }
  });
});

function anyRow(random: ReturnType<typeof seeded>, id: string): PriceSetting {
  return priceRow(id, {
    effective_from: `2026-0${1 + random.below(6)}-01T00:00:00.000Z`,
    effective_to: random.pick([null, "2026-08-01T00:00:00.000Z"]),
    speed: random.pick(["standard", "fast"] as const),
    geo_scope: random.pick(["any", "us"] as const),
    ...random.pick([{}, { prompt_tokens_max: 10 }, { prompt_tokens_above: 10 }]),
    status: random.pick(["active", "active", "cancelled"] as const),
  });
}
