import { expect, test } from "vitest";
import { AHEAD_MS_MAX, clampEventTime } from "#core/clamp-event-time.ts";

const APPENDED = Date.parse("2026-11-23T11:02:03.004Z");
const clamp = (statedMs: number | null, appendTimeMs = APPENDED) =>
  clampEventTime({ statedMs, appendTimeMs });
const bucket = (text: string) => Date.parse(text) / 1000;

test("a stated time counts, its bucket is the five minutes it lies in", () => {
  const statedMs = Date.parse("2026-11-23T10:59:59.999Z");
  expect(clamp(statedMs)).toEqual({
    eventTimeMs: statedMs,
    suspect: false,
    bucketS: bucket("2026-11-23T10:55:00Z"),
  });
});

test("90 days old is not suspect", () => {
  expect(clamp(APPENDED - 90 * 86_400_000)).toMatchObject({ suspect: false });
});

test("five minutes ahead is believed and a millisecond more is not; the key's bucket stays that of the stated time", () => {
  expect(clamp(APPENDED + AHEAD_MS_MAX)).toMatchObject({
    suspect: false,
    eventTimeMs: APPENDED + AHEAD_MS_MAX,
  });
  expect(clamp(APPENDED + AHEAD_MS_MAX + 1)).toEqual({
    eventTimeMs: APPENDED,
    suspect: true,
    bucketS: bucket("2026-11-23T11:05:00Z"),
  });
});

test("a record whose clock runs 26 hours ahead has the same bucket each time it is posted", () => {
  const statedMs = APPENDED + 26 * 3_600_000;
  expect(clamp(statedMs).bucketS).toBe(clamp(statedMs, APPENDED + 3_600_000).bucketS);
});

test("nothing stated: the append time counts and the bucket is 1970", () => {
  expect(clamp(null)).toEqual({ eventTimeMs: APPENDED, suspect: true, bucketS: 0 });
});

test("a record without a time of Kafka's contradicts nothing", () => {
  expect(clamp(APPENDED, 0)).toMatchObject({ eventTimeMs: APPENDED, suspect: false });
  expect(clamp(APPENDED, 1)).toMatchObject({ eventTimeMs: 1, suspect: true });
});
