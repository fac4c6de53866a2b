import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addMoney, formatMoney, type Money, parseMoney } from "#core/money.ts";
import { CHARGE_KINDS, ChargeSetting } from "#core/settings/charge.ts";
import { chargeValues } from "#query-api/exports/focus/focus-charges.ts";
import { FOCUS_COLUMNS } from "#query-api/exports/focus/focus-columns.ts";
import { closed } from "#test/core/settings/period-changes.ts";
import { openStore, type Store } from "#test/query-api/api-kit.ts";
import { type ChargesApi, chargesApi } from "#test/query-api/charges-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

/** This file's year: the database is shared by the files. */
const YEAR = 1977;
const RANGE = `from=${YEAR}-11-01&to=${YEAR}-12-01`;
const NOVEMBER = { from: `${YEAR}-11-01T00:00:00.000Z`, to: `${YEAR}-12-01T00:00:00.000Z` };
const DECEMBER = { from: NOVEMBER.to, to: `${YEAR + 1}-01-01T00:00:00.000Z` };

let store: Store;
let api: ChargesApi;
let [finance, viewer] = ["", ""];
const units = (text: string | undefined): Money => {
  const read = parseMoney(text || "0");
  if (!read.ok) throw new Error(text);
  return read.value;
};
const sum = (rows: readonly Record<string, string>[], column: string) =>
  formatMoney(addMoney(rows.map((row) => units(row[column]))));
const call = (tag: string, day: string, team: string, cost_usd: string | null, more: object = {}) =>
  eventRow({
    ...{ event_id: eventIdOf(`exch-${tag}`), at: `${YEAR}-${day}T10:00:30.000Z`, team, cost_usd },
    ...{ cost_status: "rated", model: "m", ...more },
  });
const charge = (id: string, amount: string, more: object = {}) =>
  api.bring("charge", {
    ...{ id, kind: "other", vendor: "anthropic", description: `Charge ${id}`, ...NOVEMBER, amount },
    ...more,
  } as { id: string });

beforeAll(async () => {
  store = await openStore();
  api = await chargesApi(store, `${YEAR}-12-02T00:00:00.000Z`);
  finance = await api.key({ role: "finance" });
  viewer = await api.key({ role: "viewer", teams: ["search"] });
  await store.insertEvents([
    call("a", "11-03", "search", "30.0011", { cost_center: "4200" }),
    call("b", "11-04", "ads", "10.003"),
    call("c", "11-05", "", "5"),
    call("gateway", "11-05", "ads", "2", { cost_status: "gateway" }),
    call("unpriced", "11-05", "ads", null, { cost_status: "unpriced" }),
    call("d", "12-01", "search", "7", { cost_center: "4200" }),
  ]);
  const always = { effective_from: "1970-01-01T00:00:00.000Z" };
  const map = { id: "search", match: "team", value: "search", cost_center: "4200", ...always };
  await api.bring("allocation", map as never);
  await api.bring("split_rule", { id: "use", method: "proportional", by: "team" } as never);
  const thirds = ["ads", "search", "=z"].map((name) => ({ name }));
  await api.bring("split_rule", { id: "thirds", method: "even", by: "team", parts: thirds } as never);
  await charge("1-hours", "8.1", { split: "use", kind: "code_execution" });
  await charge("2-seats", "100", { split: "thirds", kind: "seat" });
  await charge("3-credit", "-2.5", { kind: "credit", cost_center: "4300" });
  await charge("4-nobody", "4");
  await charge("5-tax", "19.0049", { kind: "tax", team: "search" });
  await charge("6-fix", "-1", { corrects: "4-nobody" });
  await charge("7-december", "50", { ...DECEMBER, kind: "support", team: "ads", vendor: "aws" });
  // In December's books, because its own period begins there, and about November.
  await charge("8-seats-less", "-10", { ...DECEMBER, kind: "seat", split: "thirds", corrects: "2-seats" });
});
afterAll(async () => {
  await api.close();
  await store.close();
});

const journal = (more = "", token = finance) => api.file(`journal?${RANGE}${more}`, token);
const focus = (more = "", token = finance) => api.file(`focus?${RANGE}${more}`, token);
const json = async (url: string) => JSON.parse((await api.ask(url, finance)).body);

