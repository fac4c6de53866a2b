import { expect, test } from "vitest";
import { foldAll } from "#core/settings/fold.ts";
import { readSettingsMoment, settingsAsOf } from "#core/settings/moment.ts";
import { NO_SETTINGS } from "#core/settings/state.ts";
import { createFoldedLog } from "#runtime/settings/settings-log.ts";
import { BEGIN_MS, discountChange, messages, priceChange } from "#test/core/settings/changes.ts";

const told = (...contents: object[]) => {
  const last = foldAll(NO_SETTINGS, messages(...contents)).outcomes.at(-1);
  return last === undefined || last.outcome === "applied" ? "applied" : last.detail;
};

test("a discount is versioned, corrected and cancelled like any setting, and never removed", () => {
  const { state, outcomes } = foldAll(
    NO_SETTINGS,
    messages(
      discountChange("deal", 0),
      discountChange("deal", 1, { percent: "12.5" }),
      discountChange("deal", 2, { status: "cancelled" }),
      discountChange("deal", 3, null),
    ),
  );
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(["applied", "applied", "applied", "invalid"]);
  expect(state.discounts.get("deal")).toMatchObject({ version: 3, value: { status: "cancelled" } });
});

test.each<[string, object, string]>([
  ["percent and rates", { usd_per_request: { web_search_requests: "0.005" } }, "either a percent or"],
  ["101 %", { percent: "101" }, "at most 100"],
  ["a percent that is no decimal", { percent: "ten" }, "percent"],
  ["5 places", { percent: "1.00001" }, "percent"],
])("%s is refused", (_name, value, detail) => {
  expect(told(discountChange("deal", 0, value))).toContain(detail);
});

test("what a discount is about cannot change, nor a price row's account", () => {
  for (const value of [{ account: "acme" }, { model: "m" }, { effective_from: "2026-08-01T00:00:00.000Z" }])
    expect(told(discountChange("deal", 0), discountChange("deal", 1, value))).toContain("cannot change");
  expect(told(priceChange("row", 0), priceChange("row", 1, { account: "acme" }))).toContain(
    "a price row's account cannot change",
  );
});

test("rows that overlap are still folded: who brings them in is refused, the log is not", () => {
  expect(told(priceChange("a", 0), priceChange("b", 0))).toBe("applied");
});

test("the book as it was known at a moment or an offset, whatever was learned later", () => {
  const log = createFoldedLog("t");
  log.add(
    messages(
      priceChange("rise", 0, { effective_from: "2026-09-01T00:00:00.000Z", status: "scheduled" }),
      discountChange("deal", 0),
      priceChange("rise", 1, { effective_from: "2026-09-01T00:00:00.000Z", status: "cancelled" }),
    ),
  );
  const then = (text: string) => {
    const moment = readSettingsMoment(text);
    if (!moment.ok) return moment.detail;
    const state = settingsAsOf(log, moment.value);
    return state === null
      ? "ahead"
      : `${state.prices.get("rise")?.value.status} and ${state.discounts.size} at ${state.offset}`;
  };
  // Message n was taken n milliseconds after the first.
  const at = (ms: number) => new Date(BEGIN_MS + ms).toISOString();
  expect([then(at(-1)), then(at(0)), then(at(1)), then(at(2)), then(at(9999))]).toEqual([
    "undefined and 0 at -1",
    "scheduled and 0 at 0",
    "scheduled and 1 at 1",
    "cancelled and 1 at 2",
    "cancelled and 1 at 2",
  ]);
  expect([then("0"), then("2"), then("3")]).toEqual([
    "scheduled and 0 at 0",
    "cancelled and 1 at 2",
    "ahead",
  ]);
  for (const text of ["", "yesterday", "-1", "1.5", "2026-13-01T00:00:00Z", "2026-11-01"])
    expect(then(text)).toMatch(/neither an offset/);
});
