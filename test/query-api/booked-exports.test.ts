import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callPages } from "#query-api/exports/call-pages.ts";
import { byBooks } from "#query-api/exports/export-basis.ts";
import { createReader } from "#query-api/reader.ts";
import { priceRow } from "#test/core/price-rows.ts";
import { openStore, type Store } from "#test/query-api/api-kit.ts";
import { type Bookkeeping, bookkeeping } from "#test/query-api/period-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

/** This file's year: the database is shared by the files. */
const YEAR = 2006;
const OCTOBER = `from=${YEAR}-10-01&to=${YEAR}-11-01`;
const NOVEMBER = `from=${YEAR}-11-01&to=${YEAR}-12-01`;

let store: Store;
let books: Bookkeeping;
const call = (tag: string, at: string, cost_usd: string, more: object = {}) =>
  eventRow({
    ...{ event_id: eventIdOf(`booked-${tag}`), at: `${YEAR}-${at}T10:00:00.000Z`, team: "maps", cost_usd },
    ...{ cost_status: "rated", ...more },
  });

beforeAll(async () => {
  store = await openStore();
  books = await bookkeeping(store);
  books.clock.now = new Date(`${YEAR}-12-05T10:00:00.000Z`);
  await store.insertEvents([call("1", "10-10", "10"), call("2", "11-10", "20"), call("3", "09-10", "5")]);
});
afterAll(() => store.close());

const file = async (query: string) => {
  const response = await books.app.inject({
    method: "GET",
    url: `/v1/exports/${query}`,
    headers: { authorization: `Bearer ${books.keys["anna"]}` },
  });
  expect(response.statusCode).toBe(200);
  const trailer = String(response.trailers["spendtrail-manifest"]);
  return {
    text: response.body,
    rows: parse(response.body, { columns: true }) as Record<string, string>[],
    manifest: JSON.parse(Buffer.from(trailer, "base64url").toString()),
  };
};
const focus = async (range: string) =>
  (await file(`focus?${range}&version=1.2`)).rows.map((row) => [
    row["BilledCost"],
    row["ChargeClass"],
    row["x_CorrectsPeriodStart"],
    row["BillingPeriodStart"],
    row["ChargePeriodStart"],
  ]);
const journal = async (range: string) =>
  (await file(`journal?${range}`)).rows
    .filter((row) => row["line_kind"] === "charge")
    .map((row) => [row["exact_cost_usd"], row["text"]]);

test("without periods nothing is different, and a manifest names none", async () => {
  const { text, manifest } = await file(`focus?${OCTOBER}`);
  expect([manifest.periods, manifest.query.basis]).toEqual([[], undefined]);
  expect(text).toBe((await file(`focus?${OCTOBER}`)).text);
  expect(await journal(NOVEMBER)).toEqual([["20", expect.not.stringContaining("corrects")]]);
});

test("a closed month's files stay, and the open one's have what corrects it", async () => {
  for (const id of [`${YEAR}-10`, `${YEAR}-11`])
    await books.ask("POST", "/v1/periods", { id, zone: "UTC", reason: "the books begin" });
  books.clock.now = new Date(`${YEAR}-11-05T10:00:00.000Z`);
  const body = { reason: "month end" };
  expect((await books.ask("POST", `/v1/periods/${YEAR}-10/close`, body)).status).toBe(200);
  books.clock.now = new Date(`${YEAR}-12-05T10:00:00.000Z`);
  const before = { journal: await file(`journal?${OCTOBER}`), focus: await file(`focus?${OCTOBER}`) };

  const written = { append_time: `${YEAR}-11-12T00:00:00.000Z` };
  await store.insertEvents([
    call("late", "10-20", "0.5", written),
    call("1", "10-10", "10", { ...written, epoch: 1, sign: -1 }),
    call("1", "10-10", "11", { ...written, epoch: 1 }),
    // Before the books: posted by months, as without them.
    call("3", "09-10", "5", { ...written, epoch: 1, sign: -1 }),
  ]);
  expect((await file(`journal?${OCTOBER}`)).text).toBe(before.journal.text);
  expect((await file(`focus?${OCTOBER}`)).text).toBe(before.focus.text);
  expect(await journal(NOVEMBER)).toEqual([
    ["20", expect.not.stringContaining("corrects")],
    ["1.5", expect.stringContaining(`maps, corrects ${YEAR}-10`)],
  ]);
  const begin = `${YEAR}-11-01T00:00:00Z`;
  expect(await focus(NOVEMBER)).toEqual([
    ["-5.0", "Correction", `${YEAR}-09-01T00:00:00Z`, begin, `${YEAR}-09-10T00:00:00Z`],
    ["1.0", "Correction", `${YEAR}-10-01T00:00:00Z`, begin, `${YEAR}-10-10T00:00:00Z`],
    ["0.5", "Correction", `${YEAR}-10-01T00:00:00Z`, begin, `${YEAR}-10-20T00:00:00Z`],
    ["20.0", "", "", begin, `${YEAR}-11-10T00:00:00Z`],
  ]);
});

