import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FIGURES } from "#core/periods/figures.ts";
import { openStore, type Store } from "#test/query-api/api-kit.ts";
import { type Bookkeeping, bookkeeping } from "#test/query-api/period-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

/** This file's year: the database is shared by the files. */
const YEAR = 2007;
const ZONE = "Europe/Berlin";
const OCTOBER = `${YEAR}-10`;
const NOVEMBER = `${YEAR}-11`;
const monthOf = (id: string) =>
  id === OCTOBER ? `from=${id}-01&to=${NOVEMBER}-01` : `from=${id}-01&to=${YEAR}-12-01`;

let store: Store;
let books: Bookkeeping;

/** A call of search or ads in October or November. */
const call = (tag: string, at: string, team: string, cost_usd: string | null, more: object = {}) =>
  eventRow({
    ...{ event_id: eventIdOf(`period-${tag}`), at: `${YEAR}-${at}`, team, gateway_team: team, cost_usd },
    ...{ cost_status: cost_usd === null ? "unpriced" : "rated", model: "m1", input_tokens: 7 },
    ...more,
  });

beforeAll(async () => {
  store = await openStore();
  books = await bookkeeping(store);
  await store.insertEvents([
    // The first hour of October in Berlin, and the last.
    call("1", "09-30T22:00:00.000Z", "search", "1.000000000001"),
    call("2", "10-31T22:59:59.999Z", "search", "2.5"),
    call("3", "10-15T10:00:00.000Z", "ads", "40"),
    call("unpriced", "10-15T10:00:00.000Z", "ads", null),
    call("outside", "09-30T21:59:59.999Z", "search", "1000"),
    call("november", "11-10T10:00:00.000Z", "search", "7"),
  ]);
});
afterAll(() => store.close());

const at = (time: string) => {
  books.clock.now = new Date(`${time}.000Z`);
};
const open = (id: string, more: object = {}) =>
  books.ask("POST", "/v1/periods", { id, zone: ZONE, reason: "the books begin", ...more });
const close = (id: string, more: object = {}, who = "anna") =>
  books.ask("POST", `/v1/periods/${id}/close`, { reason: "month end", ...more }, who);
const detail = async (id: string) => (await books.ask("GET", `/v1/periods/${id}`)).json;
const costs = async (id: string, query: string, who = "anna") =>
  (await books.ask("GET", `/v1/costs?${monthOf(id)}&tz=${ZONE}&${query}`, undefined, who)).json;
const cost = async (id: string, basis: string, who = "anna") =>
  (await costs(id, `basis=${basis}`, who)).totals.cost.amount;

describe("what is refused", () => {
  test.each([
    [{ id: OCTOBER, zone: "Europe/Atlantis" }, 400, "no time zone Europe/Atlantis"],
    [{ id: OCTOBER, zone: undefined }, 400, "which time zone"],
    [{ id: `${YEAR}-P10` }, 400, "is no month"],
    [{ id: `${YEAR}-P10`, from: `${YEAR}-11-01`, to: `${YEAR}-10-01` }, 400, "from must be before to"],
    [{ id: "../x" }, 400, "id"],
    [{ id: OCTOBER, reason: "" }, 400, "reason"],
    [{ id: OCTOBER, state: "closed" }, 400, "state"],
  ])("a period of %j: %i", async (wish, status, says) => {
    at(`${YEAR}-10-05T00:00:00`);
    const answer = await open(OCTOBER, wish);
    expect([answer.status, JSON.stringify(answer.json)]).toEqual([status, expect.stringContaining(says)]);
  });

  test("an overlap, a gap, a second zone, and what auditors and viewers may not", async () => {
    expect((await open(OCTOBER)).status).toBe(201);
    expect((await open(NOVEMBER, { zone: undefined })).status).toBe(201);
    const wrong: [object, string][] = [
      [{ id: "P10", from: `${YEAR}-10-20`, to: `${YEAR}-11-20` }, "overlap"],
      [{ id: `${YEAR + 1}-01` }, "gap"],
      [{ id: `${YEAR}-12`, zone: "UTC" }, "kept in Europe/Berlin"],
    ];
    for (const [wish, says] of wrong) {
      const { status, json } = await open("x", wish);
      expect([status, json.detail]).toEqual([422, expect.stringContaining(says)]);
    }
    for (const who of ["carl", "vera"]) expect((await close(OCTOBER, {}, who)).status).toBe(403);
    expect((await books.ask("GET", "/v1/periods", undefined, "carl")).json.periods).toHaveLength(2);
    expect((await books.ask("GET", "/v1/periods", undefined, "vera")).status).toBe(403);
    expect((await books.ask("GET", "/v1/periods/none")).json.code).toBe("PERIOD_UNKNOWN");
  });

  test("a closing before the end, out of order, or with what nobody accepted", async () => {
    at(`${YEAR}-10-31T22:59:00`);
    expect((await close(OCTOBER)).json.detail).toContain("is not over");
    at(`${YEAR}-12-05T10:00:00`);
    expect((await close(NOVEMBER)).json.detail).toContain(`${OCTOBER} comes first`);
    const refused = await close(OCTOBER);
    expect([refused.status, refused.json.code]).toEqual([422, "PERIOD_NOT_READY"]);
    expect(refused.json.detail).toContain("1 calls have no price");
    expect((await detail(OCTOBER)).closing).toMatchObject({ unpriced_calls: 1, refused_for: ["unpriced"] });
  });
});

