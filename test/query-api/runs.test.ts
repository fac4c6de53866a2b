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
      expect(run.may_apply).toBe(run.state === "approved");
      expect(run.proposal.figures.standing_sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });
});
