import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { uniqueName } from "#test/support/servers.ts";

const TOPIC = uniqueName("coverage_topic");
const EMPTY = {
  ...{ partition: 0, life: "1970-01-01T00:00:00.000Z", source: "", producer: "", verdict: "", detail: "" },
  ...{
    covered_to: -1,
    records: 0,
    accepted: 0,
    rejected: 0,
    control: 0,
    aborted: 0,
    compacted: 0,
    unseen: 0,
  },
  ...{ holes: [], topic: TOPIC, checked_at: "2026-11-02T00:00:00.000Z" },
  ...{ from_time: "2026-11-01T10:00:00.000Z", to_time: "2026-11-01T10:05:00.000Z" },
};
const gap = (partition: number, from: number, to: number, verdict: string, day = 2) => ({
  ...{ ...EMPTY, subject: "gap", partition, from_number: from, to_number: to, verdict },
  checked_at: `2026-11-0${day}T00:00:00.000Z`,
});

let store: Store;
let api: TestApi;
let auditor: string;
beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  auditor = await api.key({ role: "auditor" });
  const rows = [
    { ...EMPTY, subject: "partition", from_number: 0, to_number: 40, covered_to: 38, records: 20 },
    {
      ...{ ...EMPTY, subject: "partition", from_number: 0, to_number: 99, covered_to: 97, records: 80 },
      ...{ accepted: 78, rejected: 2, control: 5, checked_at: "2026-11-03T00:00:00.000Z" },
    },
    gap(0, 5, 9, "missing"),
    gap(0, 20, 21, "missing"),
    gap(0, 20, 21, "declared", 3),
    gap(1, 1, 1, "expired"),
    gap(1, 7, 8, "resolved"),
    { ...EMPTY, subject: "producer", source: "app", producer: "run-1", from_number: 1, to_number: 50 },
    {
      ...{ ...EMPTY, subject: "sequence_gap", source: "app", producer: "run-1", verdict: "missing" },
      ...{ from_number: 5, to_number: 7 },
    },
  ];
  await store.admin.insert({
    ...{ table: "coverage_v1", token: uniqueName("rows") },
    columns: [...new Set(rows.flatMap((row) => Object.keys(row)))],
    rows,
  });
});
afterAll(() => store.close());

describe("GET /v1/audit/coverage", () => {
  test("says what is accounted for, and names what is missing as it was last judged", async () => {
    const { status, json } = await api.get(`/v1/audit/coverage?topic=${TOPIC}`, auditor);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      ...{ complete: false, missing_offsets: 6, missing_numbers: 3, next_cursor: null },
      checked_at: "2026-11-03T00:00:00.000Z",
      partitions: [
        { topic: TOPIC, partition: 0, topic_since: null, examined_to: 99, records: 80, rejected: 2 },
      ],
      sources: [{ topic: TOPIC, source: "app", producers: 1, numbered: 50 }],
    });
    expect(json.gaps).toMatchObject([
      { kind: "offsets", partition: 0, from: 5, to: 9, count: 5, verdict: "missing", unexplained: true },
      { partition: 0, from: 20, verdict: "declared", unexplained: false },
      { partition: 1, from: 1, verdict: "expired" },
      {
        ...{ kind: "numbers", partition: null, source: "app", producer: "run-1", from: 5, to: 7 },
        ...{ after: "2026-11-01T10:00:00.000Z", before: "2026-11-01T10:05:00.000Z" },
      },
    ]);
  });

  test("pages give every gap once, in the same order", async () => {
    const all = (await api.get(`/v1/audit/coverage?topic=${TOPIC}`, auditor)).json.gaps;
    const paged: unknown[] = [];
    let cursor = "";
    do {
      const page = await api.get(`/v1/audit/coverage?topic=${TOPIC}&limit=1${cursor}`, auditor);
      expect(page.status).toBe(200);
      paged.push(...page.json.gaps);
      cursor = page.json.next_cursor === null ? "" : `&cursor=${page.json.next_cursor}`;
    } while (cursor !== "");
    expect(paged).toEqual(all);
  });

  test("a verdict can be asked for, also what was resolved since", async () => {
    const { json } = await api.get(`/v1/audit/coverage?topic=${TOPIC}&verdict=resolved`, auditor);
    expect(json.gaps).toMatchObject([
      { partition: 1, from: 7, to: 8, verdict: "resolved", unexplained: false },
    ]);
  });

  test("of a topic that nobody examined nothing is claimed", async () => {
    const { json } = await api.get("/v1/audit/coverage?topic=never-seen", auditor);
    expect(json).toMatchObject({
      complete: false,
      checked_at: null,
      missing_offsets: 0,
      partitions: [],
      gaps: [],
    });
  });
});
