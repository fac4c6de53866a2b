import { randomBytes } from "node:crypto";
import { generateTraffic } from "#cli/demo/generate.ts";
import { recordedTraffic } from "#cli/demo/recorded.ts";
import {
  type RunFigures,
  readFigures,
  readRejects,
  readUnpriced,
  runParams,
  untilThere,
} from "#cli/demo/run-figures.ts";
import { sendAll } from "#cli/demo/send.ts";
import { DEMO_KONG, DEMO_KONG_TOPIC, DEMO_LITELLM } from "#cli/demo/sources.ts";
import { makeKey } from "#cli/stack/make-key.ts";
import type { Stack } from "#cli/stack/up.ts";
import { formatMoney, type Money } from "#core/money.ts";
import { connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { readEnds } from "#runtime/kafka/topic-ends.ts";

export interface DemoRun {
  readonly figures: RunFigures & { readonly sent: number };
  /** Where the run and what its generator knows of it differ; empty when they agree to the last digit. */
  readonly differences: readonly string[];
  readonly rejects: Awaited<ReturnType<typeof readRejects>>;
  readonly unpriced: Awaited<ReturnType<typeof readUnpriced>>;
}

const SETTLE_MS = 60_000;
const RECORDS_PER_S_MIN = 300;
const KEY_LIFE_MS = 24 * 60 * 60 * 1000;

/** Sends generated traffic through the real doors, waits until all of it is in ClickHouse, and counts it there. */
export async function runDemo(
  { base, collectorUrl }: Stack,
  options: { readonly events: number; readonly seed: number },
  progress: (line: string) => void,
): Promise<DemoRun> {
  const runId = randomBytes(4).toString("hex");
  const nowMs = Date.now();
  const expires_at = new Date(nowMs + KEY_LIFE_MS).toISOString();
  const key = await makeKey(base, {
    label: `demo ${runId}`,
    role: "ingest",
    sources: [DEMO_LITELLM],
    expires_at,
    reason: "demo",
  });
  const { config, log } = base;
  const ends = await readEnds(config.kafka, [config.topics.records, DEMO_KONG_TOPIC], log);
  const traffic = demoTraffic(options, nowMs, runId);
  const doors = {
    collectorUrl,
    token: key.token,
    source: DEMO_LITELLM,
    producer: base.producer,
    kongTopic: DEMO_KONG_TOPIC,
  };
  const sent = await sendAll(traffic.records(), doors, (count) =>
    progress(`Sent ${count} of ${options.events} records`),
  );
  const clickhouse = connectClickHouse(config.clickhouse.admin);
  try {
    const params = runParams(ends, [DEMO_LITELLM, DEMO_KONG]);
    const boundMs = SETTLE_MS + (sent / RECORDS_PER_S_MIN) * 1000;
    await untilThere(clickhouse, params, sent, boundMs, (there) =>
      progress(`${there} of ${sent} records are in ClickHouse`),
    );
    const figures = await readFigures(clickhouse, params);
    const expected = traffic.expected();
    const found: Readonly<Record<string, unknown>> = { ...figures, sent };
    const differences = Object.entries(expected).flatMap(([name, value]) =>
      found[name] === value ? [] : [`${name} is ${found[name]}, the generator made ${value}`],
    );
    const rejects = await readRejects(clickhouse, params);
    return {
      figures: { ...figures, sent },
      differences,
      rejects,
      unpriced: await readUnpriced(clickhouse, params),
    };
  } finally {
    await clickhouse.close();
  }
}

/** The recorded examples, then generated traffic up to the wanted number; and what both must become. */
function demoTraffic(
  options: { readonly events: number; readonly seed: number },
  startMs: number,
  runId: string,
) {
  const recorded = recordedTraffic(runId);
  const isShort = options.events <= recorded.records.length;
  const some = isShort ? { records: [], sessions: 0, teams: [], unpricedCalls: 0, costUsd: 0n } : recorded;
  const events = options.events - some.records.length;
  const generated = generateTraffic({ seed: options.seed, events, startMs, runId });
  function* records() {
    yield* some.records;
    yield* generated.records();
  }
  const expected = () => {
    const ledger = generated.ledger();
    return {
      sent: ledger.sent + some.records.length,
      accepted: ledger.accepted + some.records.length,
      rejected: ledger.rejected,
      distinct_event_ids: ledger.distinctEvents + some.records.length,
      sessions: ledger.sessions + some.sessions,
      teams: new Set([...ledger.costByTeam.keys(), ...some.teams]).size,
      unpriced_calls: ledger.unpricedCalls + some.unpricedCalls,
      cost_usd: formatMoney((ledger.costUsd + some.costUsd) as Money),
    };
  };
  return { records, expected };
}
