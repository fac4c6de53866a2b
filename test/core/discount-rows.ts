import { DiscountSetting } from "#core/settings/discount.ts";

/** A discount of a test, read as a file's would be: 10 % of everything from 2026-01-01 on unless told otherwise. */
export function discountRow(id: string, more: Partial<Record<keyof DiscountSetting, unknown>> = {}) {
  const takes = "usd_per_mtok" in more || "usd_per_request" in more ? {} : { percent: "10" };
  return DiscountSetting.parse({
    id,
    effective_from: "2026-01-01T00:00:00.000Z",
    sources: ["a contract"],
    ...takes,
    ...more,
  });
}
