import { randomUUID } from "node:crypto";
import { buildApi } from "#query-api/app.ts";
import type { Act } from "#query-api/deps.ts";
import { type Store, settingsInMemory, testDeps } from "#test/query-api/api-kit.ts";

/** The API with keys of people who keep books, and a clock that a test sets. */
export async function bookkeeping(store: Store) {
  const settings = settingsInMemory();
  const clock = { now: new Date() };
  const stores = { clickhouseTeam: store.team, clickhouseAll: store.all };
  const { deps, acts } = testDeps(stores, settings, { clock: () => clock.now });
  const app = await buildApi(deps);
  const keys: Record<string, string> = {
    anna: await settings.key({ role: "finance" }),
    bert: await settings.key({ role: "admin" }),
    carl: await settings.key({ role: "auditor" }),
    vera: await settings.key({ role: "viewer", teams: ["search"] }),
  };
  const ask = async (method: "GET" | "POST" | "DELETE", url: string, payload?: object, who = "anna") => {
    const headers = { authorization: `Bearer ${keys[who]}` };
    const response = await app.inject({ method, url, headers, ...(payload && { payload }) });
    return { status: response.statusCode, headers: response.headers, json: response.json() };
  };
  const change = (kind: string, id: string, value: object, expected_version = 0) =>
    settings.changeSettings({
      ...{ kind, id, value, expected_version, actor: "test", reason: "test" },
      change_id: randomUUID(),
    } as never);
  const keyId = (who: string) => (keys[who] ?? "").split("_")[1];
  return { app, acts: acts as readonly Act[], clock, ask, change, keyId, keys };
}

export type Bookkeeping = Awaited<ReturnType<typeof bookkeeping>>;
