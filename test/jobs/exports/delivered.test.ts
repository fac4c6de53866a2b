import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folderDestination } from "#jobs/exports/folder-destination.ts";
import {
  alertsOf,
  begun,
  callsBefore,
  exportsLeader,
  iso,
  makeKey,
  newFolder,
  nextDue,
  revokeKey,
  runsOf,
  setSchedule,
} from "#test/jobs/exports/exports-kit.ts";
import { type Ground, makeGround } from "#test/support/pipeline.ts";

const DAY_MS = 86_400_000;
let ground: Ground;
let owner: string;
const due = nextDue();
beforeAll(async () => {
  ground = await makeGround({ partitions: 1, prices: false });
  owner = (await makeKey(ground)).id;
  await callsBefore(ground, due);
}, 60_000);
afterAll(() => ground.close());

const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");

describe("an export to a folder", () => {
  test("is made when it is due and no sooner, once, with its manifest last and all of it on record", async () => {
    await setSchedule(ground, "daily", { owner });
    const folder = newFolder();
    const leader = exportsLeader(ground, { place: folderDestination(folder) }, due - 1);
    await leader.round();
    expect(await runsOf(ground, "daily")).toEqual([]);
    await leader.round(due);
    expect(await runsOf(ground, "daily")).toMatchObject([{ state: "due", attempts: 0, made: null }]);
    await leader.round(begun(due) - 1);
    expect(readdirSync(folder)).toEqual([]);

    await leader.round(begun(due));
    const [from, to] = [iso(due - DAY_MS).slice(0, 10), iso(due).slice(0, 10)];
    const file = `daily_${from}_${to}_due-${iso(due).slice(0, 19).replaceAll(/[-:]/g, "")}Z.csv`;
    expect(readdirSync(folder).sort()).toEqual([file, `${file}.manifest.json`]);
    const content = readFileSync(join(folder, file));
    const manifest = JSON.parse(readFileSync(join(folder, `${file}.manifest.json`), "utf8"));
    expect(manifest).toMatchObject({
      file,
      schedule: { name: "daily", owner, due_at: iso(due), range: "previous_day", data_reaches_end: false },
      query: { grain: "day", from: `${from}T00:00:00.000Z`, to: `${to}T00:00:00.000Z`, as_of: iso(due) },
      as_of: iso(due),
      row_count: 2,
      sums: { cost_usd: "10" },
      sha256: sha256(content),
      bytes: content.length,
    });
    const [run] = await runsOf(ground, "daily");
    expect(run).toMatchObject({ state: "delivered", attempts: 1, destination: "place", dueAt: iso(due) });
    expect(run?.made).toMatchObject({
      file,
      from,
      to,
      bytes: content.length,
      sha256: sha256(content),
      rowCount: 2,
    });
    expect(leader.acts.map(({ act, actor }) => `${act} ${actor}`)).toEqual([
      "export.began schedule:daily",
      "export.ended schedule:daily",
      "export.delivered schedule:daily",
    ]);
    expect(leader.acts[2]).toMatchObject({
      subject: "/v1/exports/costs",
      detail: { owner, destination: "place", place: folder, file, sha256: sha256(content) },
    });

    await leader.round(due + 3_600_000);
    expect(leader.acts).toHaveLength(3);
    expect(await leader.metrics()).toContain(
      'spendtrail_scheduled_exports_runs_total{outcome="delivered"} 1',
    );

    // The record is lost, as after a restore to an empty database: the same again, and nothing is written over.
    await ground.clickhouse.command("TRUNCATE TABLE scheduled_exports_v1");
    await exportsLeader(ground, { place: folderDestination(folder) }, begun(due)).round();
    expect(readFileSync(join(folder, file)).equals(content)).toBe(true);
    expect(await runsOf(ground, "daily")).toMatchObject([{ state: "delivered" }]);
    await setSchedule(ground, "daily", null);
  });

  test("that another file's manifest stands for is never replaced", async () => {
    await setSchedule(ground, "taken", { owner });
    const folder = newFolder();
    const leader = exportsLeader(ground, { place: folderDestination(folder) }, begun(due));
    await leader.round();
    const name = readdirSync(folder).find((found) => found.endsWith(".json")) ?? "";
    writeFileSync(join(folder, name), "{}");
    await ground.clickhouse.command("TRUNCATE TABLE scheduled_exports_v1");
    await leader.round();
    expect(readFileSync(join(folder, name), "utf8")).toBe("{}");
    const [run] = await runsOf(ground, "taken");
    expect(run).toMatchObject({ state: "retrying", failure: { code: "EXPORT_DESTINATION_REFUSED" } });
    expect(run?.failure?.message).toContain("is of another file");
    await setSchedule(ground, "taken", null);
  });

  test("that cannot be written is tried again ever more seldom, given up with an alert, and made by hand later", async () => {
    await setSchedule(ground, "stuck", { owner });
    const folder = join(newFolder(), "not-mounted");
    const leader = exportsLeader(ground, { place: folderDestination(folder) }, begun(due));
    const waits: number[] = [];
    for (let at = begun(due); ; ) {
      await leader.round(at);
      const [run] = await runsOf(ground, "stuck");
      if (run?.nextTryAt == null) break;
      expect(run).toMatchObject({ state: "retrying", failure: { code: "EXPORT_DESTINATION_REFUSED" } });
      // A moment too early nothing happens.
      await leader.round(Date.parse(run.nextTryAt) - 1);
      expect((await runsOf(ground, "stuck"))[0]?.attempts).toBe(run.attempts);
      waits.push((Date.parse(run.nextTryAt) - at) / 60_000);
      at = Date.parse(run.nextTryAt);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60]);
    expect(existsSync(folder)).toBe(false);
    const [run] = await runsOf(ground, "stuck");
    expect(run).toMatchObject({
      state: "failed",
      attempts: 8,
      failure: { code: "EXPORT_DESTINATION_REFUSED" },
    });
    expect(run?.failure?.message).toContain("ENOENT");
    expect(leader.acts.at(-1)).toMatchObject({ act: "export.failed", detail: { attempts: 8, owner } });
    expect(await alertsOf(ground, "stuck")).toEqual(["firing EXPORT_DESTINATION_REFUSED"]);
    expect(await leader.metrics()).toContain("spendtrail_scheduled_exports_failing 1");

    const mended = exportsLeader(ground, { place: folderDestination(newFolder()) }, due + 6 * 3_600_000);
    await mended.round();
    expect((await runsOf(ground, "stuck"))[0]?.state).toBe("failed");
    await setSchedule(ground, "stuck", { also_at: iso(due) });
    await mended.round();
    expect((await runsOf(ground, "stuck"))[0]?.state).toBe("delivered");
    expect(await alertsOf(ground, "stuck")).toEqual(["resolved EXPORT_DESTINATION_REFUSED"]);
    expect(await mended.metrics()).toContain("spendtrail_scheduled_exports_failing 0");
    await setSchedule(ground, "stuck", null);
  });
});

