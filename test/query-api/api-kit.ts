import { randomBytes, randomUUID } from "node:crypto";
import type { SettingsChange } from "#core/settings/change.ts";
import { issueKey, KEY_RANDOM_BYTES, type KeyFields } from "#core/settings/issue-key.ts";
import type { RunProposalSetting } from "#core/settings/run-proposal.ts";
import { buildApi } from "#query-api/app.ts";
import type { App } from "#query-api/app-type.ts";
import type { Act, ApiDeps } from "#query-api/deps.ts";
import { type ClickHouse, connectClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";
import { createLog } from "#runtime/log.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { migrate } from "#runtime/migrate.ts";
import { createFoldedLog } from "#runtime/settings/settings-log.ts";
import { emptyProposal } from "#test/core/settings/empty-proposal.ts";
import { EVENT_COLUMNS } from "#test/support/event-row.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

/** The database that the test users' real grants are on; files keep apart by a year of their own. */
const DATABASE = "spendtrail";

export interface Store {
  readonly admin: ClickHouse;
  readonly team: ClickHouse;
  readonly all: ClickHouse;
  insertEvents(rows: readonly Row[]): Promise<void>;
  close(): Promise<void>;
}

/** The migrated database through its three users, with their real grants. */
export async function openStore(): Promise<Store> {
  const { clickHouseUrl } = await sharedServers();
  const as = (user: string) => ({
    url: clickHouseUrl,
    user,
    password: TEST_PASSWORD,
    database: DATABASE,
    requestTimeoutMs: 30_000,
  });
  await migrate(as("admin"), DATABASE, "sql");
  const [admin, team, all] = ["admin", "api_team", "api_all"].map((user) => connectClickHouse(as(user)));
  if (admin === undefined || team === undefined || all === undefined) throw new Error("three users");
  return {
    admin,
    team,
    all,
    insertEvents: (rows) =>
      admin.insert({ table: "events_v1", columns: EVENT_COLUMNS, rows, token: uniqueName("events") }),
    close: async () => {
      await Promise.all([admin.close(), team.close(), all.close()]);
    },
  };
}

export interface TestApi {
  readonly app: App;
  readonly acts: Act[];
  /** Makes a key in the settings and gives its token. */
  key(fields: Omit<KeyFields, "label">): Promise<string>;
  /** Puts a proposal of a re-rate, of a scope without calls, into the settings and gives its id. */
  proposal(change?: Partial<RunProposalSetting>): Promise<string>;
  /** GETs as the holder of a token, or without one. */
  get(url: string, token?: string, headers?: Record<string, string>): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
  /** What followed the body. */
  readonly trailers: Record<string, string>;
  readonly bytes: Buffer;
  /** The body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into an answer as its client would
  readonly json: any;
}

export interface SettingsInMemory extends Pick<ApiDeps, "settings" | "changeSettings"> {
  key(fields: Omit<KeyFields, "label">): Promise<string>;
}

/** The real fold of settings, fed from memory instead of the topic. */
export function settingsInMemory(): SettingsInMemory {
  const log = createFoldedLog("settings-in-memory");
  const changeSettings = async (wish: SettingsChange) => {
    const value = Buffer.from(JSON.stringify(wish));
    const offset = log.state().offset + 1n;
    // A second a change, so that a test can name a moment between two.
    log.add([{ offset, appendTimeMs: Number(offset) * 1000, value }]);
    const outcome = log.outcomeAt(offset);
    if (outcome === undefined) throw new Error("a change has an outcome");
    return outcome;
  };
  const key = async (fields: Omit<KeyFields, "label">) => {
    const { token, setting } = issueKey(randomBytes(KEY_RANDOM_BYTES), { label: "test", ...fields });
    const { outcome } = await changeSettings({
      kind: "key",
      id: setting.id,
      value: setting,
      expected_version: 0,
      change_id: randomUUID(),
      actor: "test",
      reason: "test",
    });
    if (outcome !== "applied") throw new Error(outcome);
    return token;
  };
  return { settings: { ...log, caughtUp: async () => {} }, changeSettings, key };
}

type Stores = Pick<ApiDeps, "clickhouseTeam" | "clickhouseAll">;

/** What the API reaches for in a test: the given stores and settings, and acts in a list. */
export function testDeps(
  stores: Stores,
  { settings, changeSettings }: SettingsInMemory,
  change: Partial<ApiDeps> = {},
): { deps: ApiDeps; acts: Act[] } {
  const acts: Act[] = [];
  const deps: ApiDeps = {
    ...stores,
    settings,
    changeSettings,
    recordAct: async (act) => void acts.push(act),
    log: createLog("api", "silent"),
    metrics: createMetrics({ defaults: false }),
    cursorSecret: randomBytes(32),
    clock: () => new Date("2026-11-23T12:00:00.000Z"),
    ...change,
  };
  return { deps, acts };
}

/** The whole API over the store, to be asked without a socket. */
export async function makeApi(stores: Stores, change: Partial<ApiDeps> = {}): Promise<TestApi> {
  const settings = settingsInMemory();
  const { deps, acts } = testDeps(stores, settings, change);
  const app = await buildApi(deps);
  const proposal = (change?: Partial<RunProposalSetting>) => proposeIn(settings, change);
  return {
    app,
    acts,
    key: settings.key,
    proposal,
    get: (url, token, headers) => ask(app, url, token, headers),
  };
}

async function proposeIn(
  { settings, changeSettings }: SettingsInMemory,
  change: Partial<RunProposalSetting> = {},
): Promise<string> {
  const value = emptyProposal(settings.state().proposals.size + 1, change);
  const { outcome } = await changeSettings({
    ...{ kind: "run_proposal", id: value.id, value, expected_version: 0 },
    ...{ change_id: randomUUID(), actor: value.requested_by, reason: "test" },
  });
  if (outcome !== "applied") throw new Error(outcome);
  return value.id;
}

async function ask(app: App, url: string, token?: string, headers: Record<string, string> = {}) {
  const response = await app.inject({
    method: "GET",
    url,
    headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
  });
  const { statusCode: status, body: text } = response;
  const isJson = String(response.headers["content-type"]).includes("json") && !text.startsWith("\n");
  const json =
    isJson && !String(response.headers["content-type"]).includes("ndjson") ? JSON.parse(text) : null;
  const { trailers, rawPayload: bytes } = response;
  return { status, headers: response.headers, text, json, trailers, bytes };
}
