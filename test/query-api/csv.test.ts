import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { csv } from "#query-api/csv.ts";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

const YEAR = 1989;
const RANGE = `from=${YEAR}-01-01&to=${YEAR + 1}-01-01`;

/** Text as it may stand in a gateway's record, and whether a spreadsheet would run it. */
const CELLS: readonly [text: string, guarded: boolean][] = [
  ["=1+1", true],
  ["+1", true],
  ["-1+1", true],
  ["@SUM(A1)", true],
  ["\t=1", true],
  ["\r=1", true],
  ["\n=1", true],
  ["\t", true],
  [" =1", true],
  ["\u0000=1", true],
  ["\u200b=1", true],
  ["＝1", true],
  ["＋1", true],
  ["－1", true],
  ["＠A1", true],
  ["=cmd|' /C calc'!A0", true],
  ['=HYPERLINK("http://x")', true],
  ['"', false],
  ['""', false],
  [",", false],
  [";", false],
  ["a\r\nb", false],
  ["x".repeat(40_000), false],
  ["00123", false],
  ["1E5", false],
  ["1-2", false],
  ["<script>alert(1)</script>", false],
  ["\u0024{jndi:ldap://x/a}", false],
  ["\u001b]0;title\u0007", false],
  ["|", false],
  ["\\", false],
  ["CEF:0|", false],
  ["\u2028", false],
  ["plain", false],
];

/** A reader of RFC 4180, written apart from the writer. */
function parseCsv(text: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = "";
    if (text[at] === '"') {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (text[at] === '"') at++;
        cell += text[at];
      }
      at++;
    } else while (at < text.length && text[at] !== "," && !text.startsWith("\r\n", at)) cell += text[at++];
    line.push(cell);
    if (text[at] === ",") at++;
    else {
      at += 2;
      lines.push(line);
      line = [];
    }
  }
  return lines;
}

describe("a cell of text", () => {
  test.each(CELLS)("%.40j", (text, guarded) => {
    const written = csv([{ name: "text", kind: "text", cell: () => text }], [{}]);
    const [, [cell] = []] = parseCsv(written);
    expect(cell).toBe(guarded ? `'${text}` : text);
  });

  test("a figure is never touched, a negative one neither, and not known is empty", () => {
    const columns = [
      { name: "cost_usd", kind: "figure", cell: () => "-1.5" },
      { name: "none", kind: "figure", cell: () => null },
    ] as const;
    expect(csv(columns, [{}])).toBe("cost_usd,none\r\n-1.5,\r\n");
  });
});

describe("costs as files", () => {
  let store: Store;
  let api: TestApi;
  let finance: string;
  const stored = CELLS.filter(([text]) => text.length <= 512);

  beforeAll(async () => {
    store = await openStore();
    api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
    finance = await api.key({ role: "finance" });
    await store.insertEvents(
      stored.map(([text], at) =>
        eventRow({
          event_id: eventIdOf(`csv-${at}`),
          at: `${YEAR}-06-01T00:00:00.000Z`,
          team: text,
          cost_usd: `${at}.000000000001`,
          cost_status: "rated",
          input_tokens: at,
        }),
      ),
    );
  });
  afterAll(() => store.close());

  test("the CSV has the figures of the JSON, guarded only where a spreadsheet would calculate", async () => {
    const url = `/v1/costs?${RANGE}&group_by=team&granularity=month&order=name`;
    const { json } = await api.get(url, finance);
    const file = await api.get(`${url}&format=csv`, finance);
    const [names = [], ...lines] = parseCsv(file.text);
    expect(names.slice(0, 5)).toEqual(["period", "period_start", "team", "calls", "cost_usd"]);
    const guarded = new Map(stored.map(([text, yes]) => [text, yes ? `'${text}` : text]));
    expect(lines.map((line) => [line[0], line[2], line[4], line[names.indexOf("input_tokens")]])).toEqual(
      json.rows.map(
        (row: { period: string; team: string; cost: { amount: string }; input_tokens: number }) => [
          row.period,
          guarded.get(row.team),
          row.cost.amount,
          String(row.input_tokens),
        ],
      ),
    );
    expect(lines).toHaveLength(stored.length);
  });

  test("comes as an attachment that says as of when it is", async () => {
    const { headers } = await api.get(`/v1/costs?${RANGE}&group_by=team`, finance, { accept: "text/csv" });
    expect(headers).toMatchObject({
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": 'attachment; filename="spendtrail-costs.csv"',
      "spendtrail-as-of": "2026-11-23T12:00:00.000Z",
      "spendtrail-settings-offset": "0",
      "spendtrail-unpriced-calls": "0",
    });
  });

  test("NDJSON is the rows of the JSON, one a line, unguarded", async () => {
    const url = `/v1/costs?${RANGE}&group_by=team&order=name`;
    const { json } = await api.get(url, finance);
    const file = await api.get(`${url}&format=ndjson`, finance);
    expect(file.headers["content-type"]).toBe("application/x-ndjson; charset=utf-8");
    expect(
      file.text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(json.rows);
  });
});