describe("what the owner may see", () => {
  const teamsIn = (folder: string) => {
    const file = readdirSync(folder).find((name) => name.endsWith(".csv")) ?? "";
    const [head = "", ...rows] = readFileSync(join(folder, file), "utf8").trim().split("\r\n");
    const team = head.split(",").indexOf("team");
    return rows.map((row) => row.split(",")[team]).sort();
  };

  test("is in the file and nothing else", async () => {
    const viewer = await makeKey(ground, { role: "viewer", teams: ["blue"] });
    for (const [id, of] of [
      ["of-finance", owner],
      ["of-viewer", viewer.id],
    ] as const) {
      const folder = newFolder();
      await setSchedule(ground, id, { owner: of });
      await exportsLeader(ground, { place: folderDestination(folder) }, begun(due)).round();
      expect(teamsIn(folder)).toEqual(id === "of-viewer" ? ["blue"] : ["blue", "red"]);
      await setSchedule(ground, id, null);
      rmSync(folder, { recursive: true });
    }
  });

  test("is nothing once the key is revoked, or reads no costs: at once, without a try and with an alert", async () => {
    const leaver = await makeKey(ground);
    const gateway = await makeKey(ground, { role: "ingest", sources: ["app"] });
    await setSchedule(ground, "of-leaver", { owner: leaver.id });
    await setSchedule(ground, "of-gateway", { owner: gateway.id });
    await setSchedule(ground, "of-nobody", { owner: "zzzzzzzzzzzz" });
    await revokeKey(ground, leaver.id);
    const folder = newFolder();
    const leader = exportsLeader(ground, { place: folderDestination(folder) }, begun(due));
    await leader.round();
    expect(readdirSync(folder)).toEqual([]);
    for (const [id, says] of [
      ["of-leaver", `key ${leaver.id} is revoked`],
      ["of-gateway", "has the role ingest"],
      ["of-nobody", "there is no key zzzzzzzzzzzz"],
    ] as const) {
      const [run] = await runsOf(ground, id);
      expect(run).toMatchObject({ state: "failed", attempts: 1, failure: { code: "EXPORT_OWNER_REFUSED" } });
      expect(run?.failure?.message).toContain(says);
      expect(await alertsOf(ground, id)).toEqual(["firing EXPORT_OWNER_REFUSED"]);
      await setSchedule(ground, id, null);
    }
    expect(leader.acts.map(({ act }) => act)).toEqual(Array(3).fill("export.failed"));
    // The alert is about a schedule that is not there any more.
    await leader.round();
    expect(await alertsOf(ground, "of-leaver")).toEqual(["resolved EXPORT_OWNER_REFUSED"]);
  });
});

