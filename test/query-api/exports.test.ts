import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EXPORT_FILTERS } from "#query-api/exports/asked.ts";
import { callPages } from "#query-api/exports/call-pages.ts";
import { BY_USAGE } from "#query-api/exports/export-basis.ts";
import type { Manifest } from "#query-api/exports/manifest.ts";
import { createReader } from "#query-api/reader.ts";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { exportedCalls, HARD_TEXTS } from "#test/query-api/export-calls.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

/** This file's year: the database is shared by the files. */
const YEAR = 2013;
const RANGE = `from=${YEAR}-01-01&to=${YEAR + 1}-01-01`;
const AS_OF = `${YEAR}-12-01T00:00:00.000Z`;
const FORMATS = ["csv", "ndjson", "parquet", "xlsx"] as const;
const GRAINS = ["call", "day"] as const;
const given = exportedCalls(YEAR, 900, "exports");

let store: Store;
let api: TestApi;
let finance: string;

beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  finance = await api.key({ role: "finance" });
  await store.insertEvents(given.rows);
});
afterAll(() => store.close());

const ask = (query: string, token = finance) => api.get(`/v1/exports/costs?${RANGE}&${query}`, token);
const records = (text: string): Record<string, string>[] => parse(text, { columns: true });
const manifestOf = (trailers: Record<string, string>): Manifest =>
  JSON.parse(Buffer.from(trailers["spendtrail-manifest"] ?? "", "base64url").toString());

describe("a file", () => {
  test.each(GRAINS)(
    "of a row a %s has the sums of an independent reckoning, and its manifest says so",
    async (grain) => {
      const { status, text, trailers, bytes } = await ask(`grain=${grain}&format=csv&as_of=${AS_OF}`);
      expect(status).toBe(200);
      const manifest = manifestOf(trailers);
      expect(manifest).toMatchObject({
        export: "costs",
        query: { grain, tz: "UTC", as_of: AS_OF },
        teams: null,
        row_count: records(text).length,
        unpriced_calls: given.unpriced,
        gateway_calls: given.gatewayCalls,
        gateway_cost: given.gatewayCost,
        bytes: bytes.length,
        sha256: createHash("sha256").update(bytes).digest("hex"),
      });
      expect(manifest.sums).toMatchObject({
        cost_usd: given.cost,
        input_tokens: given.input,
        calls: given.calls,
      });
      expect(records(text).reduce((sum, row) => sum + BigInt(row["input_tokens"] ?? 0), 0n)).toBe(
        BigInt(given.input),
      );
      if (grain === "call") expect(manifest.row_count).toBe(given.count);
    },
  );

  test("as NDJSON keeps every text as it came, counts with all digits, and has the rows of the CSV", async () => {
    const { text } = await ask("format=ndjson");
    const lines = text.trimEnd().split("\n");
    const teams = new Set(lines.map((line) => JSON.parse(line).team));
    expect(teams).toEqual(new Set([...HARD_TEXTS, "moved"]));
    expect(text).toContain(`"input_tokens":${9_007_199_254_740_991 - 1},`);
    const csv = records((await ask("format=csv")).text);
    expect(csv.map((row) => row["event_id"])).toEqual(lines.map((line) => JSON.parse(line).event_id));
  });

  test("as CSV has no cell that a spreadsheet would run", async () => {
    const { text } = await ask("format=csv");
    const cells = records(text).flatMap((row) => [row["team"] ?? "", row["session_id"] ?? ""]);
    expect(cells.filter((cell) => /^\s*[=+\-@]/.test(cell))).toEqual([]);
    expect(cells).toContain("'=cmd|' /C calc'!A0");
  });

  test.each(GRAINS.flatMap((grain) => FORMATS.map((format) => [grain, format] as const)))(
    "of a row a %s as %s has the same bytes for the same as_of, whatever came in and was merged since",
    async (grain, format) => {
      const query = `grain=${grain}&format=${format}&as_of=${AS_OF}`;
      const before = await ask(query);
      const late = eventRow({
        event_id: eventIdOf(`late-${grain}-${format}`),
        at: `${YEAR}-02-01T00:00:00.000Z`,
        append_time: `${YEAR}-12-02T00:00:00.000Z`,
        team: "late",
        cost_usd: "1",
        cost_status: "rated",
      });
      await store.insertEvents([late]);
      await store.admin.command(`OPTIMIZE TABLE events_v1 PARTITION ${YEAR}01 FINAL`);
      const after = await ask(query);
      expect(after.trailers).toEqual(before.trailers);
      expect(after.bytes.equals(before.bytes)).toBe(true);
      const later = await ask(`grain=${grain}&format=${format}`);
      expect(later.trailers["spendtrail-sha256"]).not.toBe(before.trailers["spendtrail-sha256"]);
    },
  );

  test("is the same however its rows were cut into pages", async () => {
    const reader = createReader(
      { clickhouseTeam: store.team, clickhouseAll: store.all },
      { kind: "all" },
      new AbortController().signal,
    );
    const question = {
      from: `${YEAR}-01-01T00:00:00.000Z`,
      to: `${YEAR}-01-01T06:00:00.000Z`,
      tz: "UTC",
      asOf: AS_OF,
      filters: {},
    };
    const read = async (rowsMax: number) => {
      const pages = [];
      for await (const page of callPages(reader, question, BY_USAGE, rowsMax)) pages.push(page);
      return pages;
    };
    // A conflict under another key: both copies stand with the same time, id, epoch and sign.
    const copy = (gateway_team: string, offset: number) =>
      eventRow({ event_id: eventIdOf("conflict"), at: `${YEAR}-01-01T00:00:00.000Z`, gateway_team, offset });
    await store.insertEvents([copy("one", 901), copy("other", 902), copy("third", 903)]);
    const [whole, cut] = [await read(100_000), await read(2)];
    expect([whole.length, cut.length > 15]).toEqual([1, true]);
    expect(cut.flat()).toEqual(whole.flat());
  });
});