describe("a closed month", () => {
  test("keeps what was booked in it with a hash that anybody can work out from /v1/costs", async () => {
    at(`${YEAR}-11-05T10:00:00`);
    const soft = await close(OCTOBER, { soft: true });
    expect(soft.json).toMatchObject({ state: "soft_closed" });
    await store.insertEvents([
      call("4", "10-20T00:00:00.000Z", "ads", "3", { append_time: `${YEAR}-11-05T11:00:00.000Z` }),
    ]);
    expect((await detail(OCTOBER)).late).toMatchObject([
      { reason: "late", booked_in: OCTOBER, rows: 1, calls: 1, cost_usd: "3" },
    ]);
    at(`${YEAR}-11-06T10:00:00`);
    expect((await close(OCTOBER, { accept: ["unpriced"], reason: "a trial, free of charge" })).status).toBe(
      200,
    );

    const period = await detail(OCTOBER);
    expect(period).toMatchObject({
      ...{ state: "closed", closed_at: `${YEAR}-11-06T09:59:00.000Z`, unchanged: true, late: [] },
      snapshot: { accepted: ["unpriced"], closed_by: books.keyId("anna"), reason: "a trial, free of charge" },
    });
    expect(period.snapshot.totals).toMatchObject({
      ...{ calls: "5", cost_rated_usd: "46.500000000001", unpriced_calls: "1", input_tokens: "35" },
    });
    expect(await cost(OCTOBER, "booked")).toBe("46.500000000001");
    expect(books.acts.at(-1)).toMatchObject({
      ...{ act: "period.changed", subject: `/v1/periods/${OCTOBER}` },
      detail: { step: "close", sha256: period.snapshot.sha256 },
    });

    const { rows } = await costs(OCTOBER, "basis=booked&group_by=team,model");
    const texts = rows.map((row: Record<string, never>) =>
      JSON.stringify([row["team"], row["model"], ...FIGURES.map((name) => figureOf(row, name))]),
    );
    const head = [period.id, ZONE, period.from, period.to, period.closed_at];
    const text = ["spendtrail.period.v1", JSON.stringify(head), ...texts.sort()].map((line) => `${line}\n`);
    expect(createHash("sha256").update(text.join("")).digest("hex")).toBe(period.snapshot.sha256);
  });

  test("is not closed again, nor made soft, nor removed", async () => {
    for (const soft of [true, false]) expect((await close(OCTOBER, { soft })).status).toBe(422);
    const removed = await books.ask("DELETE", `/v1/periods/${OCTOBER}?reason=mistake`);
    expect([removed.status, removed.json.detail]).toEqual([422, expect.stringContaining("stays on record")]);
  });

  test("stays to the last digit through late calls, a replay and a settlement, which the open month shows", async () => {
    await books.change("run", "run-1", {
      ...{ id: "run-1", epoch: 1, kind: "replay", source: null, rejected_only: false, state: "begun" },
      ...{ from: `${YEAR}-10-01T00:00:00.000Z`, to: `${YEAR}-11-01T00:00:00.000Z` },
      ...{ settings_offset: "0", adapter_versions: {}, figures: null },
    });
    const written = { append_time: `${YEAR}-11-12T00:00:00.000Z` };
    const settled = 2 ** 31 + 1;
    await store.insertEvents([
      call("late", "10-31T12:00:00.000Z", "search", "100", written),
      call("3", "10-15T10:00:00.000Z", "ads", "40", { ...written, epoch: 1, sign: -1 }),
      call("3", "10-15T10:00:00.000Z", "ads", "40.000000000009", { ...written, epoch: 1 }),
      call("2", "10-31T22:59:59.999Z", "search", "2.5", { ...written, epoch: settled, sign: -1 }),
    ]);
    expect(await cost(OCTOBER, "usage")).toBe("144.00000000001");
    expect(await cost(OCTOBER, "booked")).toBe("46.500000000001");
    expect(await cost(NOVEMBER, "usage")).toBe("7");
    expect(await cost(NOVEMBER, "booked")).toBe("104.500000000009");
    const { rows } = await costs(
      NOVEMBER,
      "basis=booked&group_by=corrects_period,correction_reason&order=name",
    );
    const shown = rows.map((row: Record<string, { amount: string }>) => [
      row["corrects_period"],
      row["correction_reason"],
      row["calls"],
      row["cost"]?.amount,
    ]);
    expect(shown).toEqual([
      [null, null, 1, "7"],
      [OCTOBER, "late", 1, "100"],
      [OCTOBER, "replay", 0, "0.000000000009"],
      [OCTOBER, "settlement", -1, "-2.5"],
    ]);
    const period = await detail(OCTOBER);
    expect(period.unchanged).toBe(true);
    expect(period.difference).toMatchObject({ calls: "0", cost_rated_usd: "0", input_tokens: "0" });
    expect(period.late).toMatchObject([
      { reason: "late", booked_in: NOVEMBER, rows: 1, calls: 1, cost_usd: "100" },
      { reason: "replay", booked_in: NOVEMBER, rows: 2, calls: 0, cost_usd: "0.000000000009" },
      { reason: "settlement", booked_in: NOVEMBER, rows: 1, calls: -1, cost_usd: "-2.5" },
    ]);
    // By day they stand on the day that they were written.
    const days = (await costs(NOVEMBER, "basis=booked&granularity=day")).rows;
    expect(days.map((row: { period: string }) => row.period)).toEqual([`${YEAR}-11-10`, `${YEAR}-11-12`]);
    // A viewer's books are those of its teams.
    expect(await cost(NOVEMBER, "booked", "vera")).toBe("104.5");
    expect((await costs(NOVEMBER, "group_by=corrects_period")).detail).toContain("basis=booked");
  });
});

