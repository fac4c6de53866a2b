import { execFile } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issueKey, KEY_RANDOM_BYTES } from "#core/settings/issue-key.ts";
import { type RunningApi, startApi } from "#query-api/start.ts";
import { createRecordAct } from "#runtime/acts/record-act.ts";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { changeSettings } from "#runtime/settings/change-settings.ts";
import { ingested } from "#test/ingest/replay/replay-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, makeGround, silent, TEST_SALT } from "#test/support/pipeline.ts";
import { bareEnv, runCli } from "#test/support/run-cli.ts";
import { sharedServers } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";
import { topicSettings } from "#test/support/topic-settings.ts";

/** The commands of the page, in their order. */
const PAGE = readFileSync("docs/runs.md", "utf8");
const EXAMPLE = PAGE.slice(PAGE.indexOf("## An example"), PAGE.indexOf("## The scope"));
const COMMANDS = [...EXAMPLE.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((match) =>
  (match[1] ?? "").split("\n").filter((line) => line.startsWith("npx spendtrail ")),
);
const SAID = /```text\n([\s\S]*?)```/.exec(EXAMPLE)?.[1] ?? "";

let ground: Ground;
let api: RunningApi;
let env: NodeJS.ProcessEnv;
let token: string;

beforeAll(async () => {
  ground = await makeGround({ partitions: 1 });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
  const house = { platform: "house-cluster", model: "house-large" };
  await ground.send("app", "canonical", [
    canonicalEvent("a", { ...house, started_at: "2026-11-10T10:00:00.000Z" }),
    canonicalEvent("b", { ...house, started_at: "2026-11-11T10:00:00.000Z" }),
    canonicalEvent("c", { ...house, team: "ads", started_at: "2026-11-12T10:00:00.000Z" }),
    canonicalEvent("d", { started_at: "2026-11-13T10:00:00.000Z" }),
    // Begun before the tariff, and outside the range.
    canonicalEvent("e", { ...house, started_at: "2026-10-31T23:59:59.999Z" }),
  ]);
  await ingested(ground, 5);
  const { producer, settings, clickhouse, topics } = ground;
  api = await startApi(
    {
      clickhouseTeam: clickhouse,
      clickhouseAll: clickhouse,
      settings,
      changeSettings: (change) => changeSettings(producer, settings, change),
      recordAct: createRecordAct(producer, topics.acts),
      log: silent,
      metrics: createMetrics({ defaults: false }),
      cursorSecret: randomBytes(32),
      clock: () => new Date(),
    },
    { host: "127.0.0.1", port: 0 },
  );
  token = await makeKey("finance");
  const { brokers, clickHouseUrl } = await sharedServers();
  env = bareEnv({
    KAFKA_BROKERS: brokers.join(","),
    CLICKHOUSE_URL: clickHouseUrl,
    CLICKHOUSE_DATABASE: ground.database,
    CLICKHOUSE_ADMIN_USER: "admin",
    CLICKHOUSE_ADMIN_PASSWORD: TEST_PASSWORD,
    SPENDTRAIL_PERSON_SALT: TEST_SALT.toString(),
    SPENDTRAIL_API_URL: api.url,
    SPENDTRAIL_API_KEY: token,
    ...topicSettings(topics),
  });
}, 90_000);
afterAll(async () => {
  await api.close();
  await ground.close();
});

async function makeKey(role: "finance" | "viewer"): Promise<string> {
  const made = issueKey(randomBytes(KEY_RANDOM_BYTES), {
    ...{ label: role, role },
    ...(role === "viewer" ? { teams: ["ads"] } : {}),
  });
  await changeSettings(ground.producer, ground.settings, {
    ...{ kind: "key", id: made.setting.id, value: made.setting, expected_version: 0 },
    ...{ change_id: randomUUID(), actor: "test", reason: "test" },
  });
  return made.token;
}

/** What the API says November came to, as believed then or now. */
async function november(bookAsOf?: string, key = token) {
  const url = new URL("/v1/costs?from=2026-11-01&to=2026-12-01&group_by=team", api.url);
  if (bookAsOf !== undefined) url.searchParams.set("book_as_of", bookAsOf);
  const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into an answer as its client would
  return { status: response.status, json: (await response.json()) as any };
}

const figures = async (bookAsOf?: string, key?: string) => {
  const { json } = await november(bookAsOf, key);
  return [json.totals.cost.amount, json.totals.calls, json.unpriced_calls];
};

describe("docs/runs.md", () => {
  test("its example: nothing moves until the run, and what was reported can still be had to the last digit", {
    timeout: 400_000,
  }, async () => {
    expect(COMMANDS.length).toBeGreaterThan(9);
    const reported = await figures();
    expect(reported).toEqual(["0.0075", 4, 3]);
    const [moment, offset] = [new Date().toISOString(), String(ground.settings.state().offset)];
    const outputs: string[] = [];
    for (const command of COMMANDS) {
      const verb = command.replace("npx spendtrail", `${process.execPath} cli/spendtrail.mjs`);
      const { stdout } = await promisify(execFile)("sh", ["-ec", verb], { env, timeout: 60_000 });
      outputs.push(stdout);
      await ground.settings.caughtUp();
      if (ground.settings.state().runs.size === 0) expect(await figures()).toEqual(reported);
    }
    for (const line of SAID.trim().split("\n")) expect(squeezed(outputs[2] ?? "")).toContain(squeezed(line));
    expect(outputs[2]).toContain("Nothing was written; --reason puts it on record");
    expect(await figures()).toEqual(["0.0159", 4, 0]);
    for (const then of ["run-0", moment, offset]) expect(await figures(then)).toEqual(reported);
    for (const then of ["run-1", String(ground.settings.state().offset), new Date().toISOString()])
      expect(await figures(then)).toEqual(["0.0159", 4, 0]);
    // The last command asks for what was reported.
    expect(outputs.at(-1)).toContain("0.0075");
    expect(outputs.at(-1)).toContain("run 0 as the last one");
    expect(outputs.at(-2)).toContain("0.0159");
    expect(await acts()).toEqual([
      ["run.proposed", "proposal-1", "command line"],
      ["run.approved", "proposal-1", token.split("_")[1]],
      ["run.began", "run-1", "command line"],
      ["run.ended", "run-1", "command line"],
    ]);
  });

  test("a viewer's earlier figures are of its teams, and list and show name every step", {
    timeout: 60_000,
  }, async () => {
    const viewer = await makeKey("viewer");
    expect(await figures("run-0", viewer)).toEqual(["0", 1, 1]);
    expect(await figures(undefined, viewer)).toEqual(["0.0028", 1, 0]);
    const get = async (path: string) => {
      const response = await fetch(new URL(path, api.url), { headers: { authorization: `Bearer ${token}` } });
      // biome-ignore lint/suspicious/noExplicitAny: a test looks into an answer as its client would
      return (await response.json()) as any;
    };
    const { runs, approval } = await get("/v1/runs");
    expect(approval).toBe("other");
    expect(runs).toMatchObject([
      { state: "ended", may_apply: false, proposal: { id: "proposal-1" }, run: { id: "run-1", epoch: 1 } },
    ]);
    expect((await get("/v1/runs/run-1")).run).toEqual((await get("/v1/runs/proposal-1")).run);
    expect((await get("/v1/runs/run-9")).code).toBe("NOT_FOUND");
  });

  test.each([
    ["yesterday", "nor a run (run-3)"],
    ["run-7", "names a run that there is not"],
    ["99999", "lies ahead of offset"],
    ["2999-01-01T00:00:00Z", "is in the future"],
  ])("book_as_of=%s is refused with what is accepted", async (then, text) => {
    const { status, json } = await november(then);
    expect([status, json.code]).toEqual([400, "REQUEST_INVALID"]);
    expect(json.detail).toContain(text);
  });
});

describe("spendtrail runs", () => {
  test("approval is for another key, once, of what is still so", { timeout: 120_000 }, async () => {
    const october = ["--from", "2026-10-01", "--to", "2026-11-01", "--reason", "test"];
    const nothing = await runCli(["runs", "re-rate", ...october, "--json"], env);
    expect(JSON.parse(nothing.stdout)).toMatchObject({ proposal: null, figures: { calls: 1, changed: 0 } });
    const back = ["--from", "2026-11-01", "--to", "2026-12-01", "--book", "0", "--reason", "test", "--json"];
    const made = JSON.parse((await runCli(["runs", "re-rate", ...back], env)).stdout);
    expect(made).toMatchObject({
      proposal: "proposal-2",
      figures: { change_usd: "-0.0159", newly_unpriced: 4 },
    });
    const early = await runCli(["runs", "apply", "proposal-2", "--reason", "test"], env);
    expect(early.stderr).toContain("must first be approved by somebody other");
    const late = canonicalEvent("late", { started_at: "2026-11-20T10:00:00.000Z" });
    await ground.send("app", "canonical", [late]);
    await ingested(ground, 6);
    const moved = await runCli(["runs", "approve", "proposal-2", "--reason", "test"], env);
    expect(moved.stderr).toContain("has moved since");
    const withdrawn = await runCli(["runs", "withdraw", "proposal-2", "--reason", "moved"], env);
    expect(withdrawn.stdout).toContain("proposal-2 is withdrawn");
    const after = await runCli(["runs", "approve", "proposal-2", "--reason", "test"], env);
    expect(after.stderr).toContain("is withdrawn already");
  });

  test.each([
    [
      ["re-rate", "--cost-status", "free"],
      "--cost-status is free; accepted: rated, gateway, estimated, unpriced",
    ],
    [["re-rate", "--book", "tomorrow"], "--book is tomorrow"],
    [["re-rate", "--apply"], "--reason is absent"],
    [["re-rate", "--source", "No Name"], "--source is No Name"],
    [["apply", "proposal-77", "--reason", "x"], "There is no proposal proposal-77"],
    [["show", "run-77"], "There is no run run-77"],
    [["policy", "sometimes"], "Allowed choices are none, other"],
    [["approve", "proposal-1"], "--reason is absent"],
  ])("runs %j is refused with what is accepted", { timeout: 60_000 }, async (args, text) => {
    const run = await runCli(["runs", ...args], env);
    expect(run.code).not.toBe(0);
    expect(run.stderr).toContain(text);
  });
});

function squeezed(text: string): string {
  return text.replaceAll(/[ -]+/g, " ");
}

/** What the log of acts has of runs, in its order. */
async function acts(): Promise<string[][]> {
  const found: string[][] = [];
  const reader = await readTopic(ground.kafka, {
    topic: ground.topics.acts,
    partition: 0,
    fromOffset: 0n,
    log: silent,
    onRecord: ({ value }) => {
      const { act, subject, actor } = JSON.parse(String(value)) as Record<string, string>;
      if (act?.startsWith("run.")) found.push([act, subject ?? "", actor ?? ""]);
    },
    onProgress: () => {},
  });
  await reader.caughtUp();
  await reader.stop();
  return found;
}
