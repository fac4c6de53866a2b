import { formatMoney, type Money } from "#core/money.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

/** Texts that a gateway may send and a spreadsheet would run, and others that are hard to write. */
export const HARD_TEXTS = [
  "=cmd|' /C calc'!A0",
  "+1",
  "-1+1",
  "@SUM(A1)",
  "\t=1",
  '"quoted", and; more',
  "line\r\nbreak",
  "Zürich 東京 🚀 \u202egnp.exe",
  "\u0000\u0001_x000D_",
  "'apostrophe",
  " blank ",
  "1E5",
] as const;

const MODELS = ["claude-opus-4-1", "claude-haiku-4-5"];
const STATUSES = ["rated", "estimated", "gateway", "unpriced"] as const;

export interface ExportedCalls {
  readonly rows: readonly Row[];
  /** How many rows an export of them has, and their sums; made without the store. */
  readonly count: number;
  readonly cost: string;
  readonly input: string;
  readonly calls: string;
  readonly unpriced: string;
  readonly gatewayCalls: string;
  readonly gatewayCost: string;
}

/**
 * Calls of a month with hard texts in their teams and sessions; one in ten was corrected (moved to another team), one in
 * eleven was written twice.
 */
export function exportedCalls(year: number, calls: number, tag: string): ExportedCalls {
  const rows: Row[] = [];
  let [count, cost, input, unpriced] = [0, 0n, 0n, 0n];
  let [gatewayCalls, gatewayCost] = [0, 0n];
  for (let at = 0; at < calls; at++) {
    const status = STATUSES[at % 9 < 6 ? 0 : (at % 9) - 5] ?? "rated";
    const amount = (BigInt(at) * 1_234_567_891n + 7n) as Money;
    const call = {
      event_id: eventIdOf(`${tag}-${at}`),
      at: new Date(Date.UTC(year, 0, 1) + at * 777_000).toISOString(),
      team: HARD_TEXTS[at % HARD_TEXTS.length] ?? "",
      model: MODELS[at % 2] ?? "",
      model_canonical: MODELS[at % 2] ?? "",
      session_id: `${HARD_TEXTS[(at >> 2) % HARD_TEXTS.length]}${at}`,
      input_tokens: at % 5 === 0 ? null : 9_007_199_254_740_991 - at,
      output_tokens: at,
      cost_usd: status === "unpriced" ? null : formatMoney(amount),
      cost_status: status,
      version: 2,
    };
    rows.push(eventRow(call));
    if (at % 11 === 0) rows.push(eventRow({ ...call, version: 1, cost_usd: "999" }));
    if (at % 10 === 0) {
      rows.push(eventRow({ ...call, epoch: 1, sign: -1 }), eventRow({ ...call, epoch: 1, team: "moved" }));
      count += 2;
    }
    count += 1;
    if (status !== "unpriced") cost += amount;
    else unpriced += 1n;
    if (status === "gateway") {
      gatewayCalls += 1;
      gatewayCost += amount;
    }
    input += BigInt(call.input_tokens ?? 0);
  }
  return {
    rows,
    count,
    cost: formatMoney(cost as Money),
    input: String(input),
    calls: String(calls),
    unpriced: String(unpriced),
    gatewayCalls: String(gatewayCalls),
    gatewayCost: formatMoney(gatewayCost as Money),
  };
}
