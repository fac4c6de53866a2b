import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ComparedRow } from "#query-api/compare-costs.ts";
import { call, type RollupGround, rollupGround } from "#test/jobs/rollup-kit.ts";
import { makeApi, type TestApi } from "#test/query-api/api-kit.ts";

let kit: RollupGround;
let api: TestApi;
let finance: string;

const RANGE = "from=2026-11-01&to=2026-12-01&tz=America/New_York";
/** Inside of October by New York's clock and of November by UTC's. */
const LAST_NIGHT = "2026-11-01T02:00:00.000Z";

beforeAll(async () => {
  kit = await rollupGround();
  api = await makeApi({ clickhouseTeam: kit.clickhouse, clickhouseAll: kit.clickhouse });
  finance = await api.key({ role: "finance" });
  const spent = (team: string, at: string, cost_usd: string | null, more = {}) =>
    call(`${team}-${at}`, at, {
      team,
      cost_usd,
      cost_status: cost_usd === null ? "unpriced" : "rated",
      ...more,
    });
  await kit.insert([
    spent("grown", "2026-10-05T00:00:00.000Z", "3", {
      project: "alpha",
      tags: ["x", "env: prod", "env=test"],
    }),
    spent("grown", "2026-11-05T00:00:00.000Z", "4", {
      project: "alpha",
      tags: ["environment:prod", "env=test"],
    }),
    spent("shrunk", LAST_NIGHT, "9.000000000001", { end_user_ref: "e_1" }),
    spent("shrunk", "2026-11-06T00:00:00.000Z", "2", { end_user_ref: "e_1" }),
    spent("gone", "2026-10-07T00:00:00.000Z", "5"),
    spent("new", "2026-11-07T00:00:00.000Z", "6"),
    spent("new", "2026-11-08T00:00:00.000Z", null),
    spent("before", "2026-09-30T00:00:00.000Z", "100"),
  ]);
  await kit.round();
});
afterAll(() => kit.close());

async function ask(query: string) {
  const { status, json } = await api.get(`/v1/costs?${query}`, finance);
  expect([status, json.detail]).toEqual([200, undefined]);
  return json;
}

describe("compare=previous", () => {
  test.each(["auto", "calls"])(
    "each group beside the month before, what moved most first (%s)",
    async (read) => {
      const json = await ask(`${RANGE}&group_by=team&compare=previous&order=change&read=${read}`);
      expect(json.compared_with).toEqual({
        from: "2026-10-01T04:00:00.000Z",
        to: "2026-11-01T04:00:00.000Z",
      });
      const told = json.rows.map((row: ComparedRow) => [
        row.team,
        row.cost.amount,
        row.previous?.cost.amount,
        row.change?.cost.amount,
        row.change?.percent,
      ]);
      expect(told).toEqual([
        ["shrunk", "2", "9.000000000001", "-7.000000000001", "-77.78"],
        ["new", "6", "0", "6", null],
        ["gone", "0", "5", "-5", "-100"],
        ["grown", "4", "3", "1", "33.33"],
      ]);
      expect(json.totals).toMatchObject({
        calls: 4,
        unpriced_calls: 1,
        cost: { amount: "12" },
        previous: { calls: 3, cost: { amount: "17.000000000001" } },
        change: { cost: { amount: "-5.000000000001" }, percent: "-29.41" },
      });
    },
  );

  test("stands in its own columns of a CSV", async () => {
    const { text } = await api.get(
      `/v1/costs?${RANGE}&group_by=team&compare=previous&order=name&format=csv`,
      finance,
    );
    const [header = "", ...lines] = text.trimEnd().split("\r\n");
    expect(header.split(",").slice(-4)).toEqual([
      "previous_calls",
      "previous_cost_usd",
      "change_usd",
      "change_percent",
    ]);
    expect(lines[0]?.split(",").slice(-4)).toEqual(["1", "3", "1", "33.33"]);
  });

  test.each([
    ["compare=previous&granularity=day", "compare needs granularity=none"],
    ["order=change", "order=change needs compare=previous"],
    ["group_by=tag", "needs its key"],
    ["tag=prod", "needs its key"],
    ["group_by=tag:env,tag:cost", "names a dimension twice"],
    ["group_by=tag:env&tag_key=cost", "only one key"],
    ["group_by=team,team", "names a dimension twice"],
    ["group_by=tag:", "is no dimension"],
  ])("%s is refused", async (query, words) => {
    const answer = await api.get(`/v1/costs?${RANGE}&${query}`, finance);
    expect([answer.status, answer.json.code]).toEqual([400, "REQUEST_INVALID"]);
    expect(answer.text).toContain(words);
  });
});

describe("dimensions that only the calls have", () => {
  const groups = async (query: string, name: string) => {
    const json = await ask(`from=2026-10-01&to=2026-12-01&order=name&${query}`);
    expect(json.read_from).toBe("calls");
    return json.rows.map((row: Record<string, unknown>) => [row[name], row["calls"]]);
  };

  test("project and end_user", async () => {
    expect(await groups("group_by=project", "project")).toEqual([
      [null, 5],
      ["alpha", 2],
    ]);
    expect(await groups("group_by=end_user&end_user=e_1", "end_user")).toEqual([["e_1", 2]]);
  });

  test("tag:<key> is the value of the first label with exactly that key", async () => {
    expect(await groups("group_by=tag:env", "tag")).toEqual([
      [null, 5],
      ["prod", 1],
      ["test", 1],
    ]);
    expect(await groups("group_by=tag&tag_key=environment&tag=prod", "tag")).toEqual([["prod", 1]]);
    // A key is a text, whatever is in it.
    expect(await groups(`group_by=${encodeURIComponent("tag:' OR 1=1 --")}`, "tag")).toEqual([[null, 7]]);
  });
});
