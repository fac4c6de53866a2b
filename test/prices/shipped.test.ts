import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { canonicalModel } from "#core/model-name.ts";
import { ANTHROPIC_MODELS } from "#core/model-names.ts";
import { formatMoney, parseMoney } from "#core/money.ts";
import { readPriceFile } from "#core/price-import.ts";
import { foldAll } from "#core/settings/fold.ts";
import type { PriceSetting } from "#core/settings/price.ts";
import { NO_SETTINGS } from "#core/settings/state.ts";
import { messages, priceChange } from "#test/core/settings/changes.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

const files = globSync("prices/*.json").sort();
const rows = shippedPrices();
const active = rows.filter(({ status }) => status !== "cancelled");

test("the files are the ones that are known here", () => {
  const names = ["anthropic", "bedrock", "foundry", "google", "openai", "vertex"];
  expect(files).toEqual(names.map((name) => `prices/${name}.json`));
});

test.each(files)(
  "%s has no number but bounds of prompt tokens, and every decimal is the shortest",
  (file) => {
    const faults: string[] = [];
    JSON.parse(readFileSync(file, "utf8"), (key, value: unknown) => {
      const isBound = key === "prompt_tokens_above" || key === "prompt_tokens_max";
      if (typeof value === "number" && !(isBound && Number.isInteger(value))) faults.push(`${key}: ${value}`);
      if (typeof value === "string" && /^[\d.]+$/.test(value)) {
        const read = parseMoney(value);
        if (!read.ok || formatMoney(read.value) !== value) faults.push(`${key}: "${value}"`);
      }
      return value;
    });
    expect(faults).toEqual([]);
  },
);

describe("every row", () => {
  test.each(files)("%s passes the schema", (file) => {
    expect(readPriceFile(readFileSync(file, "utf8"))).toMatchObject({ ok: true });
  });

  test("is once in all files, and its id says platform, model and beginning", () => {
    const ids = rows.map(({ id }) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    for (const row of rows) {
      expect(row.id.startsWith(`${row.platform}:${row.model}:`)).toBe(true);
      expect(row.id).toContain(`:${row.effective_from.slice(0, 10)}`);
      expect(row.effective_from.slice(10)).toBe("T00:00:00.000Z");
    }
  });

  test("says where it was read, with an address, and a figure from others says what it rests on", () => {
    for (const { id, sources, confidence, note } of rows) {
      expect([id, sources.some((source) => /https:\/\/\S+\.\S+/.test(source))]).toEqual([id, true]);
      if (confidence === "secondary" || !id.startsWith("anthropic-api:"))
        expect([id, note]).not.toEqual([id, null]);
      if (id.startsWith("anthropic-api:") && confidence === "official")
        expect([id, sources.join(" ")]).toEqual([id, expect.stringMatching(/Anthropic|genai-prices/)]);
    }
  });

  test("has a rate for input and, but for embeddings, for output, and is of a model by its canonical name", () => {
    for (const { id, model, usd_per_mtok: rates } of rows) {
      expect([id, canonicalModel(model).model]).toEqual([id, model]);
      expect([id, rates.input_tokens === null]).toEqual([id, false]);
      expect([id, rates.output_tokens === null]).toEqual([id, model.includes("embedding")]);
    }
  });

  test("is accepted by the settings", () => {
    const { outcomes, state } = foldAll(
      NO_SETTINGS,
      messages(...rows.map((row) => priceChange(row.id, 0, row))),
    );
    expect(outcomes.filter(({ outcome }) => outcome !== "applied")).toEqual([]);
    expect(state.prices.size).toBe(rows.length);
  });
});

test("every Claude model of the table of names has a price on Anthropic's own platform", () => {
  const priced = new Set(
    active.filter(({ platform }) => platform === "anthropic-api").map(({ model }) => model),
  );
  expect(ANTHROPIC_MODELS.filter(({ model }) => !priced.has(model))).toEqual([]);
});

describe("rows about the same thing", () => {
  const about = Object.values(
    Object.groupBy(active, (row) =>
      [row.platform, row.model, row.geo_scope, row.speed, row.service_tier].join(" "),
    ),
  ).map((group) => group ?? []);

  test("never count for the same prompt at the same time", () => {
    const clashes = about.flatMap((group) =>
      group.flatMap((left, at) =>
        group.slice(at + 1).flatMap((right) => (clash(left, right) ? [`${left.id} and ${right.id}`] : [])),
      ),
    );
    expect(clashes).toEqual([]);
  });

  test("leave no prompt without a price while any has one", () => {
    for (const group of about)
      for (const { effective_from: at } of group) {
        const bands = group
          .filter((row) => row.effective_from <= at && at < endOf(row))
          .sort((left, right) => left.prompt_tokens_above - right.prompt_tokens_above);
        const edges = bands.flatMap((row) => [row.prompt_tokens_above, row.prompt_tokens_max]);
        // From 0, each band begins where the one before ended, and the last has no end.
        expect([edges[0], edges.at(-1)]).toEqual([0, null]);
        for (let edge = 1; edge < edges.length - 1; edge += 2) expect(edges[edge]).toBe(edges[edge + 1]);
      }
  });
});

function endOf(row: PriceSetting): string {
  return row.effective_to ?? "9999";
}

function clash(left: PriceSetting, right: PriceSetting): boolean {
  const inTime = left.effective_from < endOf(right) && right.effective_from < endOf(left);
  const most = (row: PriceSetting) => row.prompt_tokens_max ?? Number.POSITIVE_INFINITY;
  return inTime && left.prompt_tokens_above < most(right) && right.prompt_tokens_above < most(left);
}