test("a manifest says what the periods of its range were at as_of", async () => {
  const { manifest } = await file(`costs?from=${YEAR}-10-15&to=${YEAR}-12-01`);
  expect(manifest.periods).toMatchObject([
    { id: `${YEAR}-10`, state: "closed", closed_at: `${YEAR}-11-05T09:59:00.000Z`, whole: false },
    { id: `${YEAR}-11`, state: "open", closed_at: null, whole: true },
  ]);
  // The settings in memory are of 1970: before their first change there was no period.
  const { manifest: early } = await file(`journal?${OCTOBER}&as_of=1970-01-01T00:00:00Z`);
  expect([early.periods, early.query.basis]).toEqual([[], undefined]);
  expect((await file(`journal?${OCTOBER}`)).manifest.query.basis).toBe("booked");
});

test("basis=booked: a closed month's file does not move, the open one has what corrects it, and the sums are the books'", async () => {
  for (const grain of ["call", "day"]) {
    const booked = (range: string) => file(`costs?${range}&grain=${grain}&basis=booked`);
    const [october, november] = [await booked(OCTOBER), await booked(NOVEMBER)];
    expect([october.manifest.query.basis, october.manifest.sums.cost_usd]).toEqual(["booked", "10"]);
    const late = november.rows.filter((row) => row["corrects_period"] !== "");
    expect(new Set(late.map((row) => [row["corrects_period"], row["team"]].join()))).toEqual(
      new Set([`${YEAR}-10,maps`]),
    );
    for (const reason of ["late", "other"])
      expect(late.some((row) => row["correction_reason"] === reason)).toBe(true);
    for (const [range, made] of [
      [OCTOBER, october],
      [NOVEMBER, november],
    ] as const) {
      const { json } = await books.ask("GET", `/v1/costs?${range}&basis=booked`);
      expect(made.manifest.sums.cost_usd).toBe(json.totals.cost.amount);
    }
    const usage = await file(`costs?${OCTOBER}&grain=${grain}`);
    expect([usage.manifest.query.basis, usage.manifest.sums.cost_usd]).toEqual([undefined, "11.5"]);
    if (grain === "day") continue;
    const [call] = late;
    expect([call?.["event_time"]?.slice(0, 7), call?.["booked_at"]?.slice(0, 7)]).toEqual([
      `${YEAR}-10`,
      `${YEAR}-11`,
    ]);
    expect(late.map((row) => row["booked_at"])).toEqual(late.map((row) => row["booked_at"]).sort());
  }
  expect((await file(`costs?${OCTOBER}&basis=booked`)).text).toBe(
    (await file(`costs?${OCTOBER}&basis=booked`)).text,
  );
});

test("pages of one row are those of many, also where all that is late counts in one millisecond", async () => {
  const at = (month: number) => Date.UTC(YEAR, month - 1, 1);
  // Both were over when the late rows were written: they count in November's last millisecond.
  const period = (month: number, closedAtMs: number | null) => ({
    ...{ id: `${YEAR}-${month}`, fromMs: at(month), toMs: at(month + 1), closedAtMs },
  });
  const basis = byBooks({ periods: [period(10, at(11)), period(11, null)], runKinds: ["re_rate"] });
  const written = { append_time: `${YEAR}-12-03T00:00:00.000Z` };
  await store.insertEvents(["x", "y", "z"].map((tag) => call(`same-${tag}`, "10-21", "0.25", written)));
  const stores = { clickhouseTeam: store.team, clickhouseAll: store.all };
  const reader = createReader(stores, { kind: "all" }, new AbortController().signal);
  const [from, to] = [new Date(at(11)).toISOString(), new Date(at(12)).toISOString()];
  const question = { from, to, tz: "UTC", asOf: `${YEAR}-12-05T00:00:00.000Z`, filters: {} };
  const rows = async (rowsMax: number) => {
    const all = [];
    for await (const page of callPages(reader, question, basis, rowsMax)) all.push(...page);
    return all;
  };
  const many = await rows(5_000);
  expect(many.filter(([time]) => time === `${YEAR}-11-30T23:59:59.999Z`)).toHaveLength(3);
  expect(await rows(1)).toEqual(many);
});

test("a price for a time that is closed is taken, and who sets it hears that it moves nothing", async () => {
  const put = async (id: string, effective_from: string) => {
    const value = priceRow(id, { effective_from });
    const response = await books.app.inject({
      method: "PUT",
      url: `/v1/settings/price/${id}`,
      headers: { authorization: `Bearer ${books.keys["bert"]}` },
      payload: { expected_version: 0, reason: "test", value },
    });
    return [response.statusCode, response.json().warnings];
  };
  expect(await put("dated-back", `${YEAR}-10-15T00:00:00.000Z`)).toEqual([
    200,
    [
      expect.stringMatching(
        `^the period ${YEAR}-10 is closed, and one change is effective within: nothing moves`,
      ),
    ],
  ]);
  expect(await put("of-now", `${YEAR}-11-15T00:00:00.000Z`)).toEqual([200, []]);
});
