import { randomUUID } from "node:crypto";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatMoney, type Money, parseMoney } from "#core/money.ts";
import { FOCUS_VERSIONS } from "#query-api/exports/focus/focus-columns.ts";
import type { Manifest } from "#query-api/exports/manifest.ts";
import { makeApi, openStore, type Store, settingsInMemory, type TestApi } from "#test/query-api/api-kit.ts";
import { focusRows, PRICE, putPrice } from "#test/query-api/focus-kit.ts";

/** This file's year: the database is shared by the files. */
const YEAR = 2014;
const given = focusRows(YEAR);

let store: Store;
let api: TestApi;
let finance: string;
beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  finance = await api.key({ role: "finance" });
  await putPrice(api);
  await store.insertEvents(given.rows);
});
afterAll(() => store.close());

type Line = Readonly<Record<string, string>>;

async function exported(
  from: string,
  to: string,
  further = "",
): Promise<{ lines: Line[]; manifest: Manifest }> {
  const query = `from=${YEAR}-${from}&to=${to}&as_of=${YEAR}-12-01T00:00:00Z${further}`;
  const { status, text, trailers } = await api.get(`/v1/exports/focus?${query}`, finance);
  expect(status, text).toBe(200);
  const manifest = JSON.parse(Buffer.from(trailers["spendtrail-manifest"] ?? "", "base64url").toString());
  return { lines: parse(text, { columns: true }), manifest };
}

const units = (text: string | undefined): bigint => {
  const read = parseMoney(text ?? "");
  if (!read.ok) throw new Error(text);
  return read.value;
};
const sum = (lines: readonly Line[], column: string) =>
  lines.reduce((all, line) => all + units(line[column]), 0n);
const year = () => exported("01-01", `${YEAR + 1}-01-01`);

