import { describe, expect, test } from "vitest";
import { type Alert, type AlertFinding, alertChanges } from "#core/alert.ts";
import { rejectShareFindings } from "#core/reject-share.ts";
import { staleFindings } from "#core/stale-ingest.ts";
import { NO_SIGHTINGS, steadyFindings } from "#core/steady-findings.ts";

const at = (minute: number) => Date.parse("2026-11-20T10:00:00.000Z") + minute * 60_000;
const iso = (minute: number) => new Date(at(minute)).toISOString();
const finding: AlertFinding = {
  ...{ labels: { topic: "t" }, details: {}, firstSeen: iso(0), lastSeen: iso(0) },
};

/** One process that looks, with its memory, and what is on record beside it. */
function watcher(record: { alerts: readonly Alert[] }) {
  let memory = NO_SIGHTINGS;
  return (minute: number, found: readonly AlertFinding[]) => {
    const look = { found, listed: record.alerts, nowMs: at(minute), graceMs: 120_000 };
    const { findings, sightings } = steadyFindings("stale_ingest", memory, look);
    memory = sightings;
    const changes = alertChanges("stale_ingest", record.alerts, findings, iso(minute));
    const ids = new Set(changes.map(({ id, episode }) => `${id}/${episode}`));
    record.alerts = [...record.alerts.filter((one) => !ids.has(`${one.id}/${one.episode}`)), ...changes];
    return changes.map(({ state, episode }) => `${state} ${episode}`);
  };
}

describe("a grace", () => {
  test("lets pass what mends itself, and tells what lasts, once", () => {
    const look = watcher({ alerts: [] });
    expect([look(0, [finding]), look(1, [finding]), look(1.9, [])]).toEqual([[], [], []]);
    expect([look(2, [finding]), look(3, [finding])]).toEqual([[], []]);
    expect([look(4, [finding]), look(5, [finding])]).toEqual([["firing 1"], []]);
  });

  test("keeps what fires until it was gone for as long, so that nothing flaps", () => {
    const look = watcher({ alerts: [] });
    look(0, [finding]);
    expect(look(2, [finding])).toEqual(["firing 1"]);
    expect([look(3, []), look(3.5, [finding]), look(4, []), look(5, [])]).toEqual([[], [], [], []]);
    expect(look(5.5, [])).toEqual(["resolved 1"]);
    expect([look(6, [finding]), look(8, [finding])]).toEqual([[], ["firing 2"]]);
  });

  test("another process without a memory goes on from the record", () => {
    const record = { alerts: [] as readonly Alert[] };
    const first = watcher(record);
    first(0, [finding]);
    expect(first(2, [finding])).toEqual(["firing 1"]);
    const second = watcher(record);
    expect([second(3, []), second(4, []), second(5, [])]).toEqual([[], [], ["resolved 1"]]);
  });

  test("what was seen an hour ago is no break in between that nobody looked at", () => {
    const look = watcher({ alerts: [] });
    look(0, [finding]);
    expect([look(60, [finding]), look(62, [finding])]).toEqual([[], ["firing 1"]]);
    // Nor is it gone for an hour.
    expect([look(120, []), look(121, []), look(122, [])]).toEqual([[], [], ["resolved 1"]]);
  });
});

describe("rejects of a source", () => {
  const intake = (elements: number, rejected: number) => ({
    ...{ source: "kong", elements, rejected, reason: "not_json", firstReject: iso(0), lastReject: iso(1) },
  });
  test.each([
    [400, 20, false, false],
    [399, 20, false, true],
    [20, 19, false, false],
    [20, 20, false, true],
    [1000, 30, true, true],
    [1000, 25, true, false],
    [20, 9, true, false],
    [20, 10, true, true],
  ])("of %i elements %i, firing %s: told %s", (elements, rejected, isFiring, isTold) => {
    const found = rejectShareFindings([intake(elements, rejected)], new Set(isFiring ? ["kong"] : []));
    expect(found).toEqual(
      isTold
        ? [
            {
              ...{ labels: { source: "kong" }, details: { reason: "not_json" } },
              ...{ firstSeen: iso(0), lastSeen: iso(1) },
            },
          ]
        : [],
    );
  });
});

describe("records that are not counted", () => {
  const stale = (untilMs: number | null, behind: bigint, firing: readonly string[] = []) =>
    staleFindings([{ topic: "t", dataUntilMs: untilMs, behindRecords: behind }], {
      ...{ nowMs: at(10), firing: new Set(firing), since: () => at(6) },
    }).map(({ firstSeen }) => firstSeen);
  test("are told after three minutes, until they are less than one behind", () => {
    expect(stale(at(7), 5n)).toEqual([iso(7)]);
    expect(stale(at(7.1), 5n)).toEqual([]);
    expect(stale(at(7.1), 5n, ["t"])).toEqual([iso(7.1)]);
    expect(stale(at(9.1), 5n, ["t"])).toEqual([]);
  });
  test("count from when they were seen where nothing ever was counted, and are none where nothing is behind", () => {
    expect(stale(null, 1n)).toEqual([iso(6)]);
    expect(stale(at(0), 0n, ["t"])).toEqual([]);
  });
});