describe("filters", () => {
  test.each(Object.keys(EXPORT_FILTERS))("%s is one that the store understands", async (name) => {
    for (const grain of GRAINS) expect((await ask(`grain=${grain}&${name}=nobody`)).status).toBe(200);
  });

  test("tag, which takes a key, is none of them", async () => {
    const { status, json } = await ask("tag=prod");
    expect([status, json.code]).toEqual([400, "REQUEST_INVALID"]);
  });
});

describe("the manifest", () => {
  test("by itself is what the trailer says", async () => {
    const query = `format=parquet&as_of=${AS_OF}&team=moved`;
    const { trailers } = await ask(query);
    const { json } = await api.get(`/v1/exports/costs/manifest?${RANGE}&${query}`, finance);
    expect(json).toEqual(manifestOf(trailers));
    expect(json.query.team).toEqual(["moved"]);
  });

  test("by itself is not cut off by the idle timeout of its connection while the export is made", async () => {
    const sockets: Socket[] = [];
    const timeouts: (number | undefined)[] = [];
    const watched = { query: store.all.query };
    watched.query = async (query) => {
      if (query.name === "export_days") timeouts.push(sockets[0]?.timeout);
      return store.all.query(query);
    };
    const other = await makeApi({ clickhouseTeam: store.team, clickhouseAll: watched });
    other.app.server.on("connection", (socket) => sockets.push(socket));
    const base = await other.app.listen({ host: "127.0.0.1", port: 0 });
    const headers = { authorization: `Bearer ${await other.key({ role: "finance" })}` };
    const url = `${base}/v1/exports/costs/manifest?${RANGE}&grain=day&as_of=${AS_OF}`;
    const { status } = await fetch(url, { headers });
    await other.app.close();
    expect([status, new Set(timeouts)]).toEqual([200, new Set([0])]);
  });

  test("is on record with who asked, before the file has left", async () => {
    api.acts.length = 0;
    const { trailers } = await ask("grain=day&format=csv");
    expect(api.acts.map(({ act, subject }) => [act, subject])).toEqual([
      ["export.began", "/v1/exports/costs"],
      ["export.ended", "/v1/exports/costs"],
    ]);
    expect(api.acts[1]?.detail["sha256"]).toBe(trailers["spendtrail-sha256"]);
    const refused = await makeApi(
      { clickhouseTeam: store.team, clickhouseAll: store.all },
      { recordAct: () => Promise.reject(new Error("no log")) },
    );
    const { status, json } = await refused.get(
      `/v1/exports/costs?${RANGE}`,
      await refused.key({ role: "finance" }),
    );
    expect([status, json.code]).toEqual([503, "ACT_NOT_RECORDED"]);
  });
});

