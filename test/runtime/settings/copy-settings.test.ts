import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { SettingsMessage } from "#core/settings/fold.ts";
import { type ClickHouse, connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { createLog } from "#runtime/log.ts";
import { migrate } from "#runtime/migrate.ts";
import { copySettings } from "#runtime/settings/copy-settings.ts";
import { createFoldedLog, type SettingsLog } from "#runtime/settings/settings-log.ts";
import { messages, sourceChange } from "#test/core/settings/changes.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

const database = uniqueName("copy");
const log = createLog("test", "silent");
let clickhouse: ClickHouse;

beforeAll(async () => {
  const { clickHouseUrl } = await sharedServers();
  const config = {
    url: clickHouseUrl,
    user: "admin",
    password: TEST_PASSWORD,
    database,
    requestTimeoutMs: 20_000,
  };
  await migrate(config, database, "sql");
  clickhouse = connectClickHouse(config);
});
afterAll(async () => {
  await clickhouse?.command(`DROP DATABASE ${database}`);
  await clickhouse?.close();
});

function logOf(topic: string, contents: readonly SettingsMessage[]) {
  const folded = createFoldedLog(topic);
  folded.add(contents);
  const settings: SettingsLog = { ...folded, caughtUp: async () => {}, stop: async () => {} };
  return { settings, add: folded.add };
}
const Row = z.object({
  settings_offset: z.coerce.number(),
  outcome: z.string(),
  version: z.number(),
  before: z.string(),
  after: z.string(),
  detail: z.string(),
});
const rows = () =>
  clickhouse.query({
    name: "copied",
    sql: `SELECT settings_offset, toString(outcome) AS outcome, version, before, after, detail
          FROM settings_changes_v1 ORDER BY settings_offset, append_time`,
    row: Row,
  });

test("every message becomes one row, whatever became of it; a copy goes on where the last one ended", async () => {
  const first = sourceChange("a", 0);
  const all = messages(
    first,
    first,
    "rubbish",
    sourceChange("a", 7),
    sourceChange("a", 1, { platform: "bedrock" }),
  );
  const one = logOf("settings", all.slice(0, 3));
  const copy = copySettings({ clickhouse, settings: one.settings, log });
  await expect.poll(copy.copiedOffset, { timeout: 5_000 }).toBe(2n);
  one.add(all.slice(3, 4));
  await expect.poll(copy.copiedOffset, { timeout: 5_000 }).toBe(3n);
  await copy.stop();

  const again = copySettings({ clickhouse, settings: logOf("settings", all).settings, log });
  const beside = copySettings({ clickhouse, settings: logOf("settings", all).settings, log });
  await expect
    .poll(() => [again.copiedOffset(), beside.copiedOffset()], { timeout: 5_000 })
    .toEqual([4n, 4n]);
  await Promise.all([again.stop(), beside.stop()]);

  const found = await rows();
  expect(found.map(({ outcome, version }) => [outcome, version])).toEqual([
    ["applied", 1],
    ["duplicate", 0],
    ["invalid", 0],
    ["conflict", 0],
    ["applied", 2],
  ]);
  expect(JSON.parse(found[4]?.before ?? "")).toMatchObject({ name: "a", platform: null });
  expect(JSON.parse(found[4]?.after ?? "")).toMatchObject({ name: "a", platform: "bedrock" });
  expect(found[3]?.detail).toContain("is at version 1");
});

test("a topic that was made anew is copied from its beginning, and the old history stays", async () => {
  const before = (await rows()).length;
  const anew = messages(sourceChange("b", 0)).map((message) => ({
    ...message,
    appendTimeMs: message.appendTimeMs + 9_000_000,
  }));
  const copy = copySettings({ clickhouse, settings: logOf("settings", anew).settings, log });
  await expect.poll(copy.copiedOffset, { timeout: 5_000 }).toBe(0n);
  await copy.stop();
  expect(await rows()).toHaveLength(before + 1);
});

test("a copy that can never go on ends with the reason", async () => {
  const refused = connectClickHouse({ ...(await configOf("wrong")) });
  const copy = copySettings({ clickhouse: refused, settings: logOf("settings", []).settings, log });
  await expect(copy.done).rejects.toMatchObject({ code: "CLICKHOUSE_LOGIN_REFUSED" });
  await refused.close();
});

async function configOf(password: string) {
  const { clickHouseUrl } = await sharedServers();
  return { url: clickHouseUrl, user: "admin", password, database, requestTimeoutMs: 5_000 };
}
