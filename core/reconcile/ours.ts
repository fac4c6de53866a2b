import { TOKEN_METERS, type TokenMeter } from "#core/meters.ts";
import { addMoney, type Money, ZERO } from "#core/money.ts";

export const OUR_METERS = [...TOKEN_METERS, "web_search_requests"] as const;
export type OurMeter = TokenMeter | "web_search_requests";

/** What our store has of a day of UTC, a model, a platform, a gateway and an outcome. */
export interface OurRow {
  readonly day: string;
  readonly model: string;
  readonly platform: string | null;
  readonly gateway: string | null;
  readonly outcome: string | null;
  readonly calls: bigint;
  readonly estimatedCalls: bigint;
  readonly gatewayCalls: bigint;
  readonly unpricedCalls: bigint;
  /** By our book, estimates included; the gateway's figures are not in it. */
  readonly costUsd: Money;
  readonly gatewayCostUsd: Money;
  readonly meters: Readonly<Record<OurMeter, bigint>>;
}

/** A hole of our records, as the coverage check has it. */
export interface OurGap {
  /** `topic spendtrail.records, partition 2, offsets 7 to 9`. */
  readonly where: string;
  readonly count: bigint;
  /** Append times of what lies before and behind; null: nothing does. */
  readonly after: string | null;
  readonly before: string | null;
}

/** Sums of rows. */
export type OurSums = Omit<OurRow, "day" | "model" | "platform" | "gateway" | "outcome">;

export function sumOurs(rows: readonly OurRow[]): OurSums {
  const count = (name: "calls" | "estimatedCalls" | "gatewayCalls" | "unpricedCalls") =>
    rows.reduce((sum, row) => sum + row[name], 0n);
  return {
    calls: count("calls"),
    estimatedCalls: count("estimatedCalls"),
    gatewayCalls: count("gatewayCalls"),
    unpricedCalls: count("unpricedCalls"),
    costUsd: rows.length === 0 ? ZERO : addMoney(rows.map(({ costUsd }) => costUsd)),
    gatewayCostUsd: addMoney(rows.map(({ gatewayCostUsd }) => gatewayCostUsd)),
    meters: Object.fromEntries(
      OUR_METERS.map((meter) => [meter, rows.reduce((sum, row) => sum + row.meters[meter], 0n)]),
    ) as Record<OurMeter, bigint>,
  };
}

/** Calls that all ended before their usage was complete: what they consumed is an estimate, or not known at all. */
export function wereCutShort(row: OurRow): boolean {
  return row.outcome === "aborted" || (row.calls > 0n && row.estimatedCalls >= row.calls);
}
