import { afterEach, describe, expect, test } from "vitest";
import { beliefs, count, dryRun, ingested, replay, setRate, WISH } from "#test/ingest/replay/replay-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, makeGround } from "#test/support/pipeline.ts";

const open: Ground[] = [];
const ground = async (): Promise<Ground> => {
  const made = await makeGround({ partitions: 2 });
  open.push(made);
  return made;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const TABLES = ["records_v1", "events_v1", "batches_v1", "people_v1"] as const;
const rowsOf = (at: Ground) => Promise.all(TABLES.map((table) => count(at, table)));

/** Calls of two months, three teams and two models; a repeat and two that cannot be read. */
function records(): string[] {
  const calls = Array.from({ length: 60 }, (_, at) =>
    canonicalEvent(`call-${at}`, {
      started_at: `2026-${at % 2 === 0 ? "10" : "11"}-${String(10 + (at % 9))}T10:0${at % 6}:00.000Z`,
      team: ["search", "ads", "maps"][at % 3],
      model: at % 4 === 0 ? "acme/one" : "claude-opus-5",
      user: `person-${at % 5}@example.com`,
      session_id: `session-${at % 7}`,
      meters: { input_tokens: 1000 + at, output_tokens: 10 * at },
    }),
  );
  return [
    ...calls,
    calls[7] as string,
    "{ not json",
    canonicalEvent("bad", { meters: { input_tokens: -1 } }),
  ];
}
const SOURCE = { name: "app", gateway: "canonical" };

describe("a replay", () => {
  test("of everything, with unchanged adapters and settings, writes nothing; nor does a second one", {
    timeout: 90_000,
  }, async () => {
    const at = await ground();
    await at.setSources([SOURCE]);
    await at.send("app", "canonical", records());
    await ingested(at, 63);
    const [before, rows] = [await beliefs(at), await rowsOf(at)];
    const { figures } = await replay(at);
    expect(figures).toMatchObject({
      records: 63,
      unchanged: 63,
      changed: 0,
      rows_stated: 0,
      rows_withdrawn: 0,
    });
    expect(figures.cost_before_usd).toBe(figures.cost_after_usd);
    expect(await rowsOf(at)).toEqual(rows);
    await replay(at);
    expect(await rowsOf(at)).toEqual(rows);
    expect(await beliefs(at)).toEqual(before);
  });

  test("after a changed team and price stands as a fresh ingest would, and epoch 0 stays readable", {
    timeout: 120_000,
  }, async () => {
    const [at, fresh] = [await ground(), await ground()];
    await at.setSources([SOURCE]);
    await at.send("app", "canonical", records());
    await ingested(at, 63);
    const before = await beliefs(at);
    for (const one of [at, fresh]) {
      await one.setSources([{ ...SOURCE, team_from: "fixed", team: "platform" }]);
      await setRate(one, "acme/one", "2");
    }
    const dry = await dryRun(at);
    expect(await beliefs(at)).toEqual(before);
    const { figures, run } = await replay(at);
    expect({ ...dry }).toEqual({ ...figures });
    expect(figures).toMatchObject({ records: 63, changed: 60, rows_withdrawn: 60, rows_stated: 60 });
    expect(await beliefs(at, 0)).toEqual(before);

    await fresh.send("app", "canonical", records());
    await ingested(fresh, 63);
    expect(await beliefs(at)).toEqual(await beliefs(fresh));
    const total = (await beliefs(fresh)).reduce((sum, { calls }) => sum + Number(calls), 0);
    expect(figures.lines.reduce((sum, line) => sum + Number(line.calls_after), 0)).toBe(total);

    const rows = await rowsOf(at);
    const again = await replay(at);
    expect(again.run.epoch).toBe(run.epoch + 1);
    expect(again.figures).toMatchObject({ changed: 0, cost_before_usd: figures.cost_after_usd });
    expect(await rowsOf(at)).toEqual(rows);
  });

  test("brings in what a wrong source had rejected, all of it, once", { timeout: 120_000 }, async () => {
    const [at, fresh] = [await ground(), await ground()];
    await at.send("app", "canonical", records());
    await ingested(at, 63);
    expect(await beliefs(at)).toEqual([]);
    for (const one of [at, fresh]) await one.setSources([SOURCE]);
    const { figures } = await replay(at, { ...WISH, rejected_only: true });
    expect(figures).toMatchObject({ records: 63, newly_accepted: 61, newly_rejected: 0, changed: 63 });
    await fresh.send("app", "canonical", records());
    await ingested(fresh, 63);
    expect(await beliefs(at)).toEqual(await beliefs(fresh));
    const rows = await rowsOf(at);
    const again = await replay(at, { ...WISH, rejected_only: true });
    expect(again.figures).toMatchObject({ records: 2, changed: 0 });
    expect(await rowsOf(at)).toEqual(rows);
  });
});
