import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RunScope } from "#core/settings/run-scope.ts";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

const YEAR = 1979;

let store: Store;
let api: TestApi;
let mine: string;
let other: string;

beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  mine = await api.key({ role: "finance" });
  other = await api.key({ role: "finance" });
  const admin = await api.key({ role: "admin" });
  const wish = { expected_version: 0, reason: "test", value: { id: "runs", approval: "other" } };
  const set = await send("PUT", "/v1/settings/approval_policy/runs", admin, wish);
  expect(set.status).toBe(200);
});
afterAll(() => store.close());

async function send(method: "POST" | "PUT", url: string, token: string, payload: object) {
  const headers = { authorization: `Bearer ${token}` };
  const { statusCode: status, body } = await api.app.inject({ method, url, headers, payload });
  return { status, json: JSON.parse(body) };
}

const approve = (id: string, token: string, payload: object = { reason: "looked at" }) =>
  send("POST", `/v1/runs/${id}/approve`, token, payload);
const idOf = (token: string) => token.split("_")[1] ?? "";

describe("POST /v1/runs/{id}/approve", () => {
  test("refuses whoever asked for it, takes another's key, once, and puts it on the log first", async () => {
    const id = await api.proposal({ requested_by: idOf(mine) });
    const refused = await approve(id, mine);
    expect([refused.status, refused.json.code]).toEqual([403, "APPROVER_IS_REQUESTER"]);
    expect((await api.get(`/v1/runs/${id}`, mine)).json.run).toMatchObject({
      state: "proposed",
      may_apply: false,
    });
    const before = api.acts.length;
    const approved = await approve(id, other);
    expect(approved).toMatchObject({
      status: 200,
      json: {
        run: { state: "approved", may_apply: true, run: null, proposal: { approved_by: idOf(other) } },
      },
    });
    expect(api.acts.slice(before)).toMatchObject([
      { act: "run.approved", actor: idOf(other), subject: id, detail: { reason: "looked at" } },
    ]);
    const again = await approve(id, other);
    expect([again.status, again.json.code]).toEqual([409, "PROPOSAL_REFUSED"]);
  });

  test("refuses when a call has come into the scope", async () => {
    const range = { from: `${YEAR}-01-01T00:00:00.000Z`, to: `${YEAR}-02-01T00:00:00.000Z` };
    const id = await api.proposal({ ...range, scope: RunScope.parse({ teams: ["runs-api"] }) });
    await store.insertEvents([
      eventRow({ event_id: eventIdOf("moved"), at: `${YEAR}-01-10T12:00:00.000Z`, team: "runs-api" }),
    ]);
    const refused = await approve(id, other);
    expect([refused.status, refused.json.code]).toEqual([409, "PROPOSAL_MOVED"]);
  });

  test.each([
    ["proposal-999", { reason: "x" }, 404, "NOT_FOUND"],
    ["proposal-1", {}, 400, "REQUEST_INVALID"],
    ["proposal-1", { reason: "x", force: true }, 400, "REQUEST_INVALID"],
    ["proposal-1", { reason: "" }, 400, "REQUEST_INVALID"],
  ])("%s with %j is answered %i %s", async (id, body, status, code) => {
    const answer = await approve(id, other, body);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });
});

