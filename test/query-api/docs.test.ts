import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { READERS } from "#query-api/access.ts";
import { DIMENSIONS } from "#query-api/dimensions.ts";
import { RANGE_DAYS_MAX } from "#query-api/granularity.ts";
import { type RunningApi, startApi } from "#query-api/start.ts";
import { openStore, type Store, settingsInMemory, testDeps } from "#test/query-api/api-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

const PAGE = readFileSync("docs/api.md", "utf8");
/** Every command of the pages' examples; the block that sets the variables is not one. */
const PAGES = [
  "docs/alerts.md",
  "docs/attribution.md",
  "docs/budgets.md",
  "docs/charges.md",
  "docs/decisions-api.md",
  "docs/runs.md",
  "docs/system-alerts.md",
].reduce((text, page) => `${text}\n${readFileSync(page, "utf8")}`, PAGE);
const COMMANDS = [...PAGES.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap((match) => (match[1] ?? "").replaceAll("\\\n", " ").split("\n"))
  .filter((line) => line.startsWith("curl "));

let store: Store;
let api: RunningApi;
let token: string;
let folder: string;

beforeAll(async () => {
  store = await openStore();
  const settings = settingsInMemory();
  token = await settings.key({ role: "admin" });
  const stores = { clickhouseTeam: store.team, clickhouseAll: store.all };
  const { deps } = testDeps(stores, settings, { clock: () => new Date("2026-11-23T12:00:00.000Z") });
  api = await startApi(deps, { host: "127.0.0.1", port: 0 });
  folder = mkdtempSync(join(tmpdir(), "spendtrail-docs-"));
  const at = "2026-11-20T10:00:00.000Z";
  await store.insertEvents([
    eventRow({ event_id: eventIdOf("docs"), at, team: "search", session_id: "session-1" }),
    // The event that the page explains.
    eventRow({ event_id: "9f2d4c0a51e84b7f9f2d4c0a51e84b7f", at, team: "search" }),
  ]);
});
afterAll(async () => {
  await api.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("docs/api.md", () => {
  test("has examples", () => {
    expect(COMMANDS.length).toBeGreaterThan(10);
  });

  test.each(COMMANDS)("%s", async (command) => {
    const { stdout } = await promisify(execFile)("sh", ["-ec", command], {
      cwd: folder,
      timeout: 15_000,
      env: { ...process.env, SPENDTRAIL_URL: api.url, SPENDTRAIL_KEY: token },
    });
    if (!command.includes(" -o ")) expect(JSON.parse(stdout)).toBeTypeOf("object");
  });

  test("names every dimension, role and limit as the code has it", () => {
    for (const name of [...DIMENSIONS, ...READERS]) expect(PAGE).toContain(`\`${name}\``);
    const { hour, day, week, month } = RANGE_DAYS_MAX;
    const range = `${hour} days by hour, ${day} by day, ${week.toLocaleString("en")} by week, ${month.toLocaleString("en")} by month`;
    expect(PAGE).toContain(range);
  });
});
