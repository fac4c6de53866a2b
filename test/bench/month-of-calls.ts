import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { EVENT_COLUMNS, eventIdOf, eventRow } from "#test/support/event-row.ts";

export const MONTH = { from: "2026-10-01", to: "2026-11-01" } as const;
const START_S = Date.UTC(2026, 9, 1) / 1000;
const SECONDS = 31 * 86_400;
export const TEAMS = 20;
export const MODELS = 6;
const BATCH_ROWS = 1_000_000;
const LIVE_ROWS = 200;
/** A batch is sorted and written once, and there are fewer parts to merge while the next ones come. */
const ONE_PART = {
  async_insert: 0,
  max_insert_threads: "2",
  min_insert_block_size_rows: "1000000",
  min_insert_block_size_bytes: "268435456",
} as const;

/**
 * A month of calls in order of time, made by the store itself: 20 teams, of which some spend far more than others, 6
 * models, 500 people. One in a hundred is there twice, and one in two hundred was moved to another team.
 */
export async function fillMonth(admin: ClickHouse, calls: number): Promise<number> {
  const began = performance.now();
  for (let first = 0; first < calls; first += BATCH_ROWS) {
    const params = {
      first,
      last: Math.min(calls, first + BATCH_ROWS),
      calls,
      start: START_S,
      seconds: SECONDS,
    };
    for (const kind of ["call", "copy", "back", "moved"] as const)
      await admin.command(insertSql(kind), { name: `bench_${kind}`, params, settings: ONE_PART });
  }
  return (performance.now() - began) / 1000;
}

const ONLY = {
  call: "true",
  copy: "number % 100 = 7",
  back: "number % 200 = 11",
  moved: "number % 200 = 11",
} as const;
const EPOCH = { call: 0, copy: 0, back: 1, moved: 1 } as const;
const TEAM = `concat('team-', toString(intDiv(h % (${TEAMS} * ${TEAMS}), ${TEAMS}) * (h % 3 = 0) + intDiv(h, 7) % ${TEAMS} * (h % 3 != 0)))`;

function insertSql(kind: keyof typeof ONLY): string {
  const team = kind === "moved" ? "concat('team-', toString(h % 7))" : TEAM;
  return `INSERT INTO events_v1 (bucket, gateway_team, model, session_id, event_id, epoch, sign, version, kind,
  identity_quality, event_time, time_suspect, append_time, ingested_at, source, role, gateway, call_id, team, user_ref, api_key,
  operation, platform, model_canonical, outcome, input_tokens, cache_read_tokens, cache_write_5m_tokens, output_tokens,
  usage_quality, cost_usd, cost_status, topic, partition, offset, element, adapter_version, settings_offset)
SELECT toStartOfFiveMinutes(at), ${TEAM}, concat('model-', toString(intDiv(h, 1000) % ${MODELS})),
  concat('session-', toString(intDiv(number, 20))), leftPad(hex(number), 32, '0'), ${EPOCH[kind]}, ${kind === "back" ? -1 : 1},
  ${kind === "copy" ? 1 : 2}, 'response', 'vendor', at, false, at, at, 'bench', 'ledger', 'litellm', hex(number),
  ${team}, concat('u_', toString(h % 500)), concat('key-', toString(h % 100)), 'generate', 'anthropic-api',
  concat('model-', toString(intDiv(h, 1000) % ${MODELS})), if(h % 50 = 0, 'error', 'success'), h % 100000, h % 500000, h % 3000,
  h % 4000, 'final', if(h % 97 = 0, NULL, toDecimal128(h % 1000000007, 12) / 1000000000),
  if(h % 97 = 0, 'unpriced', 'rated'), 'bench', 0, number, 0, 1, 0
FROM (
  SELECT number, cityHash64(number) AS h,
    toDateTime64({start:UInt32} + number / {calls:UInt64} * {seconds:UInt32}, 3, 'UTC') AS at
  FROM numbers({first:UInt64}, {last:UInt64} - {first:UInt64}) WHERE ${ONLY[kind]}
)`;
}

/** A second's calls of the month's last hour, as an ingester writes them while somebody asks. */
export async function insertLive(admin: ClickHouse, batch: number): Promise<void> {
  const rows = Array.from({ length: LIVE_ROWS }, (_, number) => {
    const at = new Date((START_S + SECONDS - 3_600 + batch) * 1000 + number).toISOString();
    const team = `team-${number % TEAMS}`;
    const model = `model-${number % MODELS}`;
    return eventRow({
      event_id: eventIdOf(`live-${batch}-${number}`),
      at,
      gateway_team: team,
      team,
      model,
      model_canonical: model,
      cost_usd: "0.000000000001",
      cost_status: "rated",
    });
  });
  await admin.insert({ table: "events_v1", columns: EVENT_COLUMNS, rows, token: `live-${batch}` });
}
