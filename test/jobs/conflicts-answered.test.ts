import { afterAll, beforeAll, expect, test } from "vitest";
import { type ConflictGround, conflictGround } from "#test/jobs/conflict-kit.ts";
import { makeApi, type TestApi } from "#test/query-api/api-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";

let at: ConflictGround;
let api: TestApi;
let auditor: string;
beforeAll(async () => {
  at = await conflictGround();
  const store = at.ground.clickhouse;
  api = await makeApi({ clickhouseTeam: store, clickhouseAll: store });
  auditor = await api.key({ role: "auditor" });
});
afterAll(() => at.close());

const ask = (more = "", to = "2027-01-01") =>
  api.get(`/v1/audit/conflicts?from=2026-01-01&to=${to}${more}`, auditor);

test("what was posted again and differs is answered with both copies, and costs count it once", async () => {
  await at.post(...["a", "b", "c", "d"].map((name) => canonicalEvent(name)));
  // Posted again: with a clock in another month, under another team, and with other figures.
  await at.post(canonicalEvent("a", { started_at: "2026-10-31T23:59:00.000Z" }));
  await at.post(canonicalEvent("b", { team: "ads" }));
  await at.post(canonicalEvent("c", { meters: { input_tokens: 1, output_tokens: 1 } }));
  // Before the job has looked the two that moved count twice: this is what it is for.
  expect((await at.totals()).calls).toBe("6");
  await at.round();
  expect(await at.totals()).toMatchObject({ calls: "4", cost: "0.03" });
  const { status, json } = await ask();
  expect(status).toBe(200);
  expect(json.summary).toEqual([
    { state: "replaced", conflicts: 1 },
    { state: "reversed", conflicts: 2 },
  ]);
  const byKind = Object.fromEntries(json.conflicts.map((each: { kind: string }) => [each.kind, each]));
  expect(byKind).toMatchObject({
    other_partition: {
      state: "reversed",
      lost: { offset: 4, bucket: "2026-10-31 23:55:00" },
      stands: { offset: 0 },
    },
    other_key: {
      ...{ state: "reversed", what: "response" },
      lost: { gateway_team: "ads", cost: { amount: "0.0075", currency: "USD" }, offset: 5 },
      stands: { gateway_team: "search", offset: 1 },
    },
    other_content: { state: "replaced", lost: { offset: 6, cost: null }, stands: { offset: 2 } },
  });
  expect(byKind["other_key"].differs).toContain("gateway_team");
});

test("pages give every conflict once, a state can be asked for, and a range that was before has none", async () => {
  const all = (await ask()).json.conflicts;
  const paged: unknown[] = [];
  let cursor = "";
  do {
    const page = await ask(`&limit=1${cursor}`);
    expect(page.status).toBe(200);
    paged.push(...page.json.conflicts);
    cursor = page.json.next_cursor === null ? "" : `&cursor=${page.json.next_cursor}`;
  } while (cursor !== "");
  expect(paged).toEqual(all);
  expect((await ask("&state=replaced")).json.conflicts).toHaveLength(1);
  expect((await ask("&state=found")).json).toMatchObject({ conflicts: [], next_cursor: null });
  expect((await ask("", "2026-02-01")).json).toMatchObject({ summary: [], conflicts: [] });
  expect((await ask("&state=unheard-of")).status).toBe(400);
});

test("it is for auditors and admins, and each read is on record before the answer leaves", async () => {
  for (const role of ["finance", "viewer"] as const) {
    const key = await api.key(role === "viewer" ? { role, teams: ["search"] } : { role });
    expect((await api.get("/v1/audit/conflicts?from=2026-01-01", key)).status).toBe(403);
  }
  await ask();
  expect(api.acts.at(-1)).toMatchObject({ act: "audit.read", subject: "/v1/audit/conflicts" });
});
