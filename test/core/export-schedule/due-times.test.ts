import { describe, expect, test } from "vitest";
import { type DueTimes, readDueTimes } from "#core/export-schedule/due-times.ts";

function due(cron: string, zone: string): DueTimes {
  const read = readDueTimes(cron, zone);
  if (!read.ok) throw new Error(read.detail);
  return read.value;
}

function nextOf(cron: string, zone: string, from: string, count: number): string[] {
  const times = due(cron, zone);
  const found: string[] = [];
  for (let at: number | null = Date.parse(from); found.length < count; ) {
    at = times.nextAfter(at);
    if (at === null) break;
    found.push(new Date(at).toISOString());
  }
  return found;
}

describe("on days when clocks change", () => {
  test.each([
    // Berlin: 2026-03-29 02:00 becomes 03:00; 2026-10-25 03:00 becomes 02:00.
    [
      "Europe/Berlin",
      "30 2 * * *",
      "2026-03-28T12:00:00Z",
      ["2026-03-29T01:00:00.000Z", "2026-03-30T00:30:00.000Z"],
    ],
    [
      "Europe/Berlin",
      "30 2 * * *",
      "2026-10-24T12:00:00Z",
      ["2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z"],
    ],
    [
      "Europe/Berlin",
      "0 6 1 * *",
      "2026-03-15T00:00:00Z",
      ["2026-04-01T04:00:00.000Z", "2026-05-01T04:00:00.000Z"],
    ],
    [
      "Europe/Berlin",
      "0 6 1 * *",
      "2026-10-15T00:00:00Z",
      ["2026-11-01T05:00:00.000Z", "2026-12-01T05:00:00.000Z"],
    ],
    // New York: 2026-03-08 02:00 becomes 03:00; 2026-11-01 02:00 becomes 01:00.
    [
      "America/New_York",
      "30 2 * * *",
      "2026-03-07T12:00:00Z",
      ["2026-03-08T07:00:00.000Z", "2026-03-09T06:30:00.000Z"],
    ],
    [
      "America/New_York",
      "30 1,13 * * *",
      "2026-10-31T18:00:00Z",
      ["2026-11-01T05:30:00.000Z", "2026-11-01T18:30:00.000Z"],
    ],
    // Kathmandu is 5:45 ahead and changes nothing.
    [
      "Asia/Kathmandu",
      "15 0 1 * *",
      "2026-10-31T12:00:00Z",
      ["2026-10-31T18:30:00.000Z", "2026-11-30T18:30:00.000Z"],
    ],
  ])("%s, %s", (zone, cron, from, expected) => {
    expect(nextOf(cron, zone, from, 2)).toEqual(expected);
  });

  test("what is due every half hour is due in both equal hours, and not in the one that is not", () => {
    expect(
      nextOf("*/30 * * * *", "Europe/Berlin", "2026-10-24T23:45:00Z", 5).map((at) => at.slice(11, 16)),
    ).toEqual([..."00:00 00:30 01:00 01:30 02:00".split(" ")]);
    expect(
      nextOf("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:15:00Z", 3).map((at) => at.slice(11, 16)),
    ).toEqual([..."00:30 01:00 01:30".split(" ")]);
  });

  test.each(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"])(
    "looking back finds what looking ahead found, through a year of %s",
    (zone) => {
      for (const cron of ["30 2 * * *", "0 0 * * *", "15 1,2,3 * * *", "20 */2 * * *", "59 23 L * *"]) {
        const [from, until] = [Date.parse("2026-01-01T00:00:00Z"), Date.parse("2027-01-01T00:00:00Z")];
        const times = due(cron, zone);
        const ahead: number[] = [];
        for (let at = times.nextAfter(from); at !== null && at <= until; at = times.nextAfter(at))
          ahead.push(at);
        expect(times.newestIn(from, until, 100_000), cron).toEqual({ times: ahead, cut: false });
      }
    },
  );
});

test("the newest of many are given, oldest first, with both ends as stated", () => {
  const times = due("0 6 * * *", "UTC");
  const at = (day: number) => Date.UTC(2026, 10, day, 6);
  expect(times.newestIn(at(1), at(4), 10)).toEqual({ times: [at(2), at(3), at(4)], cut: false });
  expect(times.newestIn(at(1), at(4) - 1, 10)).toEqual({ times: [at(2), at(3)], cut: false });
  expect(times.newestIn(at(1), at(4), 2)).toEqual({ times: [at(3), at(4)], cut: true });
  expect(times.newestIn(at(4), at(4), 2)).toEqual({ times: [], cut: false });
});

test.each([
  ["* * * * * *", "UTC", "five fields"],
  ["0 6 * *", "UTC", "five fields"],
  ["@daily", "UTC", "five fields"],
  ["2026-12-01T06:00:00", "UTC", "five fields"],
  ["61 6 * * *", "UTC", "cannot be read"],
  ["0 6 * * MOO", "UTC", "cannot be read"],
  ["0 0 30 2 *", "UTC", "never due"],
  ["0 6 * * *", "Mars/Olympus", "cannot be read"],
  ["", "UTC", "five fields"],
])("%s in %s is refused", (cron, zone, says) => {
  expect(readDueTimes(cron, zone)).toMatchObject({ ok: false, detail: expect.stringContaining(says) });
});

test("29 February is a day", () => {
  expect(nextOf("0 6 29 2 *", "UTC", "2026-01-01T00:00:00Z", 1)).toEqual(["2028-02-29T06:00:00.000Z"]);
});
