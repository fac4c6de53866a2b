import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ImportGround, importGround } from "#test/cli/import/import-kit.ts";
import {
  PG_PASSWORD,
  postgresBinaries,
  type RealPostgres,
  startPostgres,
} from "#test/cli/import/real-postgres.ts";
import { spendLog } from "#test/cli/import/spend-logs.ts";

const native = postgresBinaries();
if (native === null)
  process.stderr.write("\nSKIPPED: import from PostgreSQL, because this platform has no binaries of it\n\n");

/** As LiteLLM's schema.prisma makes it, without the columns that no test fills. */
const TABLE = `CREATE TABLE "LiteLLM_SpendLogs" (
  request_id text PRIMARY KEY, call_type text NOT NULL, api_key text NOT NULL DEFAULT '',
  spend double precision NOT NULL DEFAULT 0, total_tokens integer NOT NULL DEFAULT 0,
  prompt_tokens integer NOT NULL DEFAULT 0, completion_tokens integer NOT NULL DEFAULT 0,
  "startTime" timestamp(3) NOT NULL, "endTime" timestamp(3) NOT NULL, "completionStartTime" timestamp(3),
  model text NOT NULL DEFAULT '', model_id text DEFAULT '', model_group text DEFAULT '',
  custom_llm_provider text DEFAULT '', api_base text DEFAULT '', "user" text DEFAULT '',
  metadata jsonb DEFAULT '{}', cache_hit text DEFAULT '', request_tags jsonb DEFAULT '[]',
  team_id text, end_user text, requester_ip_address text, session_id text, status text,
  messages jsonb DEFAULT '{}', response jsonb DEFAULT '{}')`;

describe.skipIf(native === null)("SpendLogs straight from PostgreSQL", () => {
  let postgres: RealPostgres;
  let at: ImportGround;
  beforeAll(async () => {
    postgres = await startPostgres(native ?? "");
    at = await importGround([{ name: "proxy", gateway: "litellm" }], { PGPASSWORD: PG_PASSWORD });
    await postgres.query(TABLE);
    await insert(Array.from({ length: 450 }, (_, index) => index));
  });
  afterAll(async () => {
    await at?.close();
    await postgres?.stop();
  });

  async function insert(indexes: readonly number[], changes: Record<string, unknown> = {}): Promise<void> {
    for (const index of indexes) {
      // Ten of them begin in the same millisecond: the key behind the time tells them apart.
      const same = index >= 195 && index < 205 ? { startTime: spendLog(195)["startTime"] } : {};
      const row = spendLog(index, { ...same, ...changes });
      const names = Object.keys(row);
      const values = names.map((name) =>
        typeof row[name] === "object" && row[name] !== null ? JSON.stringify(row[name]) : row[name],
      );
      const columns = names.map((name) => `"${name}"`).join(", ");
      const holes = names.map((_, hole) => `$${hole + 1}`).join(", ");
      await postgres.query(`INSERT INTO "LiteLLM_SpendLogs" (${columns}) VALUES (${holes})`, values);
    }
  }

  test("every row is imported once, over the seams of its pages", async () => {
    const report = await at.report("--source", "proxy", postgres.url);
    expect(report).toMatchObject({
      ...{ read: 450, sent: 450, accepted: 450, calls: 450, unpriced_calls: 0 },
      ...{ cost: { amount: "4.725" }, gateway_costs: [{ amount: "4.725", currency: "USD" }] },
    });
    await expect.poll(async () => (await at.sums()).calls, { timeout: 20_000 }).toBe(450);
    expect(await at.sums()).toMatchObject({ record_rows: 450, cost: "4.725" });
  });

  test("again it goes on behind the last row; a call that may still be running waits for the next time", async () => {
    await insert([450, 451]);
    const now = new Date(Date.now() - 60_000).toISOString().replace("T", " ").replace("Z", "");
    await insert([900], { startTime: now, endTime: now, completionStartTime: null });
    expect(await at.report("--source", "proxy", postgres.url)).toMatchObject({ read: 2, sent: 2 });
    await expect.poll(async () => (await at.sums()).record_rows, { timeout: 20_000 }).toBe(452);
  });

  test("--from and --until are asked of the database", async () => {
    const from = "2026-09-01T06:01:01.137Z";
    const range = ["--from", from, "--until", "2026-09-01T06:03:03.137Z"];
    expect(await at.report("--source", "proxy", "--dry-run", ...range, postgres.url)).toMatchObject({
      ...{ read: 2, would_send: 2, first_event: from, sent: 0 },
    });
  });

  test.each([
    ["a wrong password", (url: string) => url, { PGPASSWORD: "wrong" }, "PGPASSWORD"],
    ["no password", (url: string) => url, { PGPASSWORD: "" }, "PGPASSWORD"],
    ["another database", (url: string) => url.replace(/postgres$/, "nosuch"), {}, "no such database"],
    ["a schema without the table", (url: string) => `${url}?schema=other`, {}, "no such table"],
    ["no server", (url: string) => url.replace(/:\d+\//, ":1/"), {}, "ECONNREFUSED"],
    [
      "no database's name",
      () => "postgres://owner:hunter2secret@127.0.0.1:5432",
      {},
      "with the password in PGPASSWORD",
    ],
  ])("%s is told without any password", async (_what, change, env, hint) => {
    const run = await at.runWith(env, "--source", "proxy", change(postgres.url));
    expect(run.code).toBeGreaterThan(0);
    expect(run.stderr).toContain(hint);
    expect(run.stderr).not.toContain(PG_PASSWORD);
    expect(run.stderr).not.toContain("hunter2secret");
  });

  test("a user without rights is told which", async () => {
    await postgres.query(`CREATE ROLE reader LOGIN PASSWORD '${PG_PASSWORD}'`);
    const run = await at.run("--source", "proxy", postgres.url.replace("owner@", "reader@"));
    expect(run.stderr).toContain('needs SELECT on \\"LiteLLM_SpendLogs\\"');
  });
});
