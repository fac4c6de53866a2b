import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { issueKey, KEY_RANDOM_BYTES } from "#core/settings/issue-key.ts";
import { buildApi } from "#query-api/app.ts";
import { createRecordAct } from "#runtime/acts/record-act.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { changeSettings } from "#runtime/settings/change-settings.ts";
import { ingested, replay } from "#test/ingest/replay/replay-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, makeGround, silent } from "#test/support/pipeline.ts";

/** The month before this one, in UTC: records are younger than the bound of what a clock may say. */
const now = new Date();
const monthAt = (months: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months));
const LAST = monthAt(-1).toISOString().slice(0, 7);
const THIS = monthAt(0).toISOString().slice(0, 7);
const range = (from: number, to: number) =>
  `from=${monthAt(from).toISOString()}&to=${monthAt(to).toISOString()}`;

let ground: Ground;
let app: Awaited<ReturnType<typeof buildApi>>;
let authorization: string;
/** How far the clock of the API goes ahead: a closing leaves out what was written a minute before it. */
let aheadMs = 0;

beforeAll(async () => {
  ground = await makeGround();
  const { clickhouse, producer, settings, topics } = ground;
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
  app = await buildApi({
    ...{ clickhouseTeam: clickhouse, clickhouseAll: clickhouse, settings, log: silent },
    changeSettings: (change) => changeSettings(producer, settings, change),
    recordAct: createRecordAct(producer, topics.acts),
    metrics: createMetrics({ defaults: false }),
    cursorSecret: randomBytes(32),
    clock: () => new Date(Date.now() + aheadMs),
  });
  const { token, setting } = issueKey(randomBytes(KEY_RANDOM_BYTES), { label: "books", role: "finance" });
  const wish = {
    kind: "key",
    id: setting.id,
    value: setting,
    expected_version: 0,
    change_id: randomUUID(),
  } as const;
  await changeSettings(producer, settings, { ...wish, actor: "test", reason: "test" });
  authorization = `Bearer ${token}`;
}, 60_000);
afterAll(async () => {
  await app?.close();
  await ground.close();
});

async function ask(method: "GET" | "POST", url: string, payload?: object) {
  const response = await app.inject({ method, url, headers: { authorization }, ...(payload && { payload }) });
  expect(response.statusCode, response.body).toBeLessThan(300);
  return response.json();
}

const call = (id: string, day: string) => canonicalEvent(id, { started_at: `${LAST}-${day}T10:00:00.000Z` });
const costs = (query: string) => ask("GET", `/v1/costs?tz=UTC&${query}`);
const amount = async (query: string) => (await costs(query)).totals.cost.amount;

/** Closes last month with a cut that lies behind everything that is stored, and goes on once the cut is past. */
async function close(): Promise<void> {
  await ask("POST", "/v1/periods", { id: LAST, zone: "UTC", reason: "the books begin" });
  await ask("POST", "/v1/periods", { id: THIS, reason: "the next one" });
  aheadMs = 61_000;
  await ask("POST", `/v1/periods/${LAST}/close`, { reason: "month end" });
  const { closed_at } = await ask("GET", `/v1/periods/${LAST}`);
  expect(Date.parse(closed_at)).toBeGreaterThan(0);
  while (Date.now() <= Date.parse(closed_at)) await pause(50);
}

/** 1,000 tokens in and 100 out of Opus 5, at the list price of $5 and $25 a million. */
const CALL_COST = 0.0075;

test("late records through Kafka and a replay leave a closed month as it was and are booked in the open one", {
  timeout: 120_000,
}, async () => {
  await ground.send("app", "canonical", [call("1", "05"), call("2", "15"), call("3", "25")]);
  await ingested(ground, 3);
  await close();
  const booked = await costs(`${range(-1, 0)}&basis=booked&group_by=team`);
  expect(booked.rows).toMatchObject([{ team: "search", calls: 3 }]);
  expect(booked.totals.cost.amount).toBe(String(3 * CALL_COST));

  await ground.send("app", "canonical", [call("late", "20"), call("2", "15")]);
  await ingested(ground, 5);
  await ground.setSources([{ name: "app", gateway: "canonical", team_from: "fixed", team: "platform" }]);
  const { figures } = await replay(ground);
  expect(figures).toMatchObject({ changed: 4 });

  // By usage the month has moved: another call, and another team that pays.
  const usage = await costs(`${range(-1, 0)}&group_by=team`);
  expect(usage.rows).toMatchObject([{ team: "platform", calls: 4 }]);
  // In the books it has not.
  expect((await costs(`${range(-1, 0)}&basis=booked&group_by=team`)).rows).toEqual(booked.rows);
  const period = await ask("GET", `/v1/periods/${LAST}`);
  expect(period).toMatchObject({ state: "closed", unchanged: true });
  const open = await costs(
    `${range(0, 1)}&basis=booked&group_by=team,corrects_period,correction_reason&order=name`,
  );
  const shown = open.rows.map((row: Record<string, unknown>) => [
    row["team"],
    row["corrects_period"],
    row["correction_reason"],
    row["calls"],
  ]);
  expect(shown.sort()).toEqual(
    [
      ["platform", LAST, "replay", 4],
      ["search", LAST, "late", 1],
      ["search", LAST, "replay", -4],
    ].sort(),
  );
  expect(await amount(`${range(-1, 1)}&basis=booked`)).toBe(await amount(range(-1, 1)));
});
