import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { ExportScheduleSetting } from "#core/settings/export-schedule.ts";
import { countingSince } from "#jobs/exports/counting-since.ts";
import { createFoldedLog } from "#runtime/settings/settings-log.ts";

test("due times count since the schedule was made, resumed or got another clock, and not since any other change", () => {
  const log = createFoldedLog("settings");
  const since = countingSince(log);
  let version = 0;
  let value: ExportScheduleSetting | null = null;
  /** A change at a second of Kafka's time. */
  const set = (second: number, said: Partial<ExportScheduleSetting> | null) => {
    value =
      said === null
        ? null
        : ExportScheduleSetting.parse({
            ...{ id: "one", export: "costs", range: "previous_day", cron: "0 6 * * *" },
            ...{ destination: "place", owner: "aaaaaaaaaaaa", ...value, ...said },
          });
    const change = { kind: "export_schedule", id: "one", expected_version: version, value };
    const told = { ...change, change_id: randomUUID(), actor: "test", reason: "test" };
    const offset = log.state().offset + 1n;
    log.add([{ offset, appendTimeMs: second * 1000, value: Buffer.from(JSON.stringify(told)) }]);
    expect(log.outcomeAt(offset)?.outcome).toBe("applied");
    version = log.state().exportSchedules.get("one")?.version ?? 0;
    return (since("one") ?? 0) / 1000;
  };
  expect(since("one")).toBeUndefined();
  expect(set(10, {})).toBe(10);
  expect(set(20, { destination: "other", also_at: "2026-11-01T00:00:00.000Z", catch_up: 0 })).toBe(10);
  expect(set(30, { enabled: false })).toBe(10);
  expect(set(40, { enabled: true })).toBe(40);
  expect(set(50, { cron: "0 7 * * *" })).toBe(50);
  expect(set(60, { zone: "Europe/Berlin" })).toBe(60);
  expect(set(70, { owner: "bbbbbbbbbbbb" })).toBe(60);
  set(80, null);
  expect(set(90, {})).toBe(90);
});
