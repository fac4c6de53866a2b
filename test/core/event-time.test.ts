import { describe, expect, test } from "vitest";
import { readEventTime } from "#core/event-time.ts";

const AT = "2026-08-21T07:33:20.123Z";

describe("accepted and brought to UTC with three decimals", () => {
  test.each<[string, unknown, string]>([
    ["seconds as a float", 1787297600.123, AT],
    ["whole seconds", 1787297600, "2026-08-21T07:33:20.000Z"],
    ["milliseconds", 1787297600123, AT],
    ["milliseconds with a fraction", 1787297600123.9, AT],
    ["microseconds", 1787297600123456, AT],
    ["nanoseconds, which a double rounds", 1787297600123000000, AT],
    ["nanoseconds as text", "1787297600123999999", AT],
    ["microseconds as text", "1787297600123456", AT],
    ["milliseconds as text", "1787297600123", AT],
    ["float seconds as text", "1787297600.123", AT],
    ["ISO with Z", "2026-08-21T07:33:20.123Z", AT],
    ["ISO in lower case", "2026-08-21t07:33:20.123z", AT],
    ["LiteLLM's text without a zone", "2026-08-21 07:33:20.123456", AT],
    ["no zone means UTC", "2026-08-21T07:33:20.123", AT],
    ["a comma for the fraction", "2026-08-21T07:33:20,123Z", AT],
    ["nanosecond digits are cut, not rounded", "2026-08-21T07:33:20.123999999Z", AT],
    ["one digit of fraction", "2026-08-21T07:33:20.1Z", "2026-08-21T07:33:20.100Z"],
    ["no seconds", "2026-08-21T07:33Z", "2026-08-21T07:33:00.000Z"],
    ["the easternmost zone", "2026-08-21T21:33:20.123+14:00", AT],
    ["a zone without colon", "2026-08-21T13:18:20.123+0545", AT],
    ["a zone of hours", "2026-08-21T02:33:20.123-05", AT],
    ["the word UTC", "2026-08-21 07:33:20.123 UTC", AT],
    ["24:00 is the next day's start", "2026-11-30T24:00:00Z", "2026-12-01T00:00:00.000Z"],
    ["24:00 in another zone", "2026-11-30T24:00:00+05:30", "2026-11-30T18:30:00.000Z"],
    ["a leap second stays in its day", "2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z"],
    ["a leap second in Kolkata", "2017-01-01T05:29:60.5+05:30", "2016-12-31T23:59:59.999Z"],
    ["29 February of a leap year", "2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"],
    ["the hour that a change of clocks repeats", "2026-11-01T01:30:00-05:00", "2026-11-01T06:30:00.000Z"],
    ["the earliest", 1e9, "2001-09-09T01:46:40.000Z"],
    ["the last moment of a 32-bit bucket", "2106-02-07T06:28:15.999Z", "2106-02-07T06:28:15.999Z"],
    ["the last second as a number", 4294967295, "2106-02-07T06:28:15.000Z"],
    ["spaces around", " 2026-08-21T07:33:20.123Z ", AT],
  ])("%s", (_, value, expected) => {
    expect(readEventTime(value)).toEqual({ ok: true, value: expected });
  });

  test("the month's last millisecond is one moment in three zones", () => {
    for (const text of [
      "2026-11-30T23:59:59.999Z",
      "2026-12-01T05:29:59.999+05:30",
      "2026-11-30T15:59:59.999-08:00",
    ]) {
      expect(readEventTime(text)).toEqual({ ok: true, value: "2026-11-30T23:59:59.999Z" });
    }
  });

  test("every millisecond of a second survives as float seconds and as nanoseconds", () => {
    for (let ms = 0; ms < 1000; ms++) {
      const read = readEventTime(Number(`1787297600.${String(ms).padStart(3, "0")}`));
      expect(read.ok && Date.parse(read.value) % 1000).toBe(ms);
      const nanoseconds = readEventTime(Number(`1787297600${String(ms).padStart(3, "0")}000000`));
      expect(nanoseconds.ok && Date.parse(nanoseconds.value) % 1000).toBe(ms);
    }
  });
});

describe("refused", () => {
  test.each<[string, unknown]>([
    ["missing", undefined],
    ["null", null],
    ["empty", ""],
    ["a word", "yesterday"],
    ["a clock that was never set", 0],
    ["1970 as text", "1970-01-01T00:00:00Z"],
    ["0001, Go's zero", "0001-01-01T00:00:00Z"],
    ["a year that Date.UTC takes for 1999", "0099-01-01T00:00:00Z"],
    ["negative", -1787297600],
    ["a duration", 3310],
    ["a compact date as a number", 20261123],
    ["a compact date as text", "20261123"],
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["seconds after 2106", 4294967296],
    ["milliseconds after 2106", 4294967296000],
    ["9999", "9999-12-31T23:59:59Z"],
    ["9999 in milliseconds", 253402300799000],
    ["9999 in seconds", 253402300799],
    ["1999", "1999-12-31T23:59:59Z"],
    ["more than nanoseconds", 1.8e21],
    ["30 February", "2026-02-30T00:00:00Z"],
    ["29 February of a common year", "2026-02-29T00:00:00Z"],
    ["month 13", "2026-13-01T00:00:00Z"],
    ["month 0", "2026-00-10T00:00:00Z"],
    ["day 0", "2026-01-00T00:00:00Z"],
    ["24:00:01", "2026-11-30T24:00:01Z"],
    ["24:30", "2026-11-30T24:30:00Z"],
    ["25 o'clock", "2026-11-30T25:00:00Z"],
    ["minute 60", "2026-11-30T10:60:00Z"],
    ["second 60 in the middle of a day", "2026-11-30T10:30:60Z"],
    ["second 61", "2016-12-31T23:59:61Z"],
    ["a zone that is none", "2026-08-21T07:33:20+14:01"],
    ["a zone of 60 minutes", "2026-08-21T07:33:20+05:60"],
    ["a date alone", "2026-08-21"],
    ["a list", [1787297600]],
    ["an object", { seconds: 1787297600 }],
    ["true", true],
    ["hexadecimal", "0x6A8800C0"],
    ["an exponent as text", "1.787e9"],
    ["HTTP's form", "Fri, 21 Aug 2026 07:33:20 GMT"],
  ])("%s", (_, value) => {
    expect(readEventTime(value)).toMatchObject({ ok: false, reason: "bad_time" });
  });
});