test("a destination that is not configured, and parameters that the export does not know, fail at once by name", async () => {
  await setSchedule(ground, "elsewhere", { owner, destination: "elsewhere" });
  await setSchedule(ground, "odd", { owner, parameters: { grain: "hour", colour: "red" } });
  await setSchedule(ground, "own-range", { owner, parameters: { from: "1970-01-01" } });
  await exportsLeader(ground, { place: folderDestination(newFolder()) }, begun(due)).round();
  const said = async (id: string) => (await runsOf(ground, id))[0]?.failure;
  expect(await said("elsewhere")).toMatchObject({ code: "EXPORT_DESTINATION_UNKNOWN" });
  expect((await said("elsewhere"))?.message).toContain("set the schedule with one of: place");
  expect(await said("odd")).toMatchObject({ code: "EXPORT_SCHEDULE_INVALID" });
  expect((await said("odd"))?.message).toMatch(/parameters\.grain.*colour/);
  expect((await said("own-range"))?.message).toContain("parameters: from follow from range");
  for (const id of ["elsewhere", "odd", "own-range"]) await setSchedule(ground, id, null);
});

test("a schedule whose zone is not known any more is an alert, until it is set anew", async () => {
  await setSchedule(ground, "adrift", { owner, zone: "Mars/Olympus" });
  const leader = exportsLeader(ground, { place: folderDestination(newFolder()) }, begun(due));
  await leader.round();
  await leader.round();
  expect(await runsOf(ground, "adrift")).toEqual([]);
  expect(await alertsOf(ground, "adrift")).toEqual(["firing EXPORT_SCHEDULE_INVALID"]);
  await setSchedule(ground, "adrift", { zone: "UTC" });
  await leader.round();
  expect(await alertsOf(ground, "adrift")).toEqual(["resolved EXPORT_SCHEDULE_INVALID"]);
  await setSchedule(ground, "adrift", null);
});

test("what a killed program left of a file in the folder is removed, and nothing else", async () => {
  await setSchedule(ground, "swept", { owner });
  const folder = newFolder();
  const [from, to] = [iso(due - DAY_MS).slice(0, 10), iso(due).slice(0, 10)];
  const file = `swept_${from}_${to}_due-${iso(due).slice(0, 19).replaceAll(/[-:]/g, "")}Z.csv`;
  const others = [".other.csv.0123abcd.part", `.${file}.mine`, "notes.txt"];
  for (const name of [`.${file}.0123abcd.part`, ...others]) writeFileSync(join(folder, name), "x");
  await exportsLeader(ground, { place: folderDestination(folder) }, begun(due)).round();
  expect(readdirSync(folder).sort()).toEqual([...others, file, `${file}.manifest.json`].sort());
  await setSchedule(ground, "swept", null);
});

test("after a downtime the last few are made up for and each older one is named; a pause is none", async () => {
  await setSchedule(ground, "late", { owner, catch_up: 1 });
  const folder = newFolder();
  const leader = exportsLeader(ground, { place: folderDestination(folder) }, begun(due) + 4 * DAY_MS);
  await leader.round();
  const states = async () => (await runsOf(ground, "late")).map(({ dueAt, state }) => [dueAt, state]);
  const at = (day: number) => iso(due + day * DAY_MS);
  const caughtUp = [
    [at(4), "delivered"],
    [at(3), "delivered"],
    [at(2), "missed"],
    [at(1), "missed"],
    [at(0), "missed"],
  ];
  expect(await states()).toEqual(caughtUp);
  const missed = leader.acts.filter(({ act }) => act === "export.missed");
  expect(missed.map(({ detail }) => detail?.["due_at"])).toEqual([at(0), at(1), at(2)]);
  expect(new Set(missed.map(({ act_id }) => act_id)).size).toBe(3);
  expect(readdirSync(folder)).toHaveLength(4);

  await setSchedule(ground, "late", { enabled: false });
  await leader.round(begun(due) + 9 * DAY_MS);
  expect(await states()).toEqual(caughtUp);
  await setSchedule(ground, "late", null);
});

test("FOCUS and the journal are scheduled as well; the same file can be asked for again at the address in the manifest", async () => {
  await setSchedule(ground, "focus", {
    owner,
    export: "focus",
    parameters: { version: "1.4" },
    format: "parquet",
  });
  await setSchedule(ground, "journal", { owner, export: "journal", parameters: {}, range: "month_to_date" });
  const folder = newFolder();
  await exportsLeader(ground, { place: folderDestination(folder) }, begun(due)).round();
  const manifests = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
  expect(manifests).toMatchObject([
    { export: "focus", format: "parquet", query: { version: "1.4" }, sums: { BilledCost: "10" } },
    { export: "journal", format: "csv", query: { by: "team" } },
  ]);
  const address = new URL(manifests[0].schedule.address, "http://api");
  expect(address.pathname).toBe("/v1/exports/focus");
  expect(Object.fromEntries(address.searchParams)).toMatchObject({ as_of: iso(due), format: "parquet" });
  for (const id of ["focus", "journal"]) await setSchedule(ground, id, null);
});
