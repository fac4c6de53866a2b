import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { readEnds } from "#runtime/kafka/topic-ends.ts";
import { asLines, type ImportGround, importGround } from "#test/cli/import/import-kit.ts";
import { asCsv, spendLog } from "#test/cli/import/spend-logs.ts";
import { litellmRecord } from "#test/support/litellm-record.ts";
import { silent } from "#test/support/pipeline.ts";

let at: ImportGround;
beforeAll(async () => {
  at = await importGround([
    { name: "proxy", gateway: "litellm" },
    { name: "lines", gateway: "litellm" },
    { name: "dry", gateway: "litellm" },
    { name: "events", gateway: "canonical" },
  ]);
});
afterAll(() => at.close());

const callsOf = async (source: string): Promise<{ calls: number; cost: string; records: number }> => {
  const [row] = await at.ground.clickhouse.query({
    name: "imported",
    sql: `SELECT (SELECT sum(sign) FROM events_v1 FINAL WHERE source = {source:String}) AS calls,
                 (SELECT toString(ifNull(sum(sign * cost_usd), 0)) FROM events_v1 FINAL WHERE source = {source:String}) AS cost,
                 (SELECT count() FROM records_v1 WHERE source = {source:String}) AS records`,
    params: { source },
    row: z.object({ calls: z.coerce.number(), cost: z.string(), records: z.coerce.number() }),
  });
  return row ?? { calls: 0, cost: "", records: 0 };
};
const untilRecords = (source: string, records: number) =>
  expect.poll(async () => (await callsOf(source)).records, { timeout: 20_000 }).toBe(records);

describe("a dump of SpendLogs as CSV", () => {
  const rows = Array.from({ length: 120 }, (_, index) =>
    spendLog(index, index % 40 === 7 ? { prompt_tokens: "many" } : {}),
  );
  let path: string;
  beforeAll(() => {
    path = at.file("spend-logs.csv.gz", asCsv(rows));
  });

  test("is understood row by row, and what it says arrives at its own time", async () => {
    const report = await at.report("--source", "proxy", path);
    expect(report).toMatchObject({
      ...{
        source: "proxy",
        gateway: "litellm",
        dry_run: false,
        stopped: false,
        inputs: 1,
        read: 120,
        sent: 120,
      },
      ...{ accepted: 117, rejected: 3, rejects: { bad_number: 3 }, calls: 117, unpriced_calls: 0 },
      ...{ first_event: "2026-09-01T06:00:00.137Z", last_event: "2026-09-01T08:00:59.137Z" },
      skipped: { already: 0, out_of_range: 0, without_time: 0 },
      // 1,000 x $3 and 500 x $15 per million: $0.0105 a call.
      ...{ cost: { amount: "1.2285", currency: "USD" } },
      gateway_costs: [{ amount: "1.2285", currency: "USD" }],
    });
    await untilRecords("proxy", 120);
    expect(await callsOf("proxy")).toMatchObject({ calls: 117, cost: "1.2285" });
    const [row] = await at.ground.clickhouse.query({
      name: "one",
      sql: `SELECT team, toString(event_time) AS time, time_suspect, identity_quality, user_ref
            FROM events_v1 FINAL WHERE source = 'proxy' ORDER BY event_time LIMIT 1`,
      row: z.record(z.string(), z.unknown()),
    });
    expect(row).toMatchObject({ team: "search", time: "2026-09-01 06:00:00.137", time_suspect: false });
    expect(String(row?.["user_ref"])).toMatch(/^u_[0-9a-f]{32}$/);
  });

  test("imported again sends nothing, and sent again changes no sum", async () => {
    expect(await at.report("--source", "proxy", path)).toMatchObject({
      ...{ read: 120, sent: 0, skipped: { already: 120 } },
    });
    expect(await at.report("--source", "proxy", "--again", path)).toMatchObject({ sent: 120 });
    await untilRecords("proxy", 240);
    expect(await callsOf("proxy")).toMatchObject({ calls: 117, cost: "1.2285" });
  });

  test("no person's name, key or message is on the log", async () => {
    const [row] = await at.ground.clickhouse.query({
      name: "names",
      sql: "SELECT countIf(position(stored, 'kim@example.com') > 0) AS names FROM records_v1",
      row: z.object({ names: z.coerce.number() }),
    });
    expect(row).toEqual({ names: 0 });
  });
});