describe("an end that cannot be put on record", () => {
  test("keeps the last piece back: nobody has all of a file that no act tells of", async () => {
    const whole = await ask(`as_of=${AS_OF}`);
    const last = records(whole.text).at(-1)?.["event_id"] ?? "none";
    const recordAct = async ({ act }: { act: string }) => {
      if (act === "export.ended") throw new Error("no log");
    };
    const other = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all }, { recordAct });
    const base = await other.app.listen({ host: "127.0.0.1", port: 0 });
    const headers = { authorization: `Bearer ${await other.key({ role: "finance" })}` };
    let got = "";
    const read = async () => {
      const { body } = await fetch(`${base}/v1/exports/costs?${RANGE}&as_of=${AS_OF}`, { headers });
      for await (const piece of body ?? []) got += Buffer.from(piece).toString();
    };
    try {
      await expect(read()).rejects.toThrow();
    } finally {
      await other.app.close();
    }
    expect([whole.text.includes(last), got.startsWith("event_time"), got.includes(last)]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe("a viewer", () => {
  test("gets its teams' rows, and the manifest says that they are not all", async () => {
    const token = await api.key({ role: "viewer", teams: ["moved"] });
    const { text, trailers } = await ask(`as_of=${AS_OF}`, token);
    expect(new Set(records(text).map((row) => row["team"]))).toEqual(new Set(["moved"]));
    expect(manifestOf(trailers).teams).toEqual(["moved"]);
  });
});

describe("what cannot be", () => {
  test.each([
    ["from=2013-02-01&to=2013-01-01", "from must be before to"],
    ["from=2013-01-01&to=2113-01-01&grain=day", "outside of the years"],
    ["from=2000-01-01&to=2013-01-01", "longer than 400 days"],
    ["from=2013-01-01&tz=Mars/Olympus", "no IANA time zone"],
    ["from=2013-01-01&to=2013-02-01&as_of=2999-01-01T00:00:00Z", "in the future"],
    ["from=2013-01-01&to=2013-02-01&as_of=yesterday", "as_of is no instant"],
    ["from=2013-01-01&to=2013-02-01&format=exe", "format"],
  ])("%s", async (query, said) => {
    const { status, json, trailers } = await api.get(`/v1/exports/costs?${query}`, finance);
    expect([status, json.code]).toEqual([400, "REQUEST_INVALID"]);
    expect(json.detail).toContain(said);
    expect(trailers).toEqual({});
  });

  test("a file whose rows changed while it was made breaks off without its trailers", async () => {
    const lying = { query: store.all.query };
    lying.query = async (query) => {
      const rows = await store.all.query(query);
      return query.name === "export_calls" ? rows.slice(1) : rows;
    };
    const other = await makeApi({ clickhouseTeam: store.team, clickhouseAll: lying });
    const token = await other.key({ role: "finance" });
    await expect(other.get(`/v1/exports/costs?${RANGE}&as_of=${AS_OF}`, token)).rejects.toThrow();
    const { status, json } = await other.get(`/v1/exports/costs/manifest?${RANGE}`, token);
    expect([status, json.code]).toEqual([409, "EXPORT_CHANGED"]);
  });
});
