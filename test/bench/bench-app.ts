import { randomBytes } from "node:crypto";
import { issueKey, KEY_RANDOM_BYTES, type KeyFields } from "#core/settings/issue-key.ts";
import { NO_SETTINGS, type SettingsState } from "#core/settings/state.ts";
import type { ApiDeps } from "#query-api/deps.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { createLog } from "#runtime/log.ts";
import { createMetrics } from "#runtime/metrics.ts";

export interface BenchApp {
  readonly deps: ApiDeps;
  /** Tokens of a key that reads all and of one that reads one team. */
  readonly finance: string;
  readonly viewer: string;
}

/** What the API reaches for in a benchmark: the given stores and two keys, and no Kafka. */
export function benchApp(stores: { clickhouseTeam: ClickHouse; clickhouseAll: ClickHouse }): BenchApp {
  const key = (fields: KeyFields) => issueKey(randomBytes(KEY_RANDOM_BYTES), fields);
  const finance = key({ label: "bench", role: "finance" });
  const viewer = key({ label: "bench", role: "viewer", teams: ["team-1"] });
  const keys = new Map(
    [finance, viewer].map(({ setting }) => [setting.id, { version: 1, offset: 0n, value: setting }]),
  );
  const state: SettingsState = { ...NO_SETTINGS, keys };
  const deps: ApiDeps = {
    ...stores,
    settings: {
      topic: "settings",
      state: () => state,
      at: () => state,
      outcomesAfter: () => [],
      offsetAt: () => -1n,
      caughtUp: async () => {},
    },
    changeSettings: () => Promise.reject(new Error("the benchmark changes nothing")),
    recordAct: async () => {},
    log: createLog("bench", "silent"),
    metrics: createMetrics({ defaults: false }),
    cursorSecret: randomBytes(32),
    clock: () => new Date(),
  };
  return { deps, finance: finance.token, viewer: viewer.token };
}