describe("a journal with charges", () => {
  test.each(["team", "cost_center"])(
    "by %s is /v1/costs and the charges, to the last digit, and balances",
    async (by) => {
      const { rows, manifest } = await journal(`&by=${by}`);
      const both = await json(`/v1/charges/costs?${RANGE}&by=${by}`);
      const costs = await json(`/v1/costs?${RANGE}`);
      expect(sum(rows, "exact_cost_usd")).toBe(both.total_cost.amount);
      expect(
        sum(
          rows.filter(({ line_kind }) => line_kind === "charge"),
          "exact_cost_usd",
        ),
      ).toBe(costs.totals.cost.amount);
      expect(manifest).toMatchObject({
        ...{ calls_cost: costs.totals.cost.amount, charges: "6", charges_cost: both.charges_cost.amount },
        sums: { exact_cost_usd: both.total_cost.amount },
        ...{ gateway_cost: "2", unpriced_calls: "1" },
      });
      for (const { payer, total_cost } of both.rows)
        expect([
          payer,
          sum(
            rows.filter((row) => (row[by] || null) === guarded(payer)),
            "exact_cost_usd",
          ),
        ]).toEqual([payer, total_cost.amount]);
      expect(sum(rows, "debit")).toBe(sum(rows, "credit"));
      for (const row of rows) expect(units(row["debit"]) % 10_000_000_000n).toBe(0n);
    },
  );

  test("has a line a payer and kind, with the account of the kind where one is given", async () => {
    const accounts =
      "&expense_account=6100&charge_account=tax=1576&charge_account=seat=6200&charge_account=credit=4730";
    const { rows, manifest } = await journal(`${accounts}&by=cost_center`);
    expect(
      rows.map((row) =>
        [
          row["line_kind"],
          row["cost_center"],
          row["gl_account"],
          row["debit"],
          row["credit"],
          row["text"],
        ].join("|"),
      ),
    ).toEqual([
      `charge|4200|6100|30||LLM usage ${YEAR}-11-01 to ${YEAR}-11-30, 4200`,
      `charge|UNALLOCATED|6100|15||LLM usage ${YEAR}-11-01 to ${YEAR}-11-30, UNALLOCATED`,
      `code_execution|4200|6100|6.07||Code execution ${YEAR}-11-01 to ${YEAR}-11-30, 4200`,
      `seat|4200|6200|33.33||Seats ${YEAR}-11-01 to ${YEAR}-11-30, 4200`,
      `tax|4200|1576|19||Taxes ${YEAR}-11-01 to ${YEAR}-11-30, 4200`,
      `credit|4300|4730||2.5|Credits ${YEAR}-11-01 to ${YEAR}-11-30, 4300`,
      `code_execution|UNALLOCATED|6100|2.03||Code execution ${YEAR}-11-01 to ${YEAR}-11-30, UNALLOCATED`,
      `other|UNALLOCATED|6100|3||Other charges ${YEAR}-11-01 to ${YEAR}-11-30, UNALLOCATED`,
      `seat|UNALLOCATED|6200|66.67||Seats ${YEAR}-11-01 to ${YEAR}-11-30, UNALLOCATED`,
      `rounding||ROUNDING|0.01||Rounding of LLM usage ${YEAR}-11-01 to ${YEAR}-11-30`,
      `clearing||LLM-CLEARING||172.61|LLM usage, clearing ${YEAR}-11-01 to ${YEAR}-11-30`,
    ]);
    expect(manifest.query).toMatchObject({
      charges: "with",
      charge_accounts: { credit: "4730", seat: "6200", tax: "1576" },
    });
  });

  test("keeps its number; without charges it is another document, of the calls alone", async () => {
    const [withThem, without] = [await journal(), await journal("&charges=without")];
    expect(withThem.rows[0]?.["document_number"]).toBe(`LLM-${YEAR}1101-${YEAR}1130`);
    expect(without.rows[0]?.["document_number"]).toMatch(
      new RegExp(`^LLM-${YEAR}1101-${YEAR}1130-[0-9a-f]{8}$`),
    );
    expect(without.manifest).toMatchObject({ calls_cost: "45.0041", charges: "0", charges_cost: "0" });
    expect(sum(without.rows, "exact_cost_usd")).toBe("45.0041");
  });

  test("counts a charge whole in the month that its period begins in, which has a document of its own", async () => {
    const { rows } = await api.file(`journal?from=${YEAR}-12-01&to=${YEAR + 1}-01-01`, finance);
    expect(sum(rows, "exact_cost_usd")).toBe("47");
    const both = await api.file(`journal?from=${YEAR}-11-01&to=${YEAR + 1}-01-01`, finance);
    expect(new Set(both.rows.map((row) => row["document_number"])).size).toBe(2);
  });

  test.each([
    ["charge_account=free=1", "kinds: seat"],
    ["charge_account=tax=", "charge_account"],
    ["charge_account=tax=%3D1", "charge_account"],
    ["charge_account=tax=1&charge_account=tax=2", "an account of tax twice"],
    ["charges=some", "charges"],
  ])("%s is refused with a reason", async (query, reason) => {
    const { status, body } = await api.ask(`/v1/exports/journal?${RANGE}&${query}`, finance);
    expect([status, body]).toEqual([400, expect.stringContaining(reason)]);
  });
});

