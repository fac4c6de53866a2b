import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changedRun, type ExportRun } from "#core/export-schedule/export-run.ts";
import { writeRuns } from "#jobs/exports/write-runs.ts";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { uniqueName } from "#test/support/servers.ts";

const NOW = new Date("2026-11-23T12:00:00.000Z");
let store: Store;
let api: TestApi;
let admin: string;
beforeAll(async () => {
  store = await openStore();
  const named = new Set(["finance", "lake"]);
  api = await makeApi(
    { clickhouseTeam: store.team, clickhouseAll: store.all },
    { exportDestinations: named },
  );
  admin = await api.key({ role: "admin" });
}, 60_000);
afterAll(() => store.close());

const idOf = (token: string) => token.split("_")[1] ?? "";
const value = (id: string, said: object = {}) => ({
  ...{ id, export: "costs", range: "previous_month", cron: "0 6 1 * *", zone: "Europe/Berlin" },
  ...{ destination: "finance", owner: idOf(admin), ...said },
});

async function put(id: string, wish: unknown, token = admin, version = 0) {
  const answer = await api.app.inject({
    method: "PUT",
    url: `/v1/settings/export_schedule/${encodeURIComponent(id)}`,
    headers: { authorization: `Bearer ${token}` },
    payload: { expected_version: version, reason: "test", value: wish } as object,
  });
  return { status: answer.statusCode, json: answer.json() };
}

describe("PUT /v1/settings/export_schedule", () => {
  test("takes each export with its own parameters", async () => {
    for (const [id, said] of [
      ["one", { parameters: { grain: "day", team: ["a", ""], model: "m" } }],
      [
        "two",
        { export: "focus", parameters: { version: "1.4", billing_account_id: "acme" }, format: "parquet" },
      ],
      [
        "three",
        { export: "journal", parameters: { by: "cost_center", prefix: "X" }, range: "month_to_date" },
      ],
      ["four", { cron: "15 0 L * 1#1", zone: "Asia/Kathmandu", enabled: false, catch_up: 0 }],
    ] as const)
      expect(await put(id, value(id, said)), id).toMatchObject({ status: 200, json: { version: 1 } });
  });

  test.each([
    ["a cron that cannot be", { cron: "61 6 * * *" }, "cron 61 6 * * * in Europe/Berlin cannot be read"],
    ["a cron of a day that never comes", { cron: "0 0 30 2 *" }, "is never due"],
    ["seconds", { cron: "0 0 6 * * *" }, "cron has five fields"],
    ["a nickname", { cron: "@monthly__" }, "cron has five fields"],
    ["a moment for a cron", { cron: "2027-01-01T00:00:00" }, "cron has five fields"],
    ["no zone", { zone: "Mars/Olympus" }, "zone is no IANA time zone"],
    ["a zone in the wrong case", { zone: "europe/berlin" }, "zone is no IANA time zone"],
    ["another range", { range: "last_tuesday" }, "range"],
    ["another export", { export: "audit" }, "export"],
    ["another format", { format: "pdf" }, "format"],
    ["a destination that is not configured", { destination: "nowhere" }, "there is no destination nowhere"],
    ["a path for a destination", { destination: "../../etc" }, "destination"],
    ["an address for a destination", { destination: "https://evil.example" }, "destination"],
    ["an owner that is no key", { owner: "zzzzzzzzzzzz" }, "there is no key zzzzzzzzzzzz"],
    ["a parameter that the export does not take", { parameters: { colour: "red" } }, "colour"],
    ["a parameter of another export", { parameters: { by: "team" } }, "by"],
    ["a value that it does not take", { parameters: { grain: "minute" } }, "parameters.grain"],
    [
      "a range of its own",
      { parameters: { from: "1970-01-01", as_of: "x" } },
      "from, as_of follow from range",
    ],
    ["a zone for FOCUS", { export: "focus", parameters: { tz: "UTC" } }, "tz follow from range"],
    ["a secret in a parameter's place", { secret: "whsec_x" }, "secret"],
    ["too many due times to make up for", { catch_up: 1000 }, "catch_up"],
    ["a day that is none", { also_at: "2026-02-30T00:00:00.000Z" }, "also_at"],
  ])("refuses %s, in words", async (_what, said, says) => {
    const { status, json } = await put("bad", value("bad", said));
    expect({ status, code: json.code }).toEqual({ status: 422, code: "SETTING_INVALID" });
    expect(json.detail).toContain(says);
  });

  test("refuses a name that would climb out of a folder, and one that is not its own", async () => {
    for (const id of ["../up", "a/b", "A", "a b", "", "-x", "x".repeat(64)])
      expect((await put(id, value(id))).status, id).toBeGreaterThanOrEqual(400);
    expect(await put("mine", value("yours"))).toMatchObject({ status: 422 });
  });

  test("tells all faults at once", async () => {
    const { json } = await put(
      "bad",
      value("bad", { cron: "99 9 9 9 9", destination: "x", owner: "zzzzzzzzzzzz" }),
    );
    for (const says of ["cron 99", "there is no destination x", "there is no key"])
      expect(json.detail).toContain(says);
  });

  test("refuses a key that reads no costs as the owner, and whoever is no admin", async () => {
    const gateway = await api.key({ role: "ingest", sources: ["app"] });
    const expired = await api.key({ role: "finance", expires_at: "2026-11-23T11:59:59.999Z" });
    const viewer = await api.key({ role: "viewer", teams: ["red"] });
    expect((await put("of", value("of", { owner: idOf(gateway) }))).json.detail).toContain("reads no costs");
    expect((await put("of", value("of", { owner: idOf(expired) }))).json.detail).toContain("expired at");
    expect((await put("of", value("of", { owner: idOf(viewer) }))).status).toBe(200);
    for (const token of [viewer, await api.key({ role: "finance" }), await api.key({ role: "auditor" })])
      expect((await put("other", value("other"), token)).status).toBe(403);
  });
});

