import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
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