/** As a CSV shows a text that a spreadsheet would run. */
const guarded = (payer: string | null) => (payer?.startsWith("=") ? `'${payer}` : payer);

describe("FOCUS with charges", () => {
  test("is the whole of calls, gateway's figures and charges, in every cost column and version", async () => {
    const both = await json(`/v1/charges/costs?${RANGE}`);
    const whole = formatMoney(addMoney([units(both.total_cost.amount), units("2")]));
    for (const version of ["1.0", "1.2", "1.4"]) {
      const { rows, manifest } = await focus(`&version=${version}`);
      for (const column of ["BilledCost", "EffectiveCost", "ContractedCost"])
        expect([column, sum(rows, column)]).toEqual([column, whole]);
      expect(manifest).toMatchObject({
        calls_cost: "47.0041",
        charges: "6",
        charges_cost: both.charges_cost.amount,
      });
      expect(
        sum(
          rows.filter((row) => row["x_ChargeId"] === "2-seats"),
          "BilledCost",
        ),
      ).toBe("100");
    }
  });

  test("says of each kind what it is, and nothing that FOCUS does not know of it", async () => {
    const { rows } = await focus();
    const row = (id: string) => rows.find((one) => one["x_ChargeId"] === id) ?? {};
    const shown = (id: string) =>
      [
        "ChargeCategory",
        "ChargeFrequency",
        "ChargeClass",
        "PricingQuantity",
        "ListUnitPrice",
        "ConsumedQuantity",
        "SkuId",
      ]
        .map((name) => row(id)[name])
        .join("|");
    expect(shown("1-hours")).toMatch(
      /^Usage\|Usage-Based\|\|1\.0\|2\.02\d+\|1\.0\|anthropic-code_execution$/,
    );
    expect(shown("2-seats")).toBe("Purchase|Recurring||1.0|33.333333333334||anthropic-seat");
    expect(shown("3-credit")).toBe("Credit|One-Time|||||");
    expect(shown("5-tax")).toBe("Tax|One-Time|||||");
    expect(shown("6-fix")).toBe("Adjustment|One-Time|||||");
    expect(row("2-seats")).toMatchObject({
      ...{
        x_Split: "thirds",
        x_CostStatus: "charge",
        BillingAccountId: "anthropic",
        ProviderName: "Anthropic",
      },
      ...{ ChargePeriodStart: `${YEAR}-11-01T00:00:00Z`, ChargePeriodEnd: `${YEAR}-12-01T00:00:00Z` },
      ...{ BillingPeriodStart: `${YEAR}-11-01T00:00:00Z`, BillingPeriodEnd: `${YEAR}-12-01T00:00:00Z` },
    });
    for (const call of rows.filter((one) => one["x_ChargeId"] === ""))
      expect(call["ChargeCategory"]).toBe("Usage");
  });

  test("a charge that corrects one of an earlier month is a correction, one of its own month is not", async () => {
    const { rows } = await api.file(`focus?from=${YEAR}-12-01&to=${YEAR + 1}-01-01`, finance);
    const less = rows.filter((row) => row["x_ChargeId"] === "8-seats-less");
    expect(
      less.map((row) => [row["ChargeClass"], row["x_CorrectsPeriodStart"], row["PricingQuantity"]]),
    ).toEqual(Array(3).fill(["Correction", `${YEAR}-11-01T00:00:00Z`, "-1.0"]));
    for (const row of less)
      expect(units(row["PricingQuantity"]) * units(row["ListUnitPrice"])).toBe(
        units(row["ListCost"]) * 10n ** 12n,
      );
    expect(rows.find((row) => row["x_ChargeId"] === "7-december")).toMatchObject({
      ...{ ProviderName: "AWS", ChargeClass: "" },
    });
  });

  test.each(CHARGE_KINDS)("every value of a %s has its column", (kind) => {
    const made = ChargeSetting.parse({
      id: "x",
      kind,
      vendor: "7",
      description: "d",
      ...NOVEMBER,
      amount: "1",
    });
    const part = { team: null, cost_center: null, amount: 1n as Money };
    const at = { bookedAtMs: Date.parse(NOVEMBER.from), corrects: null, correctedFrom: null };
    const values = chargeValues({ charge: made, part, ...at }, { id: null, name: null });
    const names = new Set(FOCUS_COLUMNS.map(({ name }) => name));
    expect(Object.keys(values).filter((name) => !names.has(name))).toEqual([]);
    expect(values["BillingAccountId"]).toBe("vendor 7");
  });
});

