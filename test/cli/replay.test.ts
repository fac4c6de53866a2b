import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import { beliefs, ingested, setRate } from "#test/ingest/replay/replay-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, makeGround, silent, TEST_SALT } from "#test/support/pipeline.ts";
import { bareEnv, runCli } from "#test/support/run-cli.ts";
import { sharedServers } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";
import { topicSettings } from "#test/support/topic-settings.ts";

let ground: Ground;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  ground = await makeGround({ partitions: 1 });
  const { brokers, clickHouseUrl } = await sharedServers();
  env = bareEnv({
    KAFKA_BROKERS: brokers.join(","),
    CLICKHOUSE_URL: clickHouseUrl,
    CLICKHOUSE_DATABASE: ground.database,
    CLICKHOUSE_ADMIN_USER: "admin",
    CLICKHOUSE_ADMIN_PASSWORD: TEST_PASSWORD,
    SPENDTRAIL_PERSON_SALT: TEST_SALT.toString(),
    ...topicSettings(ground.topics),
  });
  const calls = Array.from({ length: 6 }, (_, at) => canonicalEvent(`call-${at}`));
  await ground.send("late", "canonical", [...calls, "{ not json"]);
  await ingested(ground, 7);
}, 60_000);
afterAll(() => ground.close());

const json = async (...args: string[]) => {
  const run = await runCli([...args, "--json"], env);
  if (run.code !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
};

describe("spendtrail rejects and replay", () => {
  test("a source that was missing: listed, shown, tried, brought in once", { timeout: 120_000 }, async () => {
    const listed = await json("rejects", "list");
    expect(listed).toMatchObject([
      { source: "", claimed_source: "late", reason: "unknown_source", records: 7 },
    ]);
    expect(await json("rejects", "list", "--source", "other")).toEqual([]);
    const shown = await json("rejects", "show", listed[0].sample);
    expect(shown).toMatchObject({
      outcome: "rejected",
      reject_reason: "unknown_source",
      epoch: 0,
      element: 0,
    });
    expect(shown.headers["spendtrail-source"]).toBe("late");

    await ground.setSources([{ name: "late", gateway: "canonical" }]);
    const tried = await json("rejects", "replay", "--source", "late");
    expect(tried).toMatchObject({ applied: false, run: null, figures: { records: 7, newly_accepted: 6 } });
    expect(await beliefs(ground)).toEqual([]);
    const applied = await json("rejects", "replay", "--source", "late", "--apply", "--reason", "was missing");
    expect(applied).toMatchObject({ applied: true, run: "run-1", figures: tried.figures });
    // 6 x $0.0075, and nothing a second time.
    expect((await beliefs(ground)).map(({ cost, calls }) => [calls, cost])).toEqual([["6", "0.045"]]);
    const again = await json("rejects", "replay", "--apply", "--reason", "once more");
    expect(again).toMatchObject({ run: "run-2", figures: { records: 1, changed: 0 } });
    // What is left has the reason that somebody can do something about.
    expect(await json("rejects", "list")).toMatchObject([{ source: "late", reason: "not_json", records: 1 }]);
    expect(await acts()).toEqual([
      ["audit.read", `record ${listed[0].sample}`],
      ...["run-1", "run-2"].flatMap((run) => [
        ["replay.began", run],
        ["replay.ended", run],
      ]),
    ]);
  });

  test("prices that changed: a dry run by default, the money exact, the runs on record", {
    timeout: 120_000,
  }, async () => {
    await ground.setSources([{ name: "late", gateway: "canonical", team_from: "fixed", team: "platform" }]);
    const text = await runCli(["replay", "--source", "late"], env);
    expect(text.stdout).toContain(
      "7 records looked at: 1 unchanged, 6 changed; 0 newly accepted, 0 newly rejected",
    );
    expect(text.stdout).toMatch(/platform +claude-opus-5 +0 +6 +0 +0\.045/);
    expect(text.stdout).toContain("Nothing was written");
    const applied = await json("replay", "--source", "late", "--apply", "--reason", "reorganised");
    expect(applied.figures).toMatchObject({ changed: 6, rows_withdrawn: 6, rows_stated: 6 });
    expect((await beliefs(ground)).map(({ team, calls }) => [team, calls])).toEqual([["platform", "6"]]);
    const runs = await json("replay", "--list");
    expect(runs.map((run: { id: string; state: string }) => [run.id, run.state])).toEqual([
      ["run-1", "ended"],
      ["run-2", "ended"],
      ["run-3", "ended"],
    ]);
    const [row] = await ground.clickhouse.query({
      name: "as_of",
      sql: "SELECT arraySort(groupUniqArray(team)) AS teams, toInt32(sum(sign)) AS calls FROM calls_as_of(epoch = 2) WHERE sign > 0",
      row: z.object({ teams: z.array(z.string()), calls: z.number() }),
    });
    expect(row).toEqual({ teams: ["search"], calls: 6 });
    await setRate(ground, "acme/unused", "1");
  });

  test.each([
    [["replay"], "--source is absent"],
    [["replay", "--source", "nobody"], "--source is nobody; accepted: an enabled source: late"],
    [["replay", "--source", "late", "--apply"], "--reason is absent"],
    [["replay", "--source", "late", "--from", "yesterday"], "--from is yesterday"],
    [["rejects", "replay", "--apply"], "--reason is absent"],
    [["rejects", "show", "812"], "topic/partition/offset"],
    [["replay", "--resume", "run-77"], "There is no run run-77"],
    [["replay", "--resume", "run-1"], "Run run-1 is over (ended)"],
  ])("%j is refused with what is accepted", { timeout: 60_000 }, async (args, text) => {
    const run = await runCli(args, env);
    expect(run.code).not.toBe(0);
    expect(run.stderr).toContain(text);
  });
});

/** What the log of acts has, in its order. */
async function acts(): Promise<string[][]> {
  const found: string[][] = [];
  const reader = await readTopic(ground.kafka, {
    topic: ground.topics.acts,
    partition: 0,
    fromOffset: 0n,
    log: silent,
    onRecord: ({ value }) => {
      const { act, subject } = JSON.parse(String(value)) as { act: string; subject: string };
      found.push([act, subject]);
    },
    onProgress: () => {},
  });
  await reader.caughtUp();
  await reader.stop();
  return found;
}