describe("costs as FOCUS", () => {
  test.each(["BilledCost", "EffectiveCost", "ContractedCost"])(
    "%s adds up to the cost of the calls",
    async (column) => {
      const { lines, manifest } = await year();
      expect(sum(lines, column)).toBe(given.cost);
      expect(manifest.sums[column]).toBe(formatMoney(given.cost as Money));
      expect([manifest.unpriced_calls, manifest.row_count]).toEqual(["1", lines.length]);
      expect([manifest.gateway_calls, manifest.gateway_cost]).toEqual(["1", "1.25"]);
    },
  );

  test("quantity times price is the list cost, exactly, on every line", async () => {
    const { lines } = await year();
    expect(lines.length).toBeGreaterThan(100);
    for (const line of lines)
      expect(units(line["PricingQuantity"]) * units(line["ListUnitPrice"])).toBe(
        units(line["ListCost"]) * 10n ** 12n,
      );
  });

  test("what no meter's rate explains is a line of its own: here the gateway's figure", async () => {
    const rest = (await year()).lines.filter((line) => line["SkuMeter"] === "");
    expect(rest).toMatchObject([
      { BilledCost: "1.25", x_CostStatus: "gateway", PricingQuantity: "1.0", PricingUnit: "Charges" },
    ]);
  });

  test("a conflict that was settled in a later month is no correction of that month", async () => {
    const { lines } = await exported("06-01", `${YEAR}-07-01`);
    expect(lines).toEqual([]);
  });

  test("a discount is shared by the meters: list cost as before, a tenth off each", async () => {
    const lines = (await year()).lines.filter((line) => line["x_Team"] === "discount");
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      expect(line["SkuMeter"]).not.toBe("");
      expect(units(line["ContractedCost"]) * 10n).toBe(units(line["ListCost"]) * 9n);
      expect(units(line["ContractedUnitPrice"]) * 10n).toBe(units(line["ListUnitPrice"]) * 9n);
    }
  });

  test("a correction is one only where it corrects an earlier month, and then it is posted in the later one", async () => {
    const january = await exported("01-01", `${YEAR}-02-01`);
    const march = await exported("03-01", `${YEAR}-04-01`);
    const moved = ({ lines }: typeof march) =>
      lines.filter((line) => line["x_CorrectsPeriodStart"] === `${YEAR}-01-01T00:00:00Z`);
    expect(january.lines.filter((line) => line["ChargeClass"] !== "")).toEqual([]);
    expect(
      sum(
        january.lines.filter((line) => line["x_Team"] === "ads"),
        "BilledCost",
      ),
    ).toBe(given.moved);
    expect(moved(march).length).toBeGreaterThan(1);
    for (const line of moved(march))
      expect(line).toMatchObject({
        ChargeClass: "Correction",
        BillingPeriodStart: `${YEAR}-03-01T00:00:00Z`,
        BillingPeriodEnd: `${YEAR}-04-01T00:00:00Z`,
        ChargePeriodStart: `${YEAR}-01-10T00:00:00Z`,
      });
    const byTeam = (team: string) =>
      sum(
        moved(march).filter((line) => line["x_Team"] === team),
        "BilledCost",
      );
    expect([byTeam("ads"), byTeam("maps")]).toEqual([-given.moved, given.moved]);
  });

  test.each(FOCUS_VERSIONS)(
    "version %s names its own columns, and decimals have a point",
    async (version) => {
      const { lines } = await exported(
        "01-01",
        `${YEAR}-02-01`,
        `&version=${version}&billing_account_id=acme`,
      );
      const names = Object.keys(lines[0] ?? {});
      expect(names.includes("ServiceProviderName")).toBe(version === "1.4");
      expect(names.includes("ProviderName")).toBe(version !== "1.4");
      expect(names.includes("Provider")).toBe(version === "1.0");
      expect(lines[0]?.["BillingAccountId"]).toBe("acme");
      for (const line of lines)
        expect([line["ListUnitPrice"], line["ConsumedQuantity"]].join()).toMatch(/^\d+\.\d+,-?\d+\.\d+$/);
    },
  );

  test("no cell that a spreadsheet would run, and tags stay JSON", async () => {
    const { lines } = await year();
    expect(lines.filter((line) => Object.values(line).some((cell) => /^[=+@]/.test(cell)))).toEqual([]);
    const teams = new Set(lines.map((line) => JSON.parse(line["Tags"] ?? "").team));
    expect(teams).toContain('=ads,"x"');
  });

  test("list prices are those of the book at as_of, whatever a row says since", async () => {
    const memory = settingsInMemory();
    const put = (value: typeof PRICE, expected_version: number) =>
      memory.changeSettings({
        ...{ kind: "price", id: value.id, value, expected_version, actor: "test", reason: "test" },
        change_id: randomUUID(),
      });
    expect((await put(PRICE, 0)).outcome).toBe("applied");
    const then = memory.settings.state().offset;
    const rates = { ...PRICE.usd_per_mtok, output_tokens: "50" };
    expect((await put({ ...PRICE, usd_per_mtok: rates }, 1)).outcome).toBe("applied");
    const offsetAt = (ms: number) => (ms < Date.UTC(YEAR, 10, 1) ? then : memory.settings.state().offset);
    const settings = { ...memory.settings, offsetAt };
    const stores = { clickhouseTeam: store.team, clickhouseAll: store.all };
    const other = await makeApi(stores, { settings, changeSettings: memory.changeSettings });
    const token = await memory.key({ role: "finance" });
    const outputOf = async (asOf: string) => {
      const url = `/v1/exports/focus?from=${YEAR}-01-01&to=${YEAR}-02-01&as_of=${YEAR}-${asOf}T00:00:00Z`;
      const lines: Line[] = parse((await other.get(url, token)).text, { columns: true });
      const output = lines.filter((line) => line["SkuMeter"] === "Output Tokens");
      return [...new Set(output.map((line) => line["ListUnitPrice"]))];
    };
    expect([await outputOf("10-01"), await outputOf("12-01")]).toEqual([["25.0"], ["50.0"]]);
  });

  test("an account of digits alone is refused", async () => {
    const { status, json } = await api.get(
      `/v1/exports/focus?from=${YEAR}-01-01&to=${YEAR}-02-01&billing_account_id=4711`,
      finance,
    );
    expect([status, json.detail]).toEqual([400, expect.stringContaining("all digits")]);
  });
});