describe("GET /v1/exports/schedules", () => {
  test("tells when each is next due, in its zone, and what became of its last due times", async () => {
    const id = `s-${uniqueName("list").replaceAll("_", "-").toLowerCase()}`;
    expect((await put(id, value(id))).status).toBe(200);
    const run: Omit<ExportRun, "dueAt"> = {
      ...{
        schedule: id,
        state: "due" as const,
        attempts: 0,
        scheduleVersion: 1,
        destination: "finance",
        made: null,
      },
      ...{ failure: null, changedAt: NOW.toISOString(), nextTryAt: null, revision: 1 },
    };
    const due = ["2026-09-01T04:00:00.000Z", "2026-10-01T04:00:00.000Z", "2026-11-01T05:00:00.000Z"];
    const [first, second, third] = due.map((dueAt): ExportRun => ({ ...run, dueAt }));
    if (first === undefined || second === undefined || third === undefined) throw new Error("three");
    const made = {
      file: "f.csv",
      from: "2026-10-01",
      to: "2026-11-01",
      bytes: 7,
      rowCount: 2,
      sha256: "a".repeat(64),
    };
    const told = { failure: { code: "EXPORT_DESTINATION_REFUSED", message: "no" } };
    await writeRuns(store.admin, [
      { ...first, state: "missed" },
      changedRun(second, NOW.toISOString(), {
        state: "retrying",
        attempts: 2,
        nextTryAt: NOW.toISOString(),
        ...told,
      }),
      changedRun(third, NOW.toISOString(), {
        ...{ state: "delivered", attempts: 1 },
        made: { ...made, dataUntil: "2026-11-01T04:59:00.000Z", reachesEnd: true },
      }),
    ]);
    const { json } = await api.get("/v1/exports/schedules?runs=2", admin);
    const found = json.schedules.find((schedule: { id: string }) => schedule.id === id);
    expect(found).toMatchObject({
      ...{ version: 1, next_due_at: "2026-12-01T05:00:00.000Z", owner_refused: null },
      value: { cron: "0 6 1 * *", zone: "Europe/Berlin", destination: "finance" },
      runs: [
        {
          ...{ due_at: due[2], state: "delivered", file: "f.csv", bytes: 7, row_count: 2, code: null },
          ...{ from: "2026-10-01", to: "2026-11-01", data_reaches_end: true, sha256: "a".repeat(64) },
        },
        { due_at: due[1], state: "retrying", attempts: 2, code: "EXPORT_DESTINATION_REFUSED", file: null },
      ],
    });
    expect(found.runs).toHaveLength(2);
    const paused = json.schedules.find((schedule: { id: string }) => schedule.id === "four");
    expect(paused.next_due_at).toBeNull();
  });

  test("is for who sees all teams", async () => {
    const viewer = await api.key({ role: "viewer", teams: ["red"] });
    expect((await api.get("/v1/exports/schedules", viewer)).status).toBe(403);
    expect((await api.get("/v1/exports/schedules?runs=0", admin)).status).toBe(400);
  });
});
