import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { runListing } from "#core/replay/run-listing.ts";
import type { ProposedKind } from "#core/settings/run-proposal.ts";
import type { RereadDeps } from "#ingest/replay/reread-deps.ts";
import { serveRequests } from "#ingest/runs/requested-runs.ts";
import { createReader } from "#query-api/reader.ts";
import { withProgress } from "#query-api/routes/runs.ts";
import { changeSettings } from "#runtime/settings/change-settings.ts";
import { beliefs, count, ingested, replay, setRate } from "#test/ingest/replay/replay-kit.ts";
import type { ChildPlan } from "#test/ingest/runs/child-run.ts";
import { EVERYTHING, proposer, runDeps, tryRun } from "#test/ingest/runs/run-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, makeGround } from "#test/support/pipeline.ts";
import { sharedServers } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

const RECORDS = 48;
let ground: Ground;
beforeAll(async () => {
  ground = await makeGround({ partitions: 1 });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
  const calls = Array.from({ length: RECORDS }, (_, at) =>
    canonicalEvent(`call-${at}`, { started_at: "2026-11-20T10:00:00.000Z", model: "acme/one" }),
  );
  await ground.send("app", "canonical", calls);
  await ingested(ground, RECORDS);
  for (const table of ["records_v1", "events_v1"])
    await ground.clickhouse.command(`SYSTEM STOP MERGES ${ground.database}.${table}`);
}, 60_000);
afterAll(() => ground.close());

const change = async (kind: "run_request" | "run_proposal", id: string, value: object, actor: string) => {
  const { proposals, runRequests } = ground.settings.state();
  const there = kind === "run_request" ? runRequests.get(id) : proposals.get(id);
  const outcome = await changeSettings(ground.producer, ground.settings, {
    ...{ kind, id, value, expected_version: there?.version ?? 0 },
    ...{ change_id: randomUUID(), actor, reason: "test" },
  } as Parameters<typeof changeSettings>[2]);
  expect(outcome.outcome).toBe("applied");
};
async function ask(kind: ProposedKind = "re_rate"): Promise<string> {
  const { offset, runRequests } = ground.settings.state();
  const id = `request-${runRequests.size + 1}`;
  const value = { id, kind, ...EVERYTHING, settings_offset: String(offset), requested_by: "kim" };
  await change("run_request", id, { ...value, state: "asked", proposal: null, detail: null }, "kim");
  return id;
}
const round = (more: Partial<RereadDeps> = {}, signal = new AbortController().signal) =>
  serveRequests(proposer(ground, "nobody"), runDeps(ground, more), signal);
const listed = (id: string) =>
  runListing(ground.settings.state()).find(({ request }) => request?.id === id) ?? null;
async function progressOf(id: string) {
  const stores = { clickhouseTeam: ground.clickhouse, clickhouseAll: ground.clickhouse };
  const reader = createReader(stores, { kind: "all" }, new AbortController().signal);
  const one = listed(id);
  return one === null ? null : (await withProgress(reader, one)).progress;
}
async function approve(id: string, actor = "lee"): Promise<void> {
  const proposal = listed(id)?.proposal;
  if (!proposal) throw new Error(`${id} is no proposal`);
  await change("run_proposal", proposal.id, { ...proposal, state: "approved", approved_by: actor }, actor);
}