describe("lines", () => {
  const record = (index: number, changes: Record<string, unknown> = {}) =>
    litellmRecord({
      ...{ id: `msg_line_${index}`, litellm_call_id: `call-line-${index}`, model: "claude-sonnet-4-5" },
      ...{ startTime: 1788000000 + index, endTime: 1788000001 + index, completionStartTime: null },
      ...changes,
    });

  test("that were added to a file since are all that is sent; a broken one is a reject of its own", async () => {
    const some = [record(0), record(1), "{ not json", record(3)];
    const path = at.file("grows.jsonl", asLines(some));
    expect(await at.report("--source", "lines", path)).toMatchObject({ sent: 4, accepted: 3, rejected: 1 });
    at.file("grows.jsonl", asLines([...some, record(4), record(5)]));
    expect(await at.report("--source", "lines", path)).toMatchObject({
      ...{ read: 6, sent: 2, skipped: { already: 4 } },
    });
    await untilRecords("lines", 6);
    expect((await callsOf("lines")).calls).toBe(5);
  });

  test("of a file that was written anew are read from their beginning", async () => {
    for (const [name, numbers, sent, records, calls] of [
      ["is longer", [0, 10, 11, 12, 13, 14, 15], 7, 13, 11],
      ["is shorter", [0, 20, 21], 3, 16, 13],
    ] as const) {
      const path = at.file("grows.jsonl", asLines(numbers.map((number) => record(number))));
      const run = await at.run("--source", "lines", path);
      expect(run.stderr, name).toContain("is not what was imported of it before");
      expect(JSON.parse(run.stdout), name).toMatchObject({ sent });
      await untilRecords("lines", records);
      expect((await callsOf("lines")).calls, name).toBe(calls);
    }
  });

  test("of several files by a pattern; --from and --until cut by the records' own time", async () => {
    for (const part of [1, 2])
      at.file(
        `part-${part}.ndjson.gz`,
        asLines([100, 101, 102, 103].map((one) => record(part * 1000 + one))),
      );
    const from = new Date((1788000000 + 1102) * 1000).toISOString();
    const until = new Date((1788000000 + 2102) * 1000).toISOString();
    const pattern = at.file("part-*.ndjson.gz", "").replace("part-*", "part-[12]");
    const args = ["--source", "lines", "--from", from, "--until", until, pattern];
    expect(await at.report(...args)).toMatchObject({
      ...{ inputs: 2, read: 8, sent: 4, skipped: { out_of_range: 4 } },
    });
    expect(await at.report(...args)).toMatchObject({ sent: 0, skipped: { already: 8 } });
  });
});

describe("a record without an id of its own", () => {
  test("keeps its stamp: the same file, or a copy of it, counts once", async () => {
    const { id: _id, litellm_call_id: _call, ...anonymous } = litellmRecord({ startTime: 1787000000 });
    // The same call twice in a second, as far as the records say.
    const content = asLines([anonymous, anonymous, { ...anonymous, startTime: 1787000001 }]);
    await at.ground.setSources([{ name: "anonymous", gateway: "litellm" }]);
    expect(await at.report("--source", "anonymous", at.file("anonymous.jsonl", content))).toMatchObject({
      sent: 3,
      accepted: 3,
    });
    const copy = at.file("copy.jsonl.gz", content);
    expect(await at.report("--source", "anonymous", "--again", copy)).toMatchObject({ sent: 3 });
    await untilRecords("anonymous", 6);
    expect((await callsOf("anonymous")).calls).toBe(3);
  });
});

describe("a dry run", () => {
  test("says the same and changes nothing", async () => {
    const path = at.file("dry.csv", asCsv([0, 1, 2].map((index) => spendLog(5_000 + index))));
    const { kafka, topics } = at.ground;
    // Everything that arrived before is written.
    await untilRecords("anonymous", 6);
    const ends = async () => {
      const offsets = await readEnds(kafka, Object.values(topics), silent);
      return JSON.stringify(
        offsets.map(({ topic, partition, offset }) => [topic, partition, String(offset)]),
      );
    };
    const [before, sumsBefore] = [await ends(), await at.sums()];
    const [dry, again] = [
      await at.report("--source", "dry", "--dry-run", path),
      await at.report("--source", "dry", "--dry-run", path),
    ];
    expect(dry).toMatchObject({
      ...{ dry_run: true, read: 3, sent: 0, would_send: 3, accepted: 3, prices: "current" },
      ...{ cost: { amount: "0.0315" }, models: [{ model: "claude-sonnet-4-5-20250929", calls: 3 }] },
    });
    expect(again).toEqual(dry);
    expect(await ends()).toBe(before);
    expect(await at.sums()).toEqual(sumsBefore);
    const sent = await at.report("--source", "dry", path);
    expect(sent).toMatchObject({ sent: 3, accepted: 3, cost: dry.cost });
    await untilRecords("dry", 3);
    expect(await ends()).not.toBe(before);
  });
});
