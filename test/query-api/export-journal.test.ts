import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatMoney, type Money, parseMoney } from "#core/money.ts";
import { journalLines } from "#query-api/exports/journal/journal-lines.ts";
import type { Manifest } from "#query-api/exports/manifest.ts";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

/** This file's year: the database is shared by the files. */
const YEAR = 2012;
const CENT = 10_000_000_000n;
const ACCOUNTS = { expense_account: "6100", clearing_account: "2400", rounding_account: "6990" };

const units = (text: string | undefined): bigint => {
  const read = parseMoney(text || "0");
  if (!read.ok) throw new Error(text);
  return read.value;
};

describe("a journal", () => {
  test("balances, is the whole to the cent, and its exact parts are the exact whole, however teams' cents fall", () => {
    for (let seed = 1n; seed < 3_000n; seed++) {
      const costs = Array.from({ length: Number(seed % 9n) + 1 }, (_, at) => ({
        payer: `team ${at}`,
        cost: (((seed * 7_919_104_729n * BigInt(at + 1)) % (3n * CENT)) * (at % 4 === 3 ? -1n : 1n)) as Money,
      }));
      const lines = journalLines(costs, ACCOUNTS);
      const sum = (side: "debit" | "credit" | "exact") =>
        lines.reduce((all, line) => all + (line[side] ?? 0n), 0n);
      const whole = costs.reduce((all, { cost }) => all + cost, 0n);
      expect(sum("debit")).toBe(sum("credit"));
      expect(sum("exact")).toBe(whole);
      const clearing = lines.at(-1);
      const booked = (clearing?.credit ?? 0n) - (clearing?.debit ?? 0n);
      const away = booked - whole;
      expect([clearing?.kind, away * 2n <= CENT && away * -2n <= CENT, booked % CENT]).toEqual([
        "clearing",
        true,
        0n,
      ]);
      for (const line of lines) expect((line.debit ?? line.credit ?? -1n) >= 0n).toBe(true);
    }
  });

  test("of nothing is nothing", () => expect(journalLines([], ACCOUNTS)).toEqual([]));
});

describe("GET /v1/exports/journal", () => {
  let store: Store;
  let api: TestApi;
  beforeAll(async () => {
    store = await openStore();
    api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
    const call = (tag: string, at: string, team: string, cost_usd: string | null, cost_status = "rated") =>
      eventRow({ event_id: eventIdOf(`journal-${tag}`), at: `${YEAR}-${at}`, team, cost_usd, cost_status });
    await store.insertEvents([
      call("1", "01-15T00:00:00.000Z", "=ads", "10.0033"),
      call("2", "01-16T00:00:00.000Z", "maps", "20.0034"),
      call("3", "01-17T00:00:00.000Z", "", "30.0034", "estimated"),
      // The last hour of January in New York.
      call("4", "02-01T04:30:00.000Z", "maps", "0.0001"),
      call("5", "02-15T00:00:00.000Z", "maps", "5"),
      call("6", "01-15T00:00:00.000Z", "maps", "7", "gateway"),
      call("7", "01-15T00:00:00.000Z", "maps", null, "unpriced"),
    ]);
  });
  afterAll(() => store.close());

  test("has a document a local month, guarded texts, and says what it did not book", async () => {
    const accounts = Object.entries(ACCOUNTS)
      .map(([name, value]) => `&${name}=${value}`)
      .join("");
    const url = `/v1/exports/journal?from=${YEAR}-01-01&to=${YEAR}-03-01&tz=America/New_York${accounts}`;
    const { text, trailers } = await api.get(url, await api.key({ role: "finance" }));
    const lines: Record<string, string>[] = parse(text, { columns: true });
    const shown = lines.map(
      ({ document_number, line_kind, team, gl_account, debit, credit, exact_cost_usd }) =>
        [document_number?.slice(-8), line_kind, team, gl_account, debit, credit, exact_cost_usd].join("|"),
    );
    expect(shown).toEqual([
      `${YEAR}0131|charge||6100|30||30.0034`,
      `${YEAR}0131|charge|'=ads|6100|10||10.0033`,
      `${YEAR}0131|charge|maps|6100|20||20.0035`,
      `${YEAR}0131|rounding||6990|0.01||`,
      `${YEAR}0131|clearing||2400||60.01|`,
      `${YEAR}0229|charge|maps|6100|5||5`,
      `${YEAR}0229|clearing||2400||5|`,
    ]);
    const manifest: Manifest = JSON.parse(
      Buffer.from(trailers["spendtrail-manifest"] ?? "", "base64url").toString(),
    );
    expect(manifest.sums).toEqual({
      debit: "65.01",
      credit: "65.01",
      exact_cost_usd: formatMoney(units("65.0102") as Money),
    });
    expect(manifest).toMatchObject({ unpriced_calls: "1", gateway_calls: "1", gateway_cost: "7" });
  });

  test("has one number for the whole, another for each part of it, and the same again for the same", async () => {
    const finance = await api.key({ role: "finance" });
    const viewer = await api.key({ role: "viewer", teams: ["maps"] });
    const numberOf = async (further: string, token = finance) => {
      const url = `/v1/exports/journal?from=${YEAR}-01-01&to=${YEAR}-02-01${further}`;
      const lines: Record<string, string>[] = parse((await api.get(url, token)).text, { columns: true });
      const numbers = new Set(lines.map((line) => line["document_number"]));
      expect(numbers.size).toBe(1);
      return [...numbers][0] ?? "";
    };
    const parts = ["&team=maps", "&team=%3Dads", "&by=cost_center", "&model=claude-opus-4-1"];
    const numbers = [await numberOf(""), await numberOf("", viewer)];
    for (const part of parts) numbers.push(await numberOf(part));
    expect(numbers[0]).toBe(`LLM-${YEAR}0101-${YEAR}0131`);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(await numberOf("&team=maps")).toBe(numbers[2]);
    const both = await numberOf("&team=maps&team=%3Dads");
    expect(numbers).not.toContain(both);
    expect(await numberOf("&team=%3Dads&team=maps&team=maps")).toBe(both);
  });

  test("refuses an account that is none", async () => {
    const url = `/v1/exports/journal?from=${YEAR}-01-01&to=${YEAR}-03-01&expense_account=%3D1%2B1`;
    const { status, json } = await api.get(url, await api.key({ role: "finance" }));
    expect([status, json.code]).toEqual([400, "REQUEST_INVALID"]);
  });
});