describe("the jobs", { timeout: 90_000 }, () => {
  test("make the dry run, wait for an approval, and then carry it out; one round after another changes nothing", async () => {
    await setRate(ground, "acme/one", "2");
    const expected = await tryRun(ground);
    const before = await count(ground, "events_v1");
    const id = await ask();
    await round();
    expect(listed(id)).toMatchObject({
      ...{ state: "proposed", run: null, request: { state: "proposed" } },
      proposal: { requested_by: "kim", request: id, figures: expected },
    });
    await round();
    expect([listed(id)?.state, await count(ground, "events_v1")]).toEqual(["proposed", before]);
    await approve(id);
    await round();
    expect(listed(id)).toMatchObject({ state: "ended", run: { figures: { changed: RECORDS } } });
    expect(await count(ground, "events_v1")).toBe(before + 2 * RECORDS);
    expect(await progressOf(id)).toBeNull();
    const { runs, offset } = ground.settings.state();
    await round();
    expect([ground.settings.state().runs.size, ground.settings.state().offset]).toEqual([runs.size, offset]);
    const again = await ask();
    await round();
    expect(listed(again)).toMatchObject({ state: "nothing_to_change", proposal: null });
  });

  test("that are killed with -9 while a run writes are followed by others that finish it, exactly", async () => {
    await setRate(ground, "acme/one", "3");
    const before = { events: await count(ground, "events_v1"), records: await count(ground, "records_v1") };
    const id = await ask();
    await round();
    await approve(id);
    await runChild(["events_v1", 2]);
    await ground.settings.caughtUp();
    expect(listed(id)).toMatchObject({ state: "begun" });
    const { written, of } = (await progressOf(id)) ?? {};
    expect([Number(written) > 0 && Number(written) < RECORDS, of]).toEqual([true, BigInt(RECORDS)]);
    expect(await count(ground, "events_v1")).toBeGreaterThan(before.events);
    await expect(replay(ground)).rejects.toMatchObject({ code: "RUN_UNFINISHED" });
    await round();
    expect(listed(id)).toMatchObject({ state: "ended", run: { figures: { changed: RECORDS } } });
    expect(await count(ground, "events_v1")).toBe(before.events + 2 * RECORDS);
    expect(await count(ground, "records_v1")).toBe(before.records + RECORDS);
    expect((await tryRun(ground)).changed).toBe(0);
    expect((await beliefs(ground)).map(({ calls }) => calls)).toEqual([String(RECORDS)]);
  });

  test("that leave in the middle leave the rest to the next", async () => {
    await setRate(ground, "acme/one", "4");
    const id = await ask();
    await round();
    await approve(id);
    const leaving = new AbortController();
    const leaves = round({ onProgress: () => leaving.abort() }, leaving.signal);
    // The dry run before the first row is looked at as well, and is where it leaves.
    await expect(leaves).rejects.toThrow();
    expect(listed(id)?.state).toBe("approved");
    await round();
    expect(listed(id)?.state).toBe("ended");
  });

  test("withdraw what was approved and has moved since, and say why", async () => {
    await setRate(ground, "acme/one", "5");
    const id = await ask();
    await round();
    await approve(id);
    await ground.send("app", "canonical", [
      canonicalEvent("late", { started_at: "2026-11-20T10:00:00.000Z", model: "acme/one" }),
    ]);
    await ingested(ground, RECORDS + 1);
    const before = await count(ground, "events_v1");
    await round();
    expect(listed(id)).toMatchObject({
      state: "withdrawn",
      proposal: { detail: expect.stringContaining("has moved since") },
    });
    expect(await count(ground, "events_v1")).toBe(before);
  });

  test("finish what was proposed before a crash and not said of the request, and make no second proposal", async () => {
    const id = await ask();
    const asked = listed(id)?.request;
    await round();
    const made = ground.settings.state().proposals.size;
    const bare = {
      ...ground.settings.state(),
      runRequests: new Map([[id, { version: 1, offset: 0n, value: asked }]]),
    };
    const settings = { ...ground.settings, state: () => bare } as unknown as Ground["settings"];
    await serveRequests({ ...proposer(ground), settings }, runDeps(ground), new AbortController().signal);
    await ground.settings.caughtUp();
    expect(ground.settings.state().proposals.size).toBe(made);
    expect(listed(id)).toMatchObject({ request: { state: "proposed" } });
  });

  test("let a request go that was withdrawn while its dry run was made", async () => {
    const id = await ask();
    let told = false;
    const onProgress = () => {
      told = true;
    };
    const value = { ...listed(id)?.request, state: "withdrawn" };
    const clickhouse = {
      ...ground.clickhouse,
      query: (async (query) => {
        if (query.name === "run_scope") await change("run_request", id, value, "kim");
        return ground.clickhouse.query(query);
      }) as typeof ground.clickhouse.query,
    };
    await round({ clickhouse, onProgress });
    expect([told, listed(id)?.state, listed(id)?.proposal ?? null]).toEqual([true, "withdrawn", null]);
  });

  test("say that they cannot tell who pays without the salt, and rate all the same", async () => {
    const id = await ask("re_attribute");
    await round({ personSalt: Buffer.alloc(0) });
    expect(listed(id)).toMatchObject({
      state: "failed",
      request: { detail: expect.stringContaining("SPENDTRAIL_PERSON_SALT") },
    });
  });
});

async function runChild(dieAfter: ChildPlan["dieAfter"]): Promise<void> {
  const { clickHouseUrl } = await sharedServers();
  const { brokers } = ground.kafka;
  const plan: ChildPlan = {
    ...{ brokers, topics: ground.topics, proposal: null, dieAfter },
    clickhouse: {
      ...{ url: clickHouseUrl, user: "admin", password: TEST_PASSWORD },
      ...{ database: ground.database, requestTimeoutMs: 20_000 },
    },
  };
  const child = spawn(process.execPath, ["test/ingest/runs/child-run.ts", JSON.stringify(plan)], {
    stdio: "ignore",
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");
}
