import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { ATTEMPTS_MAX } from "#core/export-schedule/export-run.ts";
import { folderDestination } from "#jobs/exports/folder-destination.ts";
import { writeRuns } from "#jobs/exports/write-runs.ts";
import type { ChildPlan } from "#test/jobs/exports/child-exports.ts";
import {
  alertsOf,
  begun,
  callsBefore,
  exportsLeader,
  makeKey,
  newFolder,
  nextDue,
  runsOf,
  setSchedule,
} from "#test/jobs/exports/exports-kit.ts";
import { type Ground, makeGround } from "#test/support/pipeline.ts";
import { sharedServers } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

let ground: Ground;
let owner: string;
const due = nextDue();
beforeAll(async () => {
  ground = await makeGround({ partitions: 1, prices: false });
  owner = (await makeKey(ground)).id;
  await callsBefore(ground, due);
}, 60_000);
afterAll(() => ground.close());

async function startChild(folder: string, dies: ChildPlan["dies"]): Promise<ChildProcess> {
  const { clickHouseUrl } = await sharedServers();
  const plan: ChildPlan = {
    brokers: ground.kafka.brokers,
    topics: ground.topics,
    clickhouse: {
      url: clickHouseUrl,
      user: "admin",
      password: TEST_PASSWORD,
      database: ground.database,
      requestTimeoutMs: 20_000,
    },
    ...{ folder, dies, nowMs: begun(due) },
  };
  const child = spawn(process.execPath, ["test/jobs/exports/child-exports.ts", JSON.stringify(plan)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** Runs a child until it has killed itself, and says what drafts of it lie about. */
async function killed(folder: string, dies: ChildPlan["dies"]): Promise<() => string[]> {
  const child = await startChild(folder, dies);
  const [code, signal] = await once(child, "exit");
  expect({ code, signal }).toEqual({ code: null, signal: "SIGKILL" });
  return () => readdirSync(tmpdir()).filter((name) => name.startsWith(`spendtrail-export-${child.pid}-`));
}

const contents = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));

test("killed between the file and the manifest: the next one makes the same bytes and delivers once", async () => {
  await setSchedule(ground, "killed", { owner });
  const folder = newFolder();
  const leftBehind = await killed(folder, "before_manifest");
  expect(leftBehind()).toHaveLength(1);
  const broken = contents(folder);
  expect(Object.keys(broken)).toEqual([expect.stringMatching(/\.csv$/)]);
  expect((await runsOf(ground, "killed"))[0]).toMatchObject({ state: "running", attempts: 1, made: null });

  const leader = exportsLeader(ground, { place: folderDestination(folder) }, begun(due));
  await leader.round();
  expect(leftBehind()).toEqual([]);
  const whole = contents(folder);
  expect(whole).toMatchObject(broken);
  expect(Object.keys(whole)).toHaveLength(2);
  const [run] = await runsOf(ground, "killed");
  expect(run).toMatchObject({ state: "delivered", attempts: 2 });

  // And one that had nothing of it before gives the same two files.
  const fresh = newFolder();
  await ground.clickhouse.command("TRUNCATE TABLE scheduled_exports_v1");
  await exportsLeader(ground, { place: folderDestination(fresh) }, begun(due)).round();
  expect(contents(fresh)).toEqual(whole);
  await setSchedule(ground, "killed", null);
});

test("killed when all is delivered and not yet on record: nothing is delivered again", async () => {
  await setSchedule(ground, "unrecorded", { owner });
  const folder = newFolder();
  await killed(folder, "before_record");
  const whole = contents(folder);
  expect(Object.keys(whole)).toHaveLength(2);
  const leader = exportsLeader(ground, { place: folderDestination(folder) }, begun(due));
  await leader.round();
  expect(contents(folder)).toEqual(whole);
  expect(await runsOf(ground, "unrecorded")).toMatchObject([{ state: "delivered", attempts: 2 }]);
  await setSchedule(ground, "unrecorded", null);
});

test("two programs at once, both of which believe that they lead: one delivery, and it is on record as one", async () => {
  await setSchedule(ground, "twice", { owner });
  const folder = newFolder();
  const children = await Promise.all([startChild(folder, "never"), startChild(folder, "never")]);
  const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0]));
  expect(codes).toEqual([0, 0]);
  const found = contents(folder);
  // Neither drafts nor a second file.
  expect(Object.keys(found).sort()).toEqual([
    expect.stringMatching(/\.csv$/),
    expect.stringMatching(/\.csv\.manifest\.json$/),
  ]);
  expect(await runsOf(ground, "twice")).toMatchObject([{ state: "delivered" }]);
  await setSchedule(ground, "twice", null);
});

test("an export that ends the program each time is given up after as many tries as any other", async () => {
  await setSchedule(ground, "deadly", { owner });
  const leader = exportsLeader(ground, { place: folderDestination(newFolder()) }, due);
  await leader.round();
  const [noted] = await runsOf(ground, "deadly");
  if (noted === undefined) throw new Error("one is due");
  // What the last of many programs left that died over it.
  await writeRuns(ground.clickhouse, [{ ...noted, state: "running", attempts: ATTEMPTS_MAX, revision: 2 }]);
  await leader.round(begun(due));
  expect(await runsOf(ground, "deadly")).toMatchObject([
    { state: "failed", attempts: ATTEMPTS_MAX, failure: { code: "EXPORT_RUN_LOST" } },
  ]);
  expect(await alertsOf(ground, "deadly")).toEqual(["firing EXPORT_RUN_LOST"]);
  await setSchedule(ground, "deadly", null);
});
