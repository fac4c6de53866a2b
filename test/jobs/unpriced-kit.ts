import { Writable } from "node:stream";
import pino from "pino";
import { ReceiverSetting } from "#core/settings/receiver.ts";
import { NO_SETTINGS } from "#core/settings/state.ts";
import type { Job } from "#jobs/job.ts";
import { type UnpricedDeps, unpricedJob } from "#jobs/unpriced/job.ts";
import { unpricedMeasures } from "#jobs/unpriced/measures.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { createMetrics } from "#runtime/metrics.ts";

const OPS = ReceiverSetting.parse({ id: "ops", is_default: true, type: "slack", url_secret: "s" });
const RECEIVERS = new Map([["ops", { version: 1, offset: 1n, value: OPS }]]);

export interface UnpricedLeader {
  readonly job: Job;
  /** One round; through another ClickHouse, or broken off by a signal. */
  round(options?: { clickhouse?: Pick<ClickHouse, "query" | "insert">; signal?: AbortSignal }): Promise<void>;
  /** Lines of warning so far. */
  readonly warned: readonly Record<string, unknown>[];
  metrics(): Promise<string>;
}

/** A process that leads the job, with a memory, metrics and a log of its own. */
export function unpricedLeader(
  clickhouse: Pick<ClickHouse, "query" | "insert">,
  hears: Pick<UnpricedDeps, "settings" | "alerted"> = {
    settings: { state: () => ({ ...NO_SETTINGS, receivers: RECEIVERS }) },
  },
): UnpricedLeader {
  const warned: Record<string, unknown>[] = [];
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      warned.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const metrics = createMetrics({ defaults: false });
  let through = clickhouse;
  const job = unpricedJob({
    clickhouse: {
      query: (query) => through.query(query),
      insert: (insert) => through.insert(insert),
    },
    ...hears,
    measures: unpricedMeasures(metrics),
    log: pino({ level: "warn" }, sink),
    clock: () => new Date(),
  });
  return {
    job,
    warned,
    round: async (options = {}) => {
      through = options.clickhouse ?? clickhouse;
      await job.run(options.signal ?? new AbortController().signal);
    },
    metrics: async () => (await metrics.render()).text,
  };
}