describe("reopening", () => {
  const asked = { reason: "an invoice came in" };

  test("takes a second key; then the month is by usage again, and the closing that was taken back is on record", async () => {
    const before = await detail(OCTOBER);
    const request = await books.ask("POST", `/v1/periods/${OCTOBER}/reopening`, asked);
    expect(request.json).toMatchObject({ state: "closed" });
    const approve = (who: string) =>
      books.ask("POST", `/v1/periods/${OCTOBER}/reopening/approval`, { reason: "seen" }, who);
    const own = await approve("anna");
    expect([own.status, own.json.detail]).toEqual([
      422,
      expect.stringContaining("cannot approve it as well"),
    ]);
    expect((await approve("vera")).status).toBe(403);
    expect(await cost(OCTOBER, "booked")).toBe("46.500000000001");
    expect((await approve("bert")).json).toMatchObject({ state: "open" });
    expect(await cost(OCTOBER, "booked")).toBe("144.00000000001");
    expect(await cost(NOVEMBER, "booked")).toBe("7");
    const period = await detail(OCTOBER);
    expect(period).toMatchObject({ state: "open", snapshot: null, reopening: null, unchanged: null });
    expect(period.reopenings).toMatchObject([
      {
        ...{ requested_by: books.keyId("anna"), approved_by: books.keyId("bert"), reason: asked.reason },
        ...{ approval: "seen", closed_at: before.closed_at, sha256: before.snapshot.sha256 },
      },
    ]);
  });

  test("leads to another closing with a later cut, once no run is being written", async () => {
    at(`${YEAR}-11-20T10:00:00`);
    const accept = ["unpriced"];
    expect((await close(OCTOBER, { accept })).json.detail).toContain("run run-1 is not finished");
    const run = {
      ...{ id: "run-1", epoch: 1, kind: "replay", source: null, rejected_only: false, state: "ended" },
      ...{ from: `${YEAR}-10-01T00:00:00.000Z`, to: `${YEAR}-11-01T00:00:00.000Z` },
      ...{ settings_offset: "0", adapter_versions: {}, figures: null },
    };
    await books.change("run", "run-1", run, 1);
    expect((await close(OCTOBER, { accept })).json).toMatchObject({ state: "closed" });
    expect(await cost(OCTOBER, "booked")).toBe("144.00000000001");
    expect((await detail(OCTOBER)).unchanged).toBe(true);
  });

  test("can be withdrawn", async () => {
    await books.ask("POST", `/v1/periods/${OCTOBER}/reopening`, asked);
    const withdrawn = await books.ask(
      "DELETE",
      `/v1/periods/${OCTOBER}/reopening?reason=no`,
      undefined,
      "bert",
    );
    expect(withdrawn.json).toMatchObject({ state: "closed" });
    expect((await detail(OCTOBER)).reopening).toBeNull();
  });
});

test("a better copy of a call replaces its row in a closed month, and the period says what differs", async () => {
  const better = { append_time: `${YEAR}-11-25T00:00:00.000Z`, version: 5 };
  await store.insertEvents([call("1", "09-30T22:00:00.000Z", "search", "1.5", better)]);
  const period = await detail(OCTOBER);
  expect([period.unchanged, period.difference.calls]).toEqual([false, "-1"]);
  expect(period.difference.cost_rated_usd).toBe("-1.000000000001");
  // Nothing is lost: the whole call stands in the open month.
  expect(await cost(NOVEMBER, "booked")).toBe("8.5");
});

/** A figure of `/v1/costs` as the canonical text has it. */
function figureOf(row: Record<string, never>, name: (typeof FIGURES)[number]): string | null {
  const status = /^cost_(rated|estimated|gateway)_usd$/.exec(name)?.[1];
  if (status !== undefined) return row["cost_by_status"]?.[status]?.["amount"] ?? null;
  return row[name] === null ? null : String(row[name]);
}
