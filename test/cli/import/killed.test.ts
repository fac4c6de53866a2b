import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ChildPlan } from "#test/cli/import/child-import.ts";
import { asLines, type ImportGround, importGround } from "#test/cli/import/import-kit.ts";
import { litellmRecord } from "#test/support/litellm-record.ts";

/** About 1.1 kB each, so that the file is read in several pieces and each piece is a chunk. */
const RECORDS = 2_000;

const DYING: readonly (readonly [string, ChildPlan["die"], "none" | "one chunk"])[] = [
  ["before anything was sent", { at: "acts", nth: 1, when: "before" }, "none"],
  ["before a chunk was sent", { at: "records", nth: 2, when: "before" }, "none"],
  ["between a chunk and its mark", { at: "records", nth: 2, when: "after" }, "one chunk"],
  // The first act says that the import began.
  ["when a chunk was marked", { at: "acts", nth: 3, when: "after" }, "none"],
];

describe("an import that is killed with -9", () => {
  let at: ImportGround;
  beforeAll(async () => {
    at = await importGround([{ name: "history", gateway: "litellm" }]);
  });
  afterAll(() => at.close());

  test.each(DYING)("%s: the next run completes it", { timeout: 90_000 }, async (_when, die, repeats) => {
    const before = await at.sums();
    const lines = asLines(
      Array.from({ length: RECORDS }, (_, index) =>
        litellmRecord({
          ...{
            id: `msg_${JSON.stringify(die)}_${index}`,
            litellm_call_id: `call-${JSON.stringify(die)}-${index}`,
          },
          ...{
            model: "claude-sonnet-4-5",
            startTime: 1780000000 + index,
            endTime: 1780000002 + index,
            completionStartTime: null,
          },
        }),
      ),
    );
    const path = at.file("history.jsonl", lines);
    expect(await dying({ source: "history", gateway: "litellm", file: path, die })).toBe("SIGKILL");
    const report = await at.report("--source", "history", path);
    expect(report).toMatchObject({ read: RECORDS, stopped: false });
    expect(report.sent + report.skipped.already).toBe(RECORDS);
    await expect.poll(async () => (await at.sums()).calls - before.calls, { timeout: 30_000 }).toBe(RECORDS);
    // A batch's records are written after its events, so they may still be on their way.
    const again = async () => (await at.sums()).record_rows - before.record_rows - RECORDS;
    if (repeats === "none") await expect.poll(again, { timeout: 20_000 }).toBe(0);
    else {
      await expect.poll(again, { timeout: 20_000 }).toBeGreaterThan(0);
      expect(await again()).toBeLessThan(RECORDS / 2);
    }
    // A broken chunk is a repeat of records, never of money: 1,000 x $3 and 100 x $15 per million is $0.0045 a call.
    const after = await at.sums();
    expect(after.cost).toBe(String((after.calls * 45) / 10_000));
    expect(await at.report("--source", "history", path)).toMatchObject({ sent: 0 });
  });

  test("told to end, it ends behind a chunk, says so, and the next run goes on there", async () => {
    const before = await at.sums();
    const path = at.file(
      "told.jsonl",
      asLines(
        Array.from({ length: RECORDS }, (_, index) =>
          litellmRecord({
            ...{ id: `msg_told_${index}`, litellm_call_id: `call-told-${index}`, completionStartTime: null },
            ...{ startTime: 1770000000 + index, endTime: 1770000002 + index },
          }),
        ),
      ),
    );
    const args = [
      "cli/main.ts",
      "import",
      "--json",
      "--source",
      "history",
      "--limit-per-second",
      "100",
      path,
    ];
    const child = spawn(process.execPath, args, { env: at.env, stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "exit");
    let stdout = "";
    child.stdout.on("data", (text: Buffer) => {
      stdout += text.toString();
    });
    const records = async () => (await at.sums()).record_rows - before.record_rows;
    await expect.poll(records, { timeout: 20_000 }).toBeGreaterThan(0);
    child.kill("SIGTERM");
    expect(await ended).toEqual([1, null]);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ stopped: true });
    expect(report.sent).toBeGreaterThan(0);
    expect(report.sent).toBeLessThan(RECORDS);
    expect(await at.report("--source", "history", path)).toMatchObject({
      ...{ sent: RECORDS - report.sent, skipped: { already: report.sent } },
    });
    await expect.poll(records, { timeout: 20_000 }).toBe(RECORDS);
  }, 90_000);

  async function dying(plan: ChildPlan): Promise<NodeJS.Signals | null> {
    const child = spawn(process.execPath, ["test/cli/import/child-import.ts", JSON.stringify(plan)], {
      env: at.env,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const [, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return signal;
  }
});
