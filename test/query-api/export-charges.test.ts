import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closed } from "#test/core/settings/period-changes.ts";
import { type ChargesGround, chargesGround, sum, units } from "#test/query-api/charges-kit.ts";

/** This file's year: the database is shared by the files. */
const YEAR = 1977;

let ground: ChargesGround;
beforeAll(async () => {
  ground = await chargesGround(YEAR);
});
afterAll(() => ground.close());

describe("a journal with charges", () => {
  test.each(["team", "cost_center"])(
    "by %s is /v1/costs and the charges, to the last digit, and balances",
    async (by) => {
      const { rows, manifest } = await ground.journal(`&by=${by}`);
      const both = await ground.json(`/v1/charges/costs?${ground.range}&by=${by}`);
      const costs = await ground.json(`/v1/costs?${ground.range}`);
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
    const { rows, manifest } = await ground.journal(`${accounts}&by=cost_center`);
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
    const [withThem, without] = [await ground.journal(), await ground.journal("&charges=without")];
    expect(withThem.rows[0]?.["document_number"]).toBe(`LLM-${YEAR}1101-${YEAR}1130`);
    expect(without.rows[0]?.["document_number"]).toMatch(
      new RegExp(`^LLM-${YEAR}1101-${YEAR}1130-[0-9a-f]{8}$`),
    );
    expect(without.manifest).toMatchObject({ calls_cost: "45.0041", charges: "0", charges_cost: "0" });
    expect(sum(without.rows, "exact_cost_usd")).toBe("45.0041");
  });

  test("counts a charge whole in the month that its period begins in, which has a document of its own", async () => {
    const { rows } = await ground.api.file(`journal?from=${YEAR}-12-01&to=${YEAR + 1}-01-01`, ground.finance);
    expect(sum(rows, "exact_cost_usd")).toBe("47");
    const both = await ground.api.file(`journal?from=${YEAR}-11-01&to=${YEAR + 1}-01-01`, ground.finance);
    expect(new Set(both.rows.map((row) => row["document_number"])).size).toBe(2);
  });

  test.each([
    ["charge_account=free=1", "kinds: seat"],
    ["charge_account=tax=", "charge_account"],
    ["charge_account=tax=%3D1", "charge_account"],
    ["charge_account=tax=1&charge_account=tax=2", "an account of tax twice"],
    ["charges=some", "charges"],
  ])("%s is refused with a reason", async (query, reason) => {
    const { status, body } = await ground.api.ask(
      `/v1/exports/journal?${ground.range}&${query}`,
      ground.finance,
    );
    expect([status, body]).toEqual([400, expect.stringContaining(reason)]);
  });
});

/** As a CSV shows a text that a spreadsheet would run. */
const guarded = (payer: string | null) => (payer?.startsWith("=") ? `'${payer}` : payer);

describe("whose charges a file has", () => {
  test("none for a key of some teams, nor with a filter that no charge knows, and it says so", async () => {
    const viewer = await ground.api.key({ role: "viewer", teams: ["search"] });
    for (const [file, query] of [
      [await ground.journal("", viewer), "30.0011"],
      [await ground.focus("", viewer), "30.0011"],
      [await ground.journal("&model=m"), "45.0041"],
      [await ground.focus("&model=m"), "47.0041"],
    ] as const)
      expect(file.manifest).toMatchObject({
        ...{ calls_cost: query, charges: "0", charges_cost: "0", query: { charges: "without" } },
      });
  });

  test("of a team or a cost centre its parts", async () => {
    const { manifest } = await ground.journal("&team=search");
    expect(manifest).toMatchObject({ calls_cost: "30.0011", charges: "3", query: { charges: "with" } });
    const nobody = await ground.journal("&cost_center=4300&by=cost_center");
    expect(nobody.manifest).toMatchObject({ calls_cost: "0", charges: "1", charges_cost: "-2.5" });
    expect((await ground.focus("&team=")).manifest).toMatchObject({ calls_cost: "5", charges_cost: "0.5" });
  });
});

describe("the same bytes again", () => {
  const asOf = `&as_of=${YEAR}-12-03T00:00:00.000Z`;
  const files = async (more = "") => [
    (await ground.journal(asOf + more)).text,
    (await ground.focus(asOf + more)).text,
  ];

  test("whatever calls and charges come in: a split goes by the calls of as_of", async () => {
    ground.api.clock.now = new Date(`${YEAR}-12-04T00:00:00.000Z`);
    const before = await files();
    const late = { append_time: `${YEAR}-12-03T12:00:00.000Z` };
    await ground.store.insertEvents([ground.call("late", "11-20", "ads", "20", late)]);
    await ground.charge("9-late", "1", { team: "ads" });
    expect(await files()).toEqual(before);
    expect((await ground.journal()).manifest.charges).toBe("7");
    const hours = async () => (await ground.focus()).rows.filter((row) => row["x_ChargeId"] === "1-hours");
    expect(sum(await hours(), "BilledCost")).toBe("8.1");
  });

  test("of a closed period: what comes later is booked in the open one, as a correction of it", async () => {
    const periods = [ground.november, ground.december].map((range, at) => ({
      ...{ id: `${YEAR}-${11 + at}`, zone: "UTC", ...range, state: "open" },
    }));
    for (const period of periods) await ground.api.bring("period", period);
    const [november] = periods;
    const closed_at = `${YEAR}-12-03T18:00:00.000Z`;
    const { snapshot } = closed(11, closed_at);
    const kept = { ...snapshot, closed_by: "test" };
    await ground.api.bring(
      "period",
      { id: "", ...november, state: "closed", closed_at, snapshot: kept } as never,
      1,
    );
    const before = [(await ground.journal()).text, (await ground.focus()).text];
    ground.api.clock.now = new Date(`${YEAR}-12-20T00:00:00.000Z`);
    await ground.store.insertEvents([
      ground.call("later", "11-21", "ads", "40", { append_time: `${YEAR}-12-19T00:00:00.000Z` }),
    ]);
    await ground.charge("10-later", "3", { team: "ads", kind: "seat" });
    expect([(await ground.journal()).text, (await ground.focus()).text]).toEqual(before);
    const december = `from=${YEAR}-12-01&to=${YEAR + 1}-01-01`;
    const lines = (await ground.api.file(`journal?${december}`, ground.finance)).rows;
    expect(
      lines
        .filter(({ text }) => text?.includes("corrects"))
        .map(({ line_kind, text, exact_cost_usd }) => [line_kind, text, exact_cost_usd]),
    ).toEqual([
      ["charge", expect.stringContaining(`ads, corrects ${YEAR}-11`), "40"],
      ["other", expect.stringContaining(`ads, corrects ${YEAR}-11`), "1"],
      ["seat", expect.stringContaining(`ads, corrects ${YEAR}-11`), "3"],
    ]);
    const row = (await ground.api.file(`focus?${december}`, ground.finance)).rows.find(
      (one) => one["x_ChargeId"] === "10-later",
    );
    expect(row).toMatchObject({
      ...{ ChargeClass: "Correction", x_CorrectsPeriodStart: `${YEAR}-11-01T00:00:00Z` },
      ...{ BillingPeriodStart: `${YEAR}-12-01T00:00:00Z`, ChargePeriodStart: `${YEAR}-11-01T00:00:00Z` },
    });
  });
});
