import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { asLines, type ImportGround, importGround } from "#test/cli/import/import-kit.ts";
import { asCsv, spendLog } from "#test/cli/import/spend-logs.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { litellmRecord } from "#test/support/litellm-record.ts";

const LIVE_FROM = Date.UTC(2026, 9, 1);
const at6 = (index: number) => new Date(LIVE_FROM + index * 60_000);

let at: ImportGround;
beforeAll(async () => {
  at = await importGround([
    { name: "proxy", gateway: "litellm" },
    { name: "front", gateway: "canonical" },
    { name: "witness", gateway: "litellm", role: "evidence" },
  ]);
  const live = Array.from({ length: 5 }, (_, index) => JSON.stringify(liveRecord(index)));
  await at.ground.send("proxy", "litellm", live);
  await at.ground.send("front", "canonical", [
    canonicalEvent("front-1", { started_at: at6(1).toISOString(), session_id: "front" }),
  ]);
  await vi.waitFor(async () => expect((await at.sums()).calls).toBe(6), { timeout: 20_000 });
});
afterAll(() => at.close());

function liveRecord(index: number) {
  const startTime = at6(index).getTime() / 1000;
  return litellmRecord({
    ...{ id: `msg_live_${index}`, litellm_call_id: `call-live-${index}` },
    ...{ startTime, endTime: startTime + 2, completionStartTime: null },
  });
}

/** The row that LiteLLM keeps of the same call: another shape, another form of its time, other ids. */
function rowOf(index: number) {
  const naive = (time: Date) => time.toISOString().replace("T", " ").replace("Z", "");
  return spendLog(index, {
    ...{ request_id: `msg_live_${index}`, startTime: naive(at6(index)) },
    endTime: naive(new Date(at6(index).getTime() + 2_000)),
    completionStartTime: null,
  });
}

describe("history beside live traffic", () => {
  test("calls that came live are refused as rows of SpendLogs, before any of them is sent", async () => {
    const path = at.file("overlap.csv", asCsv([-3, -2, -1, 0, 1].map(rowOf)));
    const run = await at.run("--source", "proxy", path);
    expect(run).toMatchObject({ code: 1, stdout: "" });
    const { error } = JSON.parse(run.stderr);
    expect(error.code).toBe("IMPORT_OVERLAPS");
    expect(error.message).toContain(
      "2 calls would be counted twice: source proxy has 2 of them as other records",
    );
    expect((await at.sums()).calls).toBe(6);
  });

  test("a dry run tells of it", async () => {
    const path = at.file("overlap.csv", asCsv([-3, -2, -1, 0, 1].map(rowOf)));
    const report = await at.report("--source", "proxy", "--dry-run", path);
    expect(report.overlaps).toMatchObject([{ source: "proxy", calls: 2, kind: "same_calls" }]);
  });

  test("cut at the first live call it is taken in, and every call counts once", async () => {
    const path = at.file("overlap.csv", asCsv([-3, -2, -1, 0, 1].map(rowOf)));
    const report = await at.report("--source", "proxy", "--until", at6(0).toISOString(), path);
    expect(report).toMatchObject({ sent: 3, skipped: { out_of_range: 2 }, overlaps: [] });
    await expect.poll(async () => (await at.sums()).calls, { timeout: 20_000 }).toBe(9);
  });

  test("the very records that came live keep their identity and may come again", async () => {
    const path = at.file("same.jsonl", asLines([0, 1, 2, 3, 4].map(liveRecord)));
    const before = await at.sums();
    expect(await at.report("--source", "proxy", path)).toMatchObject({ sent: 5 });
    await expect
      .poll(async () => (await at.sums()).record_rows, { timeout: 20_000 })
      .toBe(before.record_rows + 5);
    expect((await at.sums()).calls).toBe(before.calls);
  });

  test("another source that has the traffic live is asked for its time alone", async () => {
    const path = at.file(
      "other.jsonl",
      asLines([{ ...liveRecord(1), id: "msg_x", litellm_call_id: "call-x" }]),
    );
    const run = await at.run("--source", "proxy", "--live", "front", path);
    expect(run.code).toBe(1);
    expect(JSON.parse(run.stderr).error.message).toContain("source front has 1 calls");
    expect(await at.report("--source", "proxy", "--live", "front", "--allow-overlap", path)).toMatchObject({
      sent: 1,
    });
  });

  test("evidence is never added up and overlaps with nothing", async () => {
    const path = at.file("evidence.csv", asCsv([0, 1].map(rowOf)));
    expect(await at.report("--source", "witness", path)).toMatchObject({ sent: 2, overlaps: [] });
  });

  test("without a ClickHouse to ask nothing is sent", async () => {
    const path = at.file("same.jsonl", asLines([liveRecord(1)]));
    const run = await at.runWith({ CLICKHOUSE_URL: "" }, "--source", "proxy", path);
    expect(run.code).toBe(2);
    expect(JSON.parse(run.stderr).error.code).toBe("IMPORT_OVERLAP_UNCHECKED");
  });

  test("a --live that is no source is refused", async () => {
    const path = at.file("same.jsonl", asLines([liveRecord(1)]));
    const run = await at.run("--source", "proxy", "--live", "frnot", path);
    expect(run.code).toBe(2);
    expect(JSON.parse(run.stderr).error.code).toBe("IMPORT_SOURCE_UNKNOWN");
  });
});
