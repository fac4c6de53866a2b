import { afterEach, describe, expect, test } from "vitest";
import type { Adapter } from "#core/adapter.ts";
import type { AdaptedEvent } from "#core/event.ts";
import { no, ok } from "#core/result.ts";
import { canonical } from "#gateways/canonical.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { readCovered } from "#ingest/covered.ts";
import { beliefs, count, FOR_EVER, ingested, replay, setRate, WISH } from "#test/ingest/replay/replay-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround } from "#test/support/pipeline.ts";

const open: Ground[] = [];
const ground = async (): Promise<Ground> => {
  const made = await makeGround({ partitions: 1 });
  open.push(made);
  return made;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const SOURCE = { name: "app", gateway: "canonical" };
const CALLS = Array.from({ length: 40 }, (_, at) =>
  canonicalEvent(`call-${at}`, {
    started_at: "2026-11-02T00:01:00.000Z",
    team: at % 2 === 0 ? "search" : "ads",
    session_id: `session-${at}`,
    meters: { input_tokens: 1000 + at, output_tokens: at },
    ...(at % 5 === 0
      ? { parts: [{ model: "acme/small", meters: { input_tokens: 7 }, kind: "message" }] }
      : {}),
  }),
);
/** Posted twice, the second time with better known usage. */
const TWICE = [
  canonicalEvent("twice", { usage_quality: "provisional", meters: { input_tokens: 1 } }),
  canonicalEvent("twice", { usage_quality: "final", meters: { input_tokens: 5000 } }),
];

/** The next version of an adapter: other teams, models and months, fewer parts, and one kind that it refuses. */
const mended: Adapter = {
  ...canonical,
  version: canonical.version + 1,
  adapt: (element, context) => {
    const adapted = canonical.adapt(element, context);
    if (!adapted.ok) return adapted;
    const events = adapted.value.map(mend);
    return events.some(({ data }) => data.session_id === "session-13")
      ? no("bad_shape", "is refused now")
      : ok(events);
  },
};
function mend(event: AdaptedEvent): AdaptedEvent {
  if (event.kind !== "response") return event;
  const at = Number(event.data.session_id?.split("-")[1] ?? 0);
  const data = { ...event.data };
  if (at % 3 === 0) data.team = `${data.team}-new`;
  if (at % 4 === 0) data.model = "acme/one";
  if (at % 6 === 0) Object.assign(data, { started_at: "2026-10-31T23:59:00.000Z", time_quality: "exact" });
  if (at % 10 === 0) data.parts = [];
  return { ...event, data };
}
const MENDED = new Map([...ADAPTERS, ["canonical", mended]]);

describe("a replay with another adapter", () => {
  test("moves team, model and month, and takes back what is no event any more, as a fresh ingest would", {
    timeout: 120_000,
  }, async () => {
    const [at, fresh] = [await ground(), await ground()];
    for (const one of [at, fresh]) {
      await one.setSources([SOURCE]);
      await setRate(one, "acme/one", "3");
      await one.send("app", "canonical", [...CALLS, ...TWICE]);
    }
    await ingested(at, 42);
    const before = await beliefs(at);
    const { figures, run } = await replay(at, WISH, { adapters: MENDED });
    expect(figures).toMatchObject({ newly_rejected: 1, newly_accepted: 0 });
    await ingested(fresh, 42, MENDED);
    expect(await beliefs(at)).toEqual(await beliefs(fresh));
    expect(await beliefs(at)).not.toEqual(before);
    expect(await beliefs(at, run.epoch - 1)).toEqual(before);
    expect((await replay(at, WISH, { adapters: MENDED })).figures).toMatchObject({ changed: 0 });
    // And back again: the former adapter gives the former belief, at an epoch of its own.
    const back = await replay(at);
    expect(back.figures).toMatchObject({ newly_rejected: 0, newly_accepted: 1 });
    expect(await beliefs(at)).toEqual(before);
  });

  test("an ingester that reads everything again afterwards is not confused by its rows", {
    timeout: 60_000,
  }, async () => {
    const at = await ground();
    await at.setSources([SOURCE]);
    await at.send("app", "canonical", CALLS);
    await ingested(at, 40);
    const range = { topic: at.topics.records, partition: 0, from: 0n };
    const covered = await readCovered(at.clickhouse, range);
    await replay(at, WISH, { adapters: MENDED });
    expect(await readCovered(at.clickhouse, range)).toEqual(covered);
    const [after, events] = [await beliefs(at), await count(at, "events_v1")];
    // A group of another name begins at the earliest offset.
    const ingest = await ingestOn(at, { adapters: ADAPTERS, groupId: `${at.database}-again` });
    await at.send("app", "canonical", [canonicalEvent("one-more", { team: "late" })]);
    await expect.poll(() => count(at, "events_v1"), { timeout: 20_000 }).toBe(events + 1);
    await ingest.close();
    expect((await beliefs(at)).filter(({ team }) => team !== "late")).toEqual(after);
  });

  test("records outside the range, and of other sources, are left alone", { timeout: 60_000 }, async () => {
    const at = await ground();
    await at.setSources([SOURCE, { name: "other", gateway: "canonical" }]);
    await at.send("app", "canonical", CALLS.slice(0, 10));
    await at.send("other", "canonical", CALLS.slice(0, 10));
    await ingested(at, 20);
    const before = await beliefs(at);
    const none = await replay(at, { ...WISH, to: "2020-01-01T00:00:00.000Z" }, { adapters: MENDED });
    expect(none.figures).toMatchObject({ records: 0, changed: 0 });
    expect(await beliefs(at)).toEqual(before);
    const { figures } = await replay(at, { ...WISH, ...FOR_EVER, source: "other" }, { adapters: MENDED });
    expect(figures.records).toBe(10);
    expect(figures.changed).toBeGreaterThan(0);
  });
});
