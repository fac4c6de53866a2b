import { describe, expect, test } from "vitest";
import { readDueTimes } from "#core/export-schedule/due-times.ts";
import { changedRun, type ExportRun } from "#core/export-schedule/export-run.ts";
import { noteDue } from "#core/export-schedule/note-due.ts";
import { ExportScheduleSetting } from "#core/settings/export-schedule.ts";

const AT_SIX = { cron: "0 6 * * *", zone: "UTC" };
const day = (of: number, hour = 6) => new Date(Date.UTC(2026, 10, of, hour)).toISOString();

function note(
  change: Partial<ExportScheduleSetting>,
  known: readonly ExportRun[],
  { since, now, version = 1 }: { since: string; now: string; version?: number },
) {
  const schedule = ExportScheduleSetting.parse({
    ...{ id: "daily", export: "costs", range: "previous_day", destination: "finance" },
    ...{ owner: "abcdefghijkl", ...AT_SIX, ...change },
  });
  const dueTimes = readDueTimes(schedule.cron, schedule.zone);
  if (!dueTimes.ok) throw new Error(dueTimes.detail);
  const times = { sinceMs: Date.parse(since), nowMs: Date.parse(now) };
  const { runs, cut } = noteDue({ schedule, version, dueTimes: dueTimes.value }, known, times);
  return { runs, cut, said: runs.map(({ dueAt, state }) => `${dueAt.slice(5, 16)} ${state}`) };
}

describe("what has fallen due", () => {
  test("is noted once, from the moment on that the schedule counts", () => {
    const first = note({}, [], { since: day(1, 7), now: day(2, 6) });
    expect(first.said).toEqual(["11-02T06:00 due"]);
    expect(note({}, first.runs, { since: day(1, 7), now: day(2, 23) }).said).toEqual([]);
    expect(note({}, first.runs, { since: day(1, 7), now: day(3, 6) }).said).toEqual(["11-03T06:00 due"]);
  });

  test("after a downtime: the newest and the last few before it are made, the others are missed by name", () => {
    const found = note({ catch_up: 2 }, [], { since: day(1), now: day(7, 12) });
    expect(found.said).toEqual([
      "11-02T06:00 missed",
      "11-03T06:00 missed",
      "11-04T06:00 missed",
      "11-05T06:00 due",
      "11-06T06:00 due",
      "11-07T06:00 due",
    ]);
    expect(note({ catch_up: 0 }, [], { since: day(1), now: day(3, 12) }).said).toEqual([
      "11-02T06:00 missed",
      "11-03T06:00 due",
    ]);
  });

  test("after years: a hundred are named, and that there were more is said", () => {
    const found = note({ cron: "*/5 * * * *", catch_up: 0 }, [], {
      since: "2020-01-01T00:00:00.000Z",
      now: day(7, 12),
    });
    expect(found.runs.filter(({ state }) => state === "missed")).toHaveLength(100);
    expect(found.runs.filter(({ state }) => state === "due").map(({ dueAt }) => dueAt)).toEqual([day(7, 12)]);
    expect(found.cut).toBe(true);
  });
});

describe("a due time by hand", () => {
  const since = day(6);
  test("is made at once, also where it is old, and never before its time", () => {
    expect(note({ also_at: day(1, 9) }, [], { since, now: day(6, 12) }).said).toEqual(["11-01T09:00 due"]);
    expect(note({ also_at: day(6, 13) }, [], { since, now: day(6, 12) }).said).toEqual([]);
  });

  test("that is one of the clock as well is one", () => {
    expect(note({ also_at: day(7) }, [], { since, now: day(7) }).said).toEqual(["11-07T06:00 due"]);
  });

  test("is made again where it failed, once for each time that the schedule was set; never where it was delivered", () => {
    const [made] = note({ also_at: day(1, 9) }, [], { since, now: day(6, 12) }).runs;
    if (made === undefined) throw new Error("one is due");
    const told = { failure: { code: "X", message: "x" }, attempts: 8 };
    const failed = changedRun(made, day(6, 13), { state: "failed", ...told });
    expect(note({ also_at: day(1, 9) }, [failed], { since, now: day(6, 14) }).said).toEqual([]);
    const again = note({ also_at: day(1, 9) }, [failed], { since, now: day(6, 14), version: 2 });
    expect(again.runs).toMatchObject([
      { state: "due", attempts: 0, failure: null, revision: failed.revision + 1 },
    ]);
    const delivered = changedRun(made, day(6, 13), { state: "delivered" });
    expect(note({ also_at: day(1, 9) }, [delivered], { since, now: day(6, 14), version: 3 }).said).toEqual(
      [],
    );
  });
});

test("what is said of a delivered one by who comes late is not read", () => {
  const [run] = note({}, [], { since: day(1), now: day(2) }).runs;
  if (run === undefined) throw new Error("one is due");
  const delivered = changedRun(run, day(2, 7), { state: "delivered" });
  let late = run;
  for (let at = 0; at < 20; at++) late = changedRun(late, day(2, 8), { state: "retrying" });
  expect(late.revision).toBeLessThan(delivered.revision);
});
