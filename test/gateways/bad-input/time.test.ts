import { describe, expect, test } from "vitest";
import { APPENDED_MS, GATEWAYS, type Gateway, recordOf, taken } from "#test/gateways/bad-input/taken.ts";
import type { Json } from "#test/gateways/support.ts";

const STARTED: Readonly<Record<Gateway, (time: unknown) => Json>> = {
  canonical: (time) => ({ time, "data.started_at": time }),
  litellm: (time) => ({ startTime: time, endTime: null, completionStartTime: null }),
  kong: (time) => ({ started_at: time }),
};
const at = (gateway: Gateway, time: unknown, more = {}) =>
  taken(gateway, recordOf(gateway, STARTED[gateway](time)), more);

const MOMENT = "2026-11-20T10:00:00.125Z";
const MOMENT_MS = Date.parse(MOMENT);

describe("accepted, and brought to UTC", () => {
  test.each<[string, unknown, string]>([
    ["seconds", MOMENT_MS / 1000, MOMENT],
    ["whole seconds", Math.floor(MOMENT_MS / 1000), "2026-11-20T10:00:00.000Z"],
    ["ms", MOMENT_MS, MOMENT],
    ["us", MOMENT_MS * 1000, MOMENT],
    ["ns", `${MOMENT_MS}000000`, MOMENT],
    ["ISO without zone", "2026-11-20T10:00:00.125", MOMENT],
    ["ISO without zone, with a space", "2026-11-20 10:00:00.125999", MOMENT],
    ["+14:00", "2026-11-21T00:00:00.125+14:00", MOMENT],
    ["24:00:00", "2026-10-31T24:00:00Z", "2026-11-01T00:00:00.000Z"],
    ["leap second", "2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z"],
    ["90 days old", APPENDED_MS - 90 * 86_400_000, "2026-08-25T12:00:00.000Z"],
    ["DST fold, its first hour", "2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00.000Z"],
    ["DST fold, its second hour", "2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00.000Z"],
    ["month edge at 23:59:59.999 in UTC", "2026-10-31T23:59:59.999Z", "2026-10-31T23:59:59.999Z"],
    ["month edge at 23:59:59.999 in Kolkata", "2026-10-31T23:59:59.999+05:30", "2026-10-31T18:29:59.999Z"],
    [
      "month edge at 23:59:59.999 in Los Angeles",
      "2026-10-31T23:59:59.999-07:00",
      "2026-11-01T06:59:59.999Z",
    ],
  ])("%s", (_entry, time, event_time) => {
    for (const gateway of GATEWAYS)
      expect([gateway, at(gateway, time)]).toEqual([
        gateway,
        expect.objectContaining({
          is: "accepted",
          event_time,
          event_time_stated: event_time,
          time_suspect: false,
          bucket: bucketOf(event_time),
        }),
      ]);
  });

  test("the same moment in three zones is the same event at the same time", () => {
    const texts = [
      "2026-10-31T23:59:59.999Z",
      "2026-11-01T05:29:59.999+05:30",
      "2026-10-31T16:59:59.999-07:00",
    ];
    for (const gateway of GATEWAYS)
      expect(new Set(texts.map((text) => at(gateway, text)["event_time"]))).toEqual(
        new Set(["2026-10-31T23:59:59.999Z"]),
      );
  });
});

describe("refused", () => {
  test.each<[string, unknown]>([
    ["Feb 30", "2026-02-30T00:00:00Z"],
    ["24:00:01", "2026-10-31T24:00:01Z"],
    ["a leap second in the middle of a day", "2026-10-31T12:00:60Z"],
    ["1970", 0],
    ["1970 in text", "1970-01-01T00:00:00Z"],
    ["0001, Go's zero", "0001-01-01T00:00:00Z"],
    ["2106+", "2106-02-07T06:28:16.000Z"],
    ["2106+ in seconds", 4_294_967_296],
    ["9999", "9999-12-31T23:59:59.999Z"],
    ["9999 in ms", 253_402_300_799_999],
    ["a date alone", "2026-11-20"],
    ["a word", "yesterday"],
    ["true", true],
    ["a list", [MOMENT_MS]],
    ["+14:01", "2026-11-21T00:00:00+14:01"],
  ])("%s is bad_time", (_entry, time) => {
    for (const gateway of GATEWAYS) expect([gateway, at(gateway, time).is]).toEqual([gateway, "bad_time"]);
  });
});

describe("missing", () => {
  test("the contract demands a time; of a gateway's record the append time counts, and it says so", () => {
    for (const time of [undefined, null]) {
      expect(at("canonical", time).is).toBe("bad_time");
      for (const gateway of ["litellm", "kong"] as const)
        expect(at(gateway, time)).toMatchObject({
          is: "accepted",
          event_time: new Date(APPENDED_MS).toISOString(),
          event_time_stated: null,
          time_suspect: true,
          bucket: "1970-01-01T00:00:00.000Z",
        });
    }
  });

  test("in the record and on the topic: nobody knows the month", () => {
    for (const gateway of GATEWAYS)
      expect(at(gateway, undefined, { at: { appendTimeMs: 0 } }).is).toBe("bad_time");
  });
});

describe("future", () => {
  test.each<[string, number, boolean]>([
    ["5 minutes", 300_000, false],
    ["5 minutes and a millisecond", 300_001, true],
    ["26 h", 26 * 3_600_000, true],
    ["70 years", 70 * 31_536_000_000, true],
  ])("%s ahead of the append time", (_entry, aheadMs, isSuspect) => {
    const stated = new Date(APPENDED_MS + aheadMs).toISOString();
    for (const gateway of GATEWAYS)
      expect([gateway, at(gateway, stated)]).toEqual([
        gateway,
        expect.objectContaining({
          is: "accepted",
          event_time: isSuspect ? new Date(APPENDED_MS).toISOString() : stated,
          event_time_stated: stated,
          time_suspect: isSuspect,
          // Of the stated time, so that a re-post meets itself under the same key.
          bucket: bucketOf(stated),
        }),
      ]);
  });
});

describe("response before request", () => {
  test("an end before the start tells nothing: refused nowhere, and never a negative duration", () => {
    const before = "2026-11-20T09:59:59.000Z";
    const litellm = recordOf("litellm", { startTime: MOMENT, endTime: before, completionStartTime: before });
    expect(taken("litellm", litellm)).toMatchObject({
      is: "accepted",
      event_time: MOMENT,
      ended_at: null,
      first_token_at: null,
      cost_usd: "0.0075",
    });
    const canonical = recordOf("canonical", { "data.ended_at": before, "data.first_token_at": before });
    expect(taken("canonical", canonical)).toMatchObject({
      is: "accepted",
      event_time: "2026-11-20T10:00:00.000Z",
      ended_at: null,
      first_token_at: null,
      cost_usd: "0.0075",
    });
  });

  test("a response that comes first stands alone, and its request later costs nothing", () => {
    const request = JSON.parse(
      recordOf("canonical", { type: "spendtrail.request.v1", id: "call-1/request" }),
    );
    delete request.data.meters;
    delete request.data.outcome;
    expect(taken("canonical", recordOf("canonical"))).toMatchObject({ kind: "response", cost_usd: "0.0075" });
    expect(taken("canonical", JSON.stringify(request))).toMatchObject({
      is: "accepted",
      kind: "request",
      cost_usd: null,
      input_tokens: null,
    });
  });
});

function bucketOf(time: string): string {
  return new Date(Math.floor(Date.parse(time) / 300_000) * 300_000).toISOString();
}