describe("whose charges a file has", () => {
  test("none for a key of some teams, nor with a filter that no charge knows, and it says so", async () => {
    for (const [file, query] of [
      [await journal("", viewer), "30.0011"],
      [await focus("", viewer), "30.0011"],
      [await journal("&model=m"), "45.0041"],
      [await focus("&model=m"), "47.0041"],
    ] as const)
      expect(file.manifest).toMatchObject({
        ...{ calls_cost: query, charges: "0", charges_cost: "0", query: { charges: "without" } },
      });
  });

  test("of a team or a cost centre its parts", async () => {
    const { manifest } = await journal("&team=search");
    expect(manifest).toMatchObject({ calls_cost: "30.0011", charges: "3", query: { charges: "with" } });
    const nobody = await journal("&cost_center=4300&by=cost_center");
    expect(nobody.manifest).toMatchObject({ calls_cost: "0", charges: "1", charges_cost: "-2.5" });
    expect((await focus("&team=")).manifest).toMatchObject({ calls_cost: "5", charges_cost: "0.5" });
  });
});

describe("the same bytes again", () => {
  const asOf = `&as_of=${YEAR}-12-03T00:00:00.000Z`;
  const files = async (more = "") => [(await journal(asOf + more)).text, (await focus(asOf + more)).text];

  test("whatever calls and charges come in: a split goes by the calls of as_of", async () => {
    api.clock.now = new Date(`${YEAR}-12-04T00:00:00.000Z`);
    const before = await files();
    const late = { append_time: `${YEAR}-12-03T12:00:00.000Z` };
    await store.insertEvents([call("late", "11-20", "ads", "20", late)]);
    await charge("9-late", "1", { team: "ads" });
    expect(await files()).toEqual(before);
    expect((await journal()).manifest.charges).toBe("7");
    const hours = async () => (await focus()).rows.filter((row) => row["x_ChargeId"] === "1-hours");
    expect(sum(await hours(), "BilledCost")).toBe("8.1");
  });

  test("of a closed period: what comes later is booked in the open one, as a correction of it", async () => {
    const periods = [NOVEMBER, DECEMBER].map((range, at) => ({
      ...{ id: `${YEAR}-${11 + at}`, zone: "UTC", ...range, state: "open" },
    }));
    for (const period of periods) await api.bring("period", period);
    const [november] = periods;
    const closed_at = `${YEAR}-12-03T18:00:00.000Z`;
    const { snapshot } = closed(11, closed_at);
    const kept = { ...snapshot, closed_by: "test" };
    await api.bring(
      "period",
      { id: "", ...november, state: "closed", closed_at, snapshot: kept } as never,
      1,
    );
    const before = [(await journal()).text, (await focus()).text];
    api.clock.now = new Date(`${YEAR}-12-20T00:00:00.000Z`);
    await store.insertEvents([
      call("later", "11-21", "ads", "40", { append_time: `${YEAR}-12-19T00:00:00.000Z` }),
    ]);
    await charge("10-later", "3", { team: "ads", kind: "seat" });
    expect([(await journal()).text, (await focus()).text]).toEqual(before);
    const december = `from=${YEAR}-12-01&to=${YEAR + 1}-01-01`;
    const lines = (await api.file(`journal?${december}`, finance)).rows;
    expect(
      lines
        .filter(({ text }) => text?.includes("corrects"))
        .map(({ line_kind, text, exact_cost_usd }) => [line_kind, text, exact_cost_usd]),
    ).toEqual([
      ["charge", expect.stringContaining(`ads, corrects ${YEAR}-11`), "40"],
      ["other", expect.stringContaining(`ads, corrects ${YEAR}-11`), "1"],
      ["seat", expect.stringContaining(`ads, corrects ${YEAR}-11`), "3"],
    ]);
    const row = (await api.file(`focus?${december}`, finance)).rows.find(
      (one) => one["x_ChargeId"] === "10-later",
    );
    expect(row).toMatchObject({
      ...{ ChargeClass: "Correction", x_CorrectsPeriodStart: `${YEAR}-11-01T00:00:00Z` },
      ...{ BillingPeriodStart: `${YEAR}-12-01T00:00:00Z`, ChargePeriodStart: `${YEAR}-11-01T00:00:00Z` },
    });
  });
});
