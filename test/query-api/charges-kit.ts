import { randomBytes, randomUUID } from "node:crypto";
import { parse } from "csv-parse/sync";
import type { SettingKind } from "#core/settings/change.ts";
import { issueKey, KEY_RANDOM_BYTES, type KeyFields } from "#core/settings/issue-key.ts";
import { buildApi } from "#query-api/app.ts";
import type { Manifest } from "#query-api/exports/manifest.ts";
import { createFoldedLog } from "#runtime/settings/settings-log.ts";
import { type Store, testDeps } from "#test/query-api/api-kit.ts";

/** The API over settings that come in when a test's clock says so: what a file knows depends on that. */
export async function chargesApi(store: Store, now: string) {
  const clock = { now: new Date(now) };
  const log = createFoldedLog("settings-with-a-clock");
  const changeSettings = async (wish: object) => {
    const offset = log.state().offset + 1n;
    log.add([{ offset, appendTimeMs: clock.now.getTime(), value: Buffer.from(JSON.stringify(wish)) }]);
    const outcome = log.outcomeAt(offset);
    if (outcome === undefined) throw new Error("a change has an outcome");
    return outcome;
  };
  const bring = async (kind: SettingKind, value: { readonly id: string }, expected_version = 0) => {
    const by = { change_id: randomUUID(), actor: "test", reason: "test" };
    const outcome = await changeSettings({ kind, id: value.id, expected_version, value, ...by });
    if (outcome.outcome !== "applied") throw new Error(`${value.id}: ${outcome.outcome}`);
  };
  const key = async (fields: Omit<KeyFields, "label">) => {
    const { token, setting } = issueKey(randomBytes(KEY_RANDOM_BYTES), { label: "test", ...fields });
    await bring("key", setting);
    return token;
  };
  const settings = { settings: { ...log, caughtUp: async () => {} }, changeSettings, key };
  const stores = { clickhouseTeam: store.team, clickhouseAll: store.all };
  const app = await buildApi(testDeps(stores, settings, { clock: () => clock.now }).deps);
  const ask = async (url: string, token: string) => {
    const response = await app.inject({ url, headers: { authorization: `Bearer ${token}` } });
    return { status: response.statusCode, body: response.body, trailers: response.trailers };
  };
  /** A file of an export, its rows and its manifest. */
  const file = async (query: string, token: string) => {
    const { status, body, trailers } = await ask(`/v1/exports/${query}`, token);
    if (status !== 200) throw new Error(`${status}: ${body}`);
    const trailer = Buffer.from(String(trailers["spendtrail-manifest"]), "base64url").toString();
    const rows: Record<string, string>[] = parse(body, { columns: true });
    return { text: body, rows, manifest: JSON.parse(trailer) as Manifest };
  };
  return { clock, bring, key, ask, file, close: () => app.close() };
}

export type ChargesApi = Awaited<ReturnType<typeof chargesApi>>;
