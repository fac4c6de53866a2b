import { formatMoney, type Money } from "#core/money.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";
import { eventRow } from "#test/support/event-row.ts";

export interface GroupSum {
  calls: bigint;
  cost: bigint;
  input: bigint;
}

const TEAMS = 50;
const MODELS = 12;
const START_MS = Date.UTC(2026, 7, 1);
const SPAN_MS = 90 * 86_400_000;

/**
 * Calls of a seeded generator in the order of time, in batches as an ingester would write them: one in a hundred is
 * sent twice (the copy with the lower version must lose) and one in two hundred moves to another team afterwards.
 * `sums` is kept by bigint alone and never sees the store.
 */
export function* costEvents(
  seed: number,
  events: number,
  batchRows: number,
  sums: Map<string, GroupSum>,
): Generator<Row[]> {
  const next = randomFrom(seed);
  let batch: Row[] = [];
  for (let at = 0; at < events; at++) {
    const team = `team-${next() % TEAMS}`;
    const model = `model-${next() % MODELS}`;
    const cost = BigInt(next()) * 1_009n + 1n;
    const input = next() % 100_000;
    const call = {
      event_id: at.toString(16).padStart(32, "0"),
      at: new Date(START_MS + Math.floor((at / events) * SPAN_MS)).toISOString(),
      gateway_team: team,
      team,
      model,
      model_canonical: model,
      session_id: `session-${Math.floor(at / 20)}`,
      user_ref: `u_${next() % 500}`,
      input_tokens: input,
      cache_read_tokens: next() % 500_000,
      output_tokens: next() % 4_000,
      cost_usd: formatMoney(cost as Money),
      cost_status: "rated",
      offset: at,
      version: 2,
    };
    batch.push(eventRow(call));
    if (at % 100 === 7) batch.push(eventRow({ ...call, version: 1, cost_usd: "999" }));
    const moved = at % 200 === 11 ? `team-${(next() + 1) % TEAMS}` : null;
    if (moved !== null)
      batch.push(
        eventRow({ ...call, epoch: 1, sign: -1 }),
        eventRow({ ...call, epoch: 1, sign: 1, team: moved }),
      );
    add(sums, `${moved ?? team} ${model}`, cost, BigInt(input));
    if (batch.length >= batchRows) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

function add(sums: Map<string, GroupSum>, key: string, cost: bigint, input: bigint): void {
  const sum = sums.get(key) ?? { calls: 0n, cost: 0n, input: 0n };
  sum.calls += 1n;
  sum.cost += cost;
  sum.input += input;
  sums.set(key, sum);
}

/** Whole numbers below 2^31 (a linear congruential generator's upper bits), the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = BigInt(seed);
  return () => {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) & 0xffff_ffff_ffff_ffffn;
    return Number(state >> 33n);
  };
}
