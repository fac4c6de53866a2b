import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { secretOf } from "#test/support/secret-of.ts";
import { uniqueName } from "#test/support/servers.ts";

let store: Store;
let api: TestApi;
let admin: string;

beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  admin = await api.key({ role: "admin" });
});
afterAll(() => store.close());

async function send(method: "POST" | "PUT" | "DELETE", url: string, payload?: object) {
  const headers = { authorization: `Bearer ${admin}` };
  const response = await api.app.inject({ method, url, headers, ...(payload && { payload }) });
  return { status: response.statusCode, json: response.json(), text: response.body };
}

describe("a key", () => {
  test("works from when it is made until it is revoked; its token is shown once and its hash never", async () => {
    const made = await send("POST", "/v1/keys", { label: "grafana", role: "finance", reason: "charts" });
    expect(made.status).toBe(201);
    const { token, key } = made.json;
    expect(token).toMatch(/^st_[a-z0-9]{12}_[A-Za-z0-9_-]{43}$/);
    expect(key).toMatchObject({ label: "grafana", role: "finance", revoked: false, version: 1 });
    expect((await api.get("/v1/prices", token)).status).toBe(200);

    const list = await api.get("/v1/keys", admin);
    expect(list.json.keys).toContainEqual(key);
    for (const text of [made.text, list.text]) expect(text).not.toMatch(/sha256|[0-9a-f]{64}/);
    expect(list.text).not.toContain(secretOf(token));

    expect((await send("DELETE", `/v1/keys/${key.id}`)).json.key.revoked).toBe(true);
    expect((await api.get("/v1/prices", token)).status).toBe(401);
    expect((await send("DELETE", `/v1/keys/${key.id}`)).status).toBe(200);
    expect((await send("DELETE", "/v1/keys/nosuchkey000")).status).toBe(404);
  });
});

describe("a setting", () => {
  const value = { name: "edge", gateway: "litellm" };

  test("is changed from the version that was read, and from no other", async () => {
    const url = "/v1/settings/source/edge";
    expect(await send("PUT", url, { expected_version: 0, value, reason: "new" })).toMatchObject({
      status: 200,
      json: { version: 1 },
    });
    const late = await send("PUT", url, { expected_version: 0, value, reason: "too late" });
    expect([late.status, late.json.code, late.json.detail]).toEqual([
      409,
      "SETTING_CONFLICT",
      expect.stringContaining("version 1"),
    ]);
    const next = { expected_version: 1, value: { ...value, allow_gateway_cost: true }, reason: "mend" };
    expect((await send("PUT", url, next)).json.version).toBe(2);
    expect((await api.get(url, admin)).json).toMatchObject({
      version: 2,
      value: { name: "edge", allow_gateway_cost: true, role: "ledger" },
    });
    expect((await api.get("/v1/settings/source/none", admin)).status).toBe(404);
  });

  test.each([
    ["/v1/settings/source/edge2", { ...value, name: "another" }, 422],
    ["/v1/settings/source/edge2", { ...value, name: "edge2", surprise: 1 }, 422],
    ["/v1/settings/source/edge2", { name: "edge2", gateway: "litellm", team_from: "fixed" }, 422],
    ["/v1/settings/price/x", null, 422],
    ["/v1/settings/key/x", {}, 400],
  ])("PUT %s with %j is refused with %i", async (url, wanted, status) => {
    const answer = await send("PUT", url, { expected_version: 0, value: wanted, reason: "test" });
    expect([answer.status, answer.json.detail.length > 20]).toEqual([status, true]);
  });
});

describe("the history of settings", () => {
  test("is newest first, in pages, with before and after, and without a key's hash", async () => {
    // Far above what another file may write here.
    const first = 900_000_000;
    await store.admin.insert({
      table: "settings_changes_v1",
      token: uniqueName("changes"),
      columns: [
        ...["settings_offset", "append_time", "change_id", "kind", "id", "expected_version", "version"],
        ...["outcome", "detail", "actor", "reason", "before", "after", "ingested_at"],
      ],
      rows: [0, 1, 2].map((at) => ({
        settings_offset: first + at,
        append_time: "2026-11-01T00:00:00.000Z",
        change_id: `change-${at}`,
        kind: "key",
        id: "historykey00",
        expected_version: at,
        version: at === 2 ? 0 : at + 1,
        outcome: at === 2 ? "conflict" : "applied",
        detail: at === 2 ? "too late" : "",
        actor: "admin",
        reason: "why not",
        before: at === 1 ? JSON.stringify({ id: "historykey00", secret_sha256: "f".repeat(64) }) : "",
        after:
          at === 2
            ? ""
            : JSON.stringify({ id: "historykey00", secret_sha256: "f".repeat(64), revoked: at === 1 }),
        ingested_at: "2026-11-01T00:00:00.000Z",
      })),
    });
    const page = await api.get("/v1/settings/changes?id=historykey00&limit=2", admin);
    const rest = await api.get(
      `/v1/settings/changes?id=historykey00&limit=2&cursor=${page.json.next_cursor}`,
      admin,
    );
    const changes = [...page.json.changes, ...rest.json.changes];
    expect(changes.map((change) => [change.settings_offset - first, change.outcome, change.version])).toEqual(
      [
        [2, "conflict", 0],
        [1, "applied", 2],
        [0, "applied", 1],
      ],
    );
    expect(changes[1]).toMatchObject({ before: { id: "historykey00" }, after: { revoked: true } });
    expect(page.text).not.toContain("ffff");
    expect(rest.json.next_cursor).toBeNull();
  });
});
