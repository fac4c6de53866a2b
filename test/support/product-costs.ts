import { expect } from "vitest";
import type { Product } from "#test/support/product.ts";

interface Figures {
  readonly calls: number;
  readonly cost: { readonly amount: string };
  readonly unpriced_calls: number;
  readonly [dimension: string]: unknown;
}
export interface Costs {
  readonly totals: Figures;
  readonly rows: readonly Figures[];
  readonly data_until: string | null;
}

export const costOf = (costs: Costs): string => costs.totals.cost.amount;

export async function costsOf(product: Product, token: string, query = ""): Promise<Costs> {
  const { status, body } = await product.get<Costs>(`/v1/costs?from=2025-01-01&to=2027-01-01${query}`, token);
  expect(status).toBe(200);
  return body;
}

/** Waits until so many calls are counted and at least so many records were written. Inside a test only. */
export async function untilCounted(
  product: Product,
  token: string,
  wanted: { readonly calls: number; readonly records?: number },
): Promise<Costs> {
  await expect
    .poll(async () => (await costsOf(product, token)).totals.calls, { timeout: 20_000 })
    .toBe(wanted.calls);
  if (wanted.records !== undefined) {
    const metric = async () => {
      const text = await (await fetch(`${product.api}/metrics`)).text();
      return Number(/spendtrail_ingest_rows_written_total\{table="records_v1"\} (\d+)/.exec(text)?.[1] ?? 0);
    };
    await expect.poll(metric, { timeout: 20_000 }).toBeGreaterThanOrEqual(wanted.records);
  }
  return costsOf(product, token);
}
