import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addMoney, formatMoney, type Money } from "#core/money.ts";
import { CHARGE_KINDS, ChargeSetting } from "#core/settings/charge.ts";
import { chargeValues } from "#query-api/exports/focus/focus-charges.ts";
import { FOCUS_COLUMNS } from "#query-api/exports/focus/focus-columns.ts";
import { type ChargesGround, chargesGround, sum, units } from "#test/query-api/charges-kit.ts";

/** This file's year: the database is shared by the files. */
const YEAR = 1978;

let ground: ChargesGround;
beforeAll(async () => {
  ground = await chargesGround(YEAR);
});
afterAll(() => ground.close());

describe("FOCUS with charges", () => {
  test("is the whole of calls, gateway's figures and charges, in every cost column and version", async () => {
    const both = await ground.json(`/v1/charges/costs?${ground.range}`);
    const whole = formatMoney(addMoney([units(both.total_cost.amount), units("2")]));
    for (const version of ["1.0", "1.2", "1.4"]) {
      const { rows, manifest } = await ground.focus(`&version=${version}`);
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
    const { rows } = await ground.focus();
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
    const { rows } = await ground.api.file(`focus?from=${YEAR}-12-01&to=${YEAR + 1}-01-01`, ground.finance);
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
      ...ground.november,
      amount: "1",
    });
    const part = { team: null, cost_center: null, amount: 1n as Money };
    const at = { bookedAtMs: Date.parse(ground.november.from), corrects: null, correctedFrom: null };
    const values = chargeValues({ charge: made, part, ...at }, { id: null, name: null });
    const names = new Set(FOCUS_COLUMNS.map(({ name }) => name));
    expect(Object.keys(values).filter((name) => !names.has(name))).toEqual([]);
    expect(values["BillingAccountId"]).toBe("vendor 7");
  });
});
