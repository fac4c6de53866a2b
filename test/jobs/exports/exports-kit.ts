import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { readDueTimes } from "#core/export-schedule/due-times.ts";
import type { ExportRun } from "#core/export-schedule/export-run.ts";
import type { SettingsChange } from "#core/settings/change.ts";
import { ExportScheduleSetting } from "#core/settings/export-schedule.ts";
import { issueKey, KEY_RANDOM_BYTES } from "#core/settings/issue-key.ts";
import { KeySetting } from "#core/settings/key.ts";
import type { Destination } from "#jobs/exports/destination.ts";
import { exportsJob, SETTLE_MS } from "#jobs/exports/exports-job.ts";
import { exportMeasures } from "#jobs/exports/measures.ts";
import { readRuns } from "#jobs/exports/read-runs.ts";
import { createScheduledExports } from "#query-api/exports/schedule/make-scheduled.ts";
import type { ActToRecord } from "#runtime/acts/record-act.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { changeSettings } from "#runtime/settings/change-settings.ts";
import { EVENT_COLUMNS, eventIdOf, eventRow } from "#test/support/event-row.ts";
import { type Ground, silent } from "#test/support/pipeline.ts";
import { uniqueName } from "#test/support/servers.ts";

export const newFolder = () => mkdtempSync(join(tmpdir(), "exports-test-"));
export const CRON = "0 6 * * *";

/** The first due time of `CRON` in UTC that lies ahead of everything that was set so far. */
export function nextDue(after = Date.now(), cron = CRON, zone = "UTC"): number {
  const read = readDueTimes(cron, zone);
  const next = read.ok ? read.value.nextAfter(after) : null;
  if (next === null) throw new Error("the test's clock is never due");
  return next;
}

export const iso = (ms: number) => new Date(ms).toISOString();
const change = (ground: Ground, wish: Pick<SettingsChange, "kind" | "id" | "value" | "expected_version">) =>
  changeSettings(ground.producer, ground.settings, {
    ...wish,
    ...{ change_id: randomUUID(), actor: "test", reason: "test" },
  } as SettingsChange);

export interface TestKey {
  readonly id: string;
  readonly token: string;
}

export async function makeKey(
  ground: Ground,
  fields: Partial<Pick<KeySetting, "role" | "teams" | "sources">> = {},
): Promise<TestKey> {
  const { token, setting } = issueKey(randomBytes(KEY_RANDOM_BYTES), {
    ...{ label: "test", role: "finance" },
    ...fields,
  });
  await change(ground, { kind: "key", id: setting.id, value: setting, expected_version: 0 });
  return { id: setting.id, token };
}

export async function revokeKey(ground: Ground, id: string): Promise<void> {
  const now = ground.settings.state().keys.get(id);
  const value = KeySetting.parse({ ...now?.value, revoked: true });
  await change(ground, { kind: "key", id, value, expected_version: now?.version ?? 0 });
}

/** Sets a schedule of daily costs to the destination `place`, or changes one; null removes it. */
export async function setSchedule(
  ground: Ground,
  id: string,
  said: Partial<ExportScheduleSetting> | null,
): Promise<void> {
  const now = ground.settings.state().exportSchedules.get(id);
  const value =
    said === null
      ? null
      : ExportScheduleSetting.parse({
          ...{ id, export: "costs", parameters: { grain: "day" }, range: "previous_day" },
          ...{ cron: CRON, destination: "place", owner: "aaaaaaaaaaaa", ...now?.value, ...said },
        });
  const outcome = await change(ground, {
    ...{ kind: "export_schedule", id, value, expected_version: now?.version ?? 0 },
  } as const);
  if (outcome.outcome !== "applied") throw new Error(JSON.stringify(outcome, (_, held) => `${held}`));
}

/** Calls of two teams through the day before a due time, and that the ingester has read on since. */
export async function callsBefore(ground: Ground, dueMs: number): Promise<void> {
  const midnight = Math.floor(dueMs / 86_400_000) * 86_400_000;
  const written = iso(midnight + 60_000);
  await ground.clickhouse.insert({
    table: "events_v1",
    columns: EVENT_COLUMNS,
    token: uniqueName("events"),
    rows: ["red", "blue"].flatMap((team, at) =>
      [1, 2].map((nth) => ({
        ...eventRow({
          event_id: eventIdOf(`${team}${nth}${midnight}`.slice(-16)),
          at: iso(midnight - nth * 3_600_000),
          team,
          cost_usd: `${at + nth}.5`,
          cost_status: "rated",
        }),
        ingested_at: written,
      })),
    ),
  });
}

/** One process that leads the job, with a clock, acts and metrics of its own. */
export function exportsLeader(
  ground: Ground,
  destinations: Readonly<Record<string, Destination>>,
  atMs: number,
) {
  const acts: ActToRecord[] = [];
  const metrics = createMetrics({ defaults: false });
  const { clickhouse, settings } = ground;
  const state = { now: atMs };
  const clock = () => new Date(state.now);
  const deps = {
    ...{ clickhouse, settings, clock, log: silent, measures: exportMeasures(metrics) },
    destinations: new Map(Object.entries(destinations)),
    plan: createScheduledExports({ clickhouseTeam: clickhouse, clickhouseAll: clickhouse, settings, clock }),
    recordAct: async (act: ActToRecord) => void acts.push(act),
  };
  const job = exportsJob(deps);
  return {
    acts,
    deps,
    /** One round at a moment, or at the one before. */
    round: async (nowMs?: number, signal = new AbortController().signal) => {
      state.now = nowMs ?? state.now;
      await job.run(signal);
    },
    metrics: async () => (await metrics.render()).text,
  };
}

export const begun = (dueMs: number) => dueMs + SETTLE_MS;

export async function runsOf(ground: Ground, schedule: string): Promise<readonly ExportRun[]> {
  return readRuns(ground.clickhouse, [schedule], [], new AbortController().signal);
}

export async function alertsOf(ground: Ground, schedule: string): Promise<readonly string[]> {
  const rows = await ground.clickhouse.query({
    name: "test",
    sql: `SELECT toString(state) AS state, details['code'] AS code FROM all_alerts
          WHERE kind = 'scheduled_export' AND labels['schedule'] = {schedule:String} ORDER BY episode`,
    params: { schedule },
    row: z.object({ state: z.string(), code: z.string() }),
  });
  return rows.map(({ state, code }) => `${state} ${code}`);
}

export interface Hook {
  readonly url: string;
  readonly posts: { readonly headers: IncomingHttpHeaders; readonly body: string }[];
  /** Statuses of the next answers; then 204. */
  readonly answers: number[];
  close(): Promise<void>;
}

/** Somebody's server that takes webhooks. */
export async function startHook(): Promise<Hook> {
  const posts: Hook["posts"] = [];
  const answers: number[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    posts.push({ headers: request.headers, body });
    const status = answers.shift() ?? 204;
    response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks/a-secret-path`,
    posts,
    answers,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}