describe("GET /v1/runs", () => {
  test("lists every proposal with its figures and whether it may be applied", async () => {
    const { json } = await api.get("/v1/runs", mine);
    expect(json.approval).toBe("other");
    for (const run of json.runs) {
      expect(run.progress).toBeNull();
      expect(run.may_apply).toBe(run.state === "approved");
      expect(run.proposal.figures.standing_sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });
});

describe("POST /v1/runs", () => {
  const wish = { kind: "re_rate", from: `${YEAR}-03-01`, to: `${YEAR}-04-01`, reason: "new tariff" };
  const ask = (change: object = {}, token = mine) => send("POST", "/v1/runs", token, { ...wish, ...change });
  const withdraw = (id: string, token = other) =>
    send("POST", `/v1/runs/${id}/withdraw`, token, { reason: "wrong month" });

  test("puts on record what the jobs are asked for, under the key's name, and says so on the log first", async () => {
    const before = api.acts.length;
    const scope = { teams: ["search"], cost_statuses: ["unpriced"] };
    const { status, json } = await ask({ scope, tz: "Europe/Berlin" });
    expect(status).toBe(202);
    expect(json.run).toMatchObject({
      ...{ kind: "re_rate", state: "asked", may_apply: false, proposal: null, run: null, progress: null },
      from: `${YEAR}-02-28T23:00:00.000Z`,
      request: {
        ...{ id: "request-1", requested_by: idOf(mine), state: "asked", proposal: null },
        scope: { ...RunScope.parse({}), ...scope },
        settings_offset: String(json.settings_offset - 1),
      },
    });
    expect(api.acts.slice(before)).toMatchObject([
      { act: "run.requested", actor: idOf(mine), subject: "request-1", detail: { reason: "new tariff" } },
    ]);
    const listed = await api.get("/v1/runs/request-1", other);
    expect(listed.json.run).toEqual(json.run);
    const { json: all } = await api.get("/v1/runs", other);
    expect(all.runs.at(-1)).toEqual(json.run);
  });

  test("by a version of the settings that was, and by none that is not there", async () => {
    const { json } = await ask({ book: "1" });
    expect(json.run.request.settings_offset).toBe("1");
    expect((await withdraw(json.run.request.id)).status).toBe(200);
  });

  test.each<[string, object, string]>([
    ["a kind that there is not", { kind: "replay" }, "kind"],
    ["no reason", { reason: undefined }, "reason"],
    ["a range that ends before it begins", { to: `${YEAR}-02-01` }, "from must be before to"],
    ["ten thousand days", { from: "1970-01-01", to: "2026-01-01" }, "longer than"],
    ["no zone", { tz: "Mars/Olympus" }, "no IANA time zone"],
    ["a status that is none", { scope: { cost_statuses: ["free"] } }, "cost_statuses"],
    ["another member", { apply: true }, "apply"],
    ["a book of tomorrow", { book: "999999" }, "lies ahead"],
    ["a book that is no moment", { book: "soon" }, "book"],
  ])("%s is refused, and nothing is asked", async (_name, change, told) => {
    const before = (await api.get("/v1/runs", mine)).json.runs.length;
    const { status, json } = await ask(change);
    expect([status, JSON.stringify(json)]).toEqual([400, expect.stringContaining(told)]);
    expect((await api.get("/v1/runs", mine)).json.runs).toHaveLength(before);
  });

  test("is withdrawn by its id, once, and a proposal by its own", async () => {
    const gone = await withdraw("request-1");
    expect([gone.status, gone.json.run.state]).toEqual([200, "withdrawn"]);
    const again = await withdraw("request-1");
    expect([again.status, again.json.code]).toEqual([409, "PROPOSAL_REFUSED"]);
    const id = await api.proposal({ requested_by: idOf(mine) });
    const before = api.acts.length;
    expect((await withdraw(id)).json.run).toMatchObject({ state: "withdrawn", proposal: { id } });
    expect(api.acts.slice(before)).toMatchObject([{ act: "run.withdrawn", subject: id }]);
    expect((await approve(id, other)).json.code).toBe("PROPOSAL_REFUSED");
    expect((await withdraw("proposal-999")).status).toBe(404);
  });

  test("so many wait at a time, and no more", async () => {
    for (let count = 0; count < 20; count += 1) expect((await ask()).status).toBe(202);
    const { status, json } = await ask();
    expect([status, json.code]).toEqual([422, "SETTING_INVALID"]);
    expect(json.detail).toContain("20 requests wait for the jobs");
  });
});
