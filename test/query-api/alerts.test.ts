import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Alert, alertId } from "#core/alert.ts";
import { writeAlerts } from "#jobs/alerts/write-alerts.ts";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";

const YEAR = 1976;
const time = (minute: number) => `${YEAR}-05-05T10:0${minute}:00.000Z`;

let store: Store;
let api: TestApi;
let finance: string;

const alert = (model: string, more: Partial<Alert> = {}): Alert => {
  const labels = { platform: "alerts-test", model };
  return {
    id: alertId("unpriced_model", labels),
    kind: "unpriced_model",
    labels,
    details: { notes: "no_price", sources: "gw" },
    receivers: [],
    firstSeen: time(0),
    lastSeen: time(1),
    episode: 1,
    state: "firing",
    firedAt: time(2),
    changedAt: time(2),
    resolvedAt: null,
    revision: 1,
    ...more,
  };
};
const RESOLVED = { state: "resolved", changedAt: time(4), resolvedAt: time(4), revision: 2 } as const;

beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  finance = await api.key({ role: "finance" });
  await writeAlerts(store.admin, [alert("a"), alert("b"), alert("c", { firedAt: time(3) })]);
  await writeAlerts(store.admin, [alert("b", RESOLVED)]);
  await writeAlerts(store.admin, [alert("b", { episode: 2, firedAt: time(5), changedAt: time(5) })]);
});
afterAll(() => store.close());

async function listed(
  query: string,
): Promise<{ alerts: Record<string, unknown>[]; next_cursor: string | null }> {
  const { status, json } = await api.get(`/v1/alerts?${query}`, finance);
  expect(status).toBe(200);
  return json;
}
const ours = (alerts: Record<string, unknown>[]) =>
  alerts
    .filter(({ labels }) => (labels as Record<string, string>)["platform"] === "alerts-test")
    .map(({ labels, episode, state }) => [(labels as Record<string, string>)["model"], episode, state]);

describe("alerts on record", () => {
  test("are listed newest first, each episode as it is now", async () => {
    const { alerts } = await listed("kind=unpriced_model&limit=500");
    const [newest, second, ...others] = ours(alerts);
    expect([newest, second]).toEqual([
      ["b", 2, "firing"],
      ["c", 1, "firing"],
    ]);
    expect(others.sort()).toEqual([
      ["a", 1, "firing"],
      ["b", 1, "resolved"],
    ]);
    const resolved = await listed("state=resolved&limit=500");
    expect(resolved.alerts.find(({ alert_id: id }) => id === alert("b").id)).toEqual({
      alert_id: alert("b").id,
      episode: 1,
      kind: "unpriced_model",
      state: "resolved",
      labels: { platform: "alerts-test", model: "b" },
      details: { notes: "no_price", sources: "gw" },
      receivers: [],
      first_seen: time(0),
      last_seen: time(1),
      fired_at: time(2),
      changed_at: time(4),
      resolved_at: time(4),
    });
  });

  test("come in pages, each once", async () => {
    const all = ours((await listed("limit=500")).alerts);
    const paged: unknown[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof listed>> = await listed(
        `limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      paged.push(...ours(page.alerts));
      cursor = page.next_cursor;
    }
    expect(paged).toEqual(all);
  });

  test("are of all teams, so a viewer may not", async () => {
    const viewer = await api.key({ role: "viewer", teams: ["red"] });
    expect((await api.get("/v1/alerts", viewer)).json.code).toBe("ROLE_FORBIDDEN");
  });

  test.each(["kind=budget", "state=open", "limit=501", "cursor=x", "model=m"])(
    "%s is refused",
    async (query) => {
      expect((await api.get(`/v1/alerts?${query}`, finance)).status).toBe(400);
    },
  );
});
