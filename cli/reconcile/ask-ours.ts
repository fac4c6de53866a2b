import { z } from "zod";
import { askApi } from "#cli/api-client.ts";
import { Failure } from "#core/failure.ts";
import { type Money, parseMoney } from "#core/money.ts";
import { OUR_METERS, type OurMeter, type OurRow } from "#core/reconcile/ours.ts";
import { daysAfter } from "#core/reconcile/utc-day.ts";

export interface AskOurs {
  readonly from: string;
  readonly to: string;
  readonly platform: readonly string[];
  readonly source: readonly string[];
  readonly gateway: readonly string[];
  readonly url: string | undefined;
}

export interface OursAnswer {
  readonly rows: readonly OurRow[];
  readonly dataUntil: string | null;
  readonly asOf: string;
}

const Usd = z.object({ amount: z.string() }).transform(({ amount }) => moneyOf(amount));
const Count = z.int().transform(BigInt);
const meters = Object.fromEntries(OUR_METERS.map((name) => [name, z.int().nullable()])) as Record<
  OurMeter,
  z.ZodNullable<z.ZodInt>
>;
const Row = z.object({
  period: z.string(),
  model: z.string().nullable(),
  platform: z.string().nullable(),
  gateway: z.string().nullable(),
  status: z.string().nullable(),
  calls: Count,
  estimated_calls: Count,
  gateway_calls: Count,
  unpriced_calls: Count,
  cost: Usd,
  cost_by_status: z.object({ gateway: Usd }),
  ...meters,
});
const Answer = z.object({ as_of: z.string(), data_until: z.string().nullable(), rows: z.array(Row) });

/** What the query API has of whole days of UTC, by model, platform, gateway and outcome. A range that is too wide for one answer is halved. */
export async function askOurs(asked: AskOurs): Promise<OursAnswer> {
  try {
    const { as_of: asOf, data_until: dataUntil, rows } = Answer.parse(await ask(asked));
    return { asOf, dataUntil, rows: rows.map(rowOf) };
  } catch (error) {
    const days = (Date.parse(asked.to) - Date.parse(asked.from)) / 86_400_000;
    const isTooWide =
      error instanceof Failure && error.code === "API_REFUSED" && error.params["status"] === 422;
    if (!isTooWide || days < 2) throw error;
    const middle = daysAfter(asked.from, Math.floor(days / 2));
    const first = await askOurs({ ...asked, to: middle });
    const second = await askOurs({ ...asked, from: middle });
    return { ...first, rows: [...first.rows, ...second.rows] };
  }
}

function ask({ from, to, platform, source, gateway, url }: AskOurs): Promise<unknown> {
  const params = {
    ...{ from, to, tz: "UTC", granularity: "day", order: "name" },
    group_by: ["model", "platform", "gateway", "status"],
    ...{ platform, source, gateway },
  };
  return askApi("/v1/costs", params, { url });
}

function rowOf({ period: day, status: outcome, ...row }: z.infer<typeof Row>): OurRow {
  return {
    day,
    model: row.model ?? "(not known)",
    platform: row.platform,
    gateway: row.gateway,
    outcome,
    calls: row.calls,
    estimatedCalls: row.estimated_calls,
    gatewayCalls: row.gateway_calls,
    unpricedCalls: row.unpriced_calls,
    costUsd: row.cost,
    gatewayCostUsd: row.cost_by_status.gateway,
    meters: Object.fromEntries(OUR_METERS.map((name) => [name, BigInt(row[name] ?? 0)])) as Record<
      OurMeter,
      bigint
    >,
  };
}

function moneyOf(text: string): Money {
  const read = parseMoney(text);
  if (!read.ok) throw new Error(`the query API answered the amount ${text}`);
  return read.value;
}
