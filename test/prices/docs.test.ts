import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readDiscountFile } from "#core/discount-import.ts";
import { canonicalModel } from "#core/model-name.ts";
import { formatMoney } from "#core/money.ts";
import { readPriceFile } from "#core/price-import.ts";
import type { PriceSetting } from "#core/settings/price.ts";
import { plus, type Ratio, ratio, same, times } from "#test/core/ratio.ts";
import { ratedRecord as rated } from "#test/prices/rated-record.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

const page = readFileSync("docs/prices.md", "utf8");
const example = readFileSync("examples/prices/vertex.json", "utf8");

function exampleRows(): readonly PriceSetting[] {
  const read = readPriceFile(example);
  if (!read.ok) throw new Error(read.detail);
  return read.value;
}

/** One record of the LiteLLM examples, with its cost or why there is none as text. */
function ratedRecord(at: number, more: readonly PriceSetting[] = []) {
  const { data, rating } = rated(at, more);
  return { data, rating, cost: rating.cost === null ? rating.note : formatMoney(rating.cost) };
}

/** The cells of the page's table rows between two of its words. */
function tableRows(from: string, to: string): string[][] {
  const part = page.slice(page.indexOf(from), page.indexOf(to));
  const rows = part.split("\n").filter((line) => line.startsWith("| "));
  return rows.map((line) =>
    line
      .slice(2, -2)
      .split(" | ")
      .map((cell) => cell.trim()),
  );
}

test("the price file on the page is the example, and passes", () => {
  const [, shown] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
  expect(shown).toBe(example);
  expect(exampleRows()).toHaveLength(1);
});

test("the discount file on the page is the example, passes, and every field of it is explained", () => {
  const text = readFileSync("examples/prices/discounts.json", "utf8");
  expect(page).toContain(`\`\`\`json\n${text}\`\`\``);
  const read = readDiscountFile(text);
  if (!read.ok) throw new Error(read.detail);
  const part = page.slice(page.indexOf("## Discounts"), page.indexOf("At most **one** discount"));
  const explained = new Set(
    part.split("\n").flatMap((line) => /^\| (.*?) \|/.exec(line)?.[1]?.match(/\w+/g) ?? []),
  );
  expect(Object.keys(read.value[0] ?? {}).filter((field) => !explained.has(field))).toEqual([]);
});

test("every field of a row is explained", () => {
  const explained = new Set(
    tableRows("| field | what |", "A rate of").flatMap(([cell]) => cell?.match(/\w+/g) ?? []),
  );
  const [row] = exampleRows();
  expect(Object.keys(row ?? {}).filter((field) => field !== "currency" && !explained.has(field))).toEqual([]);
});

describe("the cost by hand", () => {
  const { data, rating, cost } = ratedRecord(1);
  const lines = tableRows("## A cost by hand", "The 380 thinking tokens").filter(([meter]) =>
    meter?.startsWith("`"),
  );
  const row = shippedPrices().find(({ id }) => id === rating.priceId);

  test("is of this record and this row", () => {
    expect(page).toContain(`row \`${rating.priceId}\``);
    expect(data.meters.thinking_tokens).toBe(380);
    const used = lines.map(([meter = "", quantity]) => [meter.replaceAll("`", ""), Number(quantity)]);
    expect(data.meters).toMatchObject(Object.fromEntries(used));
    for (const [meter = "", , rateText] of lines) {
      const name = meter.replaceAll("`", "");
      const rates: Readonly<Record<string, string | null>> = {
        ...row?.usd_per_mtok,
        ...row?.usd_per_request,
      };
      expect([name, rates[name]]).toEqual([name, rateText]);
    }
  });

  test("adds up to the last digit, line by line, and is what the code says", () => {
    let sum: Ratio = ratio("0");
    for (const [, quantity = "", price = "", of = "", amount = ""] of lines) {
      const line = times(times(ratio(quantity), ratio(price)), { over: 1n, under: BigInt(of) });
      expect([amount, same(line, ratio(amount))]).toEqual([amount, true]);
      sum = plus(sum, line);
    }
    expect(lines).toHaveLength(5);
    expect(same(sum, ratio(cost))).toBe(true);
    expect(page).toContain(`**${cost}**`);
  });
});

test("the call to Vertex has the page's price, and another with the example's contract", () => {
  expect(ratedRecord(7).cost).toBe("0.00891");
  expect(ratedRecord(7, exampleRows()).cost).toBe("0.0081");
  expect(ratedRecord(7).data).toMatchObject({
    platform: "vertex",
    region: "europe-west1",
    gateway_cost: { amount: "0.0081" },
  });
  expect(page).toContain("1400 × 3.3 + 260 × 16.5 = 8910 millionths:\n0.00891 USD");
  expect(page).toContain("1400 × 3 + 260 × 15 = 8100 millionths, the same 0.0081");
});

test("the names on the page mean what it says", () => {
  const rows = tableRows("| name | written by |", "These mean nothing").slice(2);
  const names = rows.flatMap(([cell = ""]) => cell.match(/[^`]+(?=`(?:,|$))/g) ?? []);
  expect(names).toHaveLength(10);
  for (const name of names) expect([name, canonicalModel(name).model]).toEqual([name, "claude-sonnet-4-5"]);
});
