import { describe, expect, test } from "vitest";
import { convertMoney, findCurrencyRate } from "#core/currency-rates.ts";
import { formatMoney, type Money } from "#core/money.ts";
import { CurrencyRateSetting, currencyRateRule } from "#core/settings/currency-rate.ts";

const row = (change: Partial<CurrencyRateSetting> = {}) =>
  CurrencyRateSetting.parse({
    id: "EUR:1",
    currency: "EUR",
    per_usd: "0.8612",
    rate_type: "spot",
    source: "somebody",
    stated_on: "2026-10-31",
    effective_from: "2026-10-01T00:00:00.000Z",
    ...change,
  });
const known = (...rows: CurrencyRateSetting[]) => rows.map((value) => ({ version: 1, offset: 0n, value }));
const at = (text: string, rateType?: CurrencyRateSetting["rate_type"]) => ({
  currency: "EUR",
  rateType,
  atMs: Date.parse(text),
});

describe("the rate in force", () => {
  const later = row({ id: "EUR:2", effective_from: "2026-11-01T00:00:00.000Z" });
  const rates = known(row(), later, row({ id: "CHF:1", currency: "CHF" }));

  test("is the latest that has begun, up to the last millisecond before the next", () => {
    const idAt = (text: string) => {
      const found = findCurrencyRate(rates, at(text));
      return found.ok ? found.value.value.id : found.reason;
    };
    expect(idAt("2026-10-31T23:59:59.999Z")).toBe("EUR:1");
    expect(idAt("2026-11-01T00:00:00.000Z")).toBe("EUR:2");
    expect(idAt("2026-09-30T23:59:59.999Z")).toBe("none");
  });

  test("is none that was cancelled or has ended", () => {
    const ended = row({ effective_to: "2026-10-02T00:00:00.000Z" });
    expect(findCurrencyRate(known(ended), at("2026-10-02T00:00:00Z")).ok).toBe(false);
    expect(findCurrencyRate(known(row({ status: "cancelled" })), at("2026-10-02T00:00:00Z")).ok).toBe(false);
  });

  test("two types that are equally right are never a silent pick", () => {
    const both = known(row(), row({ id: "EUR:3", rate_type: "period_end" }));
    const found = findCurrencyRate(both, at("2026-10-02T00:00:00Z"));
    expect(found).toMatchObject({
      ok: false,
      reason: "ambiguous",
      detail: expect.stringContaining("EUR:1, EUR:3"),
    });
    expect(findCurrencyRate(both, at("2026-10-02T00:00:00Z", "period_end"))).toMatchObject({ ok: true });
  });
});

describe("converting", () => {
  const of = (amount: bigint, per_usd: string) =>
    formatMoney(convertMoney(amount as Money, { per_usd }) as Money);

  test("is exact, and half to even where a digit is left over", () => {
    expect(of(3_000_000_000_001n, "0.5")).toBe("1.5");
    expect(of(3n, "0.5")).toBe("0.000000000002");
    expect(of(-3n, "0.5")).toBe("-0.000000000002");
    expect(of(1_234_567_890_123_456_789_012n, "0.861212121212")).toBe("1063224831.433445565823");
  });
});

describe("a rate", () => {
  test.each([
    ["a float", { per_usd: 0.86 }],
    ["an exponent", { per_usd: "8.6e-1" }],
    ["nothing", { per_usd: "0.000" }],
    ["below zero", { per_usd: "-1" }],
    ["a comma", { per_usd: "0,86" }],
    ["dollars", { currency: "USD" }],
    ["a day that is none", { stated_on: "2026-02-30" }],
  ])("of %s is refused", (_, change) => {
    expect(CurrencyRateSetting.safeParse({ ...row(), ...change }).success).toBe(false);
  });

  test("is cancelled and not removed; what it is about does not change, its figure may", () => {
    expect(currencyRateRule(null, row())).toContain("not removed");
    expect(currencyRateRule(row({ currency: "CHF" }), row())).toContain("currency cannot change");
    expect(currencyRateRule(row({ effective_to: "2026-09-01T00:00:00.000Z" }), null)).toContain(
      "not after it begins",
    );
    expect(currencyRateRule(row({ per_usd: "0.9" }), row())).toBeNull();
  });
});
