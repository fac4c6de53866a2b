import { randomBytes, randomUUID } from "node:crypto";
import { parse } from "csv-parse/sync";
import { addMoney, formatMoney, type Money, parseMoney } from "#core/money.ts";
import type { SettingKind } from "#core/settings/change.ts";
import { issueKey, KEY_RANDOM_BYTES, type KeyFields } from "#core/settings/issue-key.ts";
import { buildApi } from "#query-api/app.ts";
import type { Manifest } from "#query-api/exports/manifest.ts";
import { createFoldedLog } from "#runtime/settings/settings-log.ts";
import { openStore, type Store, testDeps } from "#test/query-api/api-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

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

/** Calls, charges of several kinds and rules that divide them, in November and December of a year of its own. */
export async function chargesGround(year: number) {
  const store = await openStore();
  const api = await chargesApi(store, `${year}-12-02T00:00:00.000Z`);
  const finance = await api.key({ role: "finance" });
  const november = { from: `${year}-11-01T00:00:00.000Z`, to: `${year}-12-01T00:00:00.000Z` };
  const december = { from: november.to, to: `${year + 1}-01-01T00:00:00.000Z` };
  const range = `from=${year}-11-01&to=${year}-12-01`;
  const call = (tag: string, day: string, team: string, cost_usd: string | null, more: object = {}) =>
    eventRow({
      ...{
        event_id: eventIdOf(`exch-${year % 100}${tag}`),
        at: `${year}-${day}T10:00:30.000Z`,
        team,
        cost_usd,
      },
      ...{ cost_status: "rated", model: "m", ...more },
    });
  const charge = (id: string, amount: string, more: object = {}) =>
    api.bring("charge", {
      ...{ id, kind: "other", vendor: "anthropic", description: `Charge ${id}`, ...november, amount },
      ...more,
    } as { id: string });
  await store.insertEvents([
    call("a", "11-03", "search", "30.0011", { cost_center: "4200" }),
    call("b", "11-04", "ads", "10.003"),
    call("c", "11-05", "", "5"),
    call("gateway", "11-05", "ads", "2", { cost_status: "gateway" }),
    call("unpriced", "11-05", "ads", null, { cost_status: "unpriced" }),
    call("d", "12-01", "search", "7", { cost_center: "4200" }),
  ]);
  const always = { effective_from: "1970-01-01T00:00:00.000Z" };
  const map = { id: "search", match: "team", value: "search", cost_center: "4200", ...always };
  await api.bring("allocation", map as never);
  await api.bring("split_rule", { id: "use", method: "proportional", by: "team" } as never);
  const thirds = ["ads", "search", "=z"].map((name) => ({ name }));
  await api.bring("split_rule", { id: "thirds", method: "even", by: "team", parts: thirds } as never);
  await charge("1-hours", "8.1", { split: "use", kind: "code_execution" });
  await charge("2-seats", "100", { split: "thirds", kind: "seat" });
  await charge("3-credit", "-2.5", { kind: "credit", cost_center: "4300" });
  await charge("4-nobody", "4");
  await charge("5-tax", "19.0049", { kind: "tax", team: "search" });
  await charge("6-fix", "-1", { corrects: "4-nobody" });
  await charge("7-december", "50", { ...december, kind: "support", team: "ads", vendor: "aws" });
  // In December's books, because its own period begins there, and about November.
  await charge("8-seats-less", "-10", { ...december, kind: "seat", split: "thirds", corrects: "2-seats" });
  return {
    ...{ store, api, finance, november, december, range, call, charge },
    journal: (more = "", token = finance) => api.file(`journal?${range}${more}`, token),
    focus: (more = "", token = finance) => api.file(`focus?${range}${more}`, token),
    json: async (url: string) => JSON.parse((await api.ask(url, finance)).body),
    close: async () => {
      await api.close();
      await store.close();
    },
  };
}

export type ChargesGround = Awaited<ReturnType<typeof chargesGround>>;

export const units = (text: string | undefined): Money => {
  const read = parseMoney(text || "0");
  if (!read.ok) throw new Error(text);
  return read.value;
};
/** A column's sum, exact. */
export const sum = (rows: readonly Record<string, string>[], column: string) =>
  formatMoney(addMoney(rows.map((row) => units(row[column]))));
