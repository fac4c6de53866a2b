import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alertId } from "#core/alert.ts";
import type { Delivery } from "#core/notifications/delivery.ts";
import { notificationId } from "#core/notifications/notification.ts";
import { writeDeliveries } from "#jobs/deliveries/write-deliveries.ts";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";

const YEAR = 1960;
const time = (minute: number) => `${YEAR}-05-05T10:0${minute}:00.000Z`;
const RECEIVER = "routes-test";
const NOWHERE = "f".repeat(32);

let store: Store;
let api: TestApi;
let admin: string;
let finance: string;

const delivery = (budget: string, more: Partial<Delivery> = {}): Delivery => {
  const about = { id: alertId("budget_actual", { budget: `routes-${budget}` }), episode: 1 };
  const transition = more.transition ?? "firing";
  return {
    id: notificationId(about, transition, RECEIVER),
    ...{ alertId: about.id, episode: 1, kind: "budget_actual", transition, receiver: RECEIVER },
    ...{ receiverVersion: 1, state: "sent", attempts: 1, status: 204, failure: null, replays: 0 },
    ...{ createdAt: time(1), changedAt: time(1), nextTryAt: null, sentAt: time(1), revision: 1 },
    ...more,
  };
};
const DEAD = delivery("dead", {
  ...{ state: "dead", status: 500, createdAt: time(2), sentAt: null },
  failure: { code: "RECEIVER_REFUSED", message: "https://example.com answered 500." },
});

beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  [admin, finance] = [await api.key({ role: "admin" }), await api.key({ role: "finance" })];
  await writeDeliveries(store.admin, [delivery("a"), delivery("b"), DEAD]);
});
afterAll(() => store.close());

const listed = async (query: string) =>
  (await api.get(`/v1/alerts/deliveries?receiver=${RECEIVER}&${query}`, finance)).json;
async function replay(id: string, token = admin, body: object = { reason: "mended" }) {
  const answer = await api.app.inject({
    ...{ method: "POST", url: `/v1/alerts/deliveries/${id}/replay`, payload: body },
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: answer.statusCode, json: answer.json() };
}

describe("notifications on record", () => {
  test("are listed newest first, page by page, and by their state", async () => {
    const first = await listed("limit=2");
    const second = await listed(`limit=2&cursor=${encodeURIComponent(first.next_cursor)}`);
    expect(second.next_cursor).toBeNull();
    const all = [...first.deliveries, ...second.deliveries];
    expect(all.map(({ state }: { state: string }) => state)).toEqual(["dead", "sent", "sent"]);
    expect(new Set(all.map(({ delivery_id }) => delivery_id)).size).toBe(3);
    expect((await listed("state=dead")).deliveries).toEqual([
      {
        ...{ delivery_id: DEAD.id, alert_id: DEAD.alertId, episode: 1, kind: "budget_actual" },
        ...{ transition: "firing", receiver: RECEIVER, state: "dead", attempts: 1, status: 500, replays: 0 },
        ...{ code: "RECEIVER_REFUSED", message: "https://example.com answered 500." },
        ...{ created_at: time(2), changed_at: time(1), next_try_at: null, sent_at: null },
      },
    ]);
    expect((await listed("state=pending&state=skipped")).deliveries).toEqual([]);
  });

  test.each(["state=lost", "receiver=A", "receiver=", "limit=0", "limit=501", "cursor=abc", "sort=up"])(
    "%s is refused",
    async (query) => {
      expect((await api.get(`/v1/alerts/deliveries?${query}`, finance)).status).toBe(400);
    },
  );
});

describe("a replay", () => {
  test("is a change on record that the jobs find, and each is counted", async () => {
    for (const version of [1, 2]) {
      const { status, json } = await replay(DEAD.id);
      expect(status).toBe(202);
      expect(json).toMatchObject({ delivery_id: DEAD.id, replay: version });
    }
    expect(api.acts.filter(({ act }) => act === "alert.replayed")).toMatchObject([
      { subject: DEAD.id, detail: { receiver: RECEIVER, transition: "firing", reason: "mended" } },
      { subject: DEAD.id },
    ]);
  });

  test("is only of what was given up, and only by an admin", async () => {
    expect(await replay(delivery("a").id)).toMatchObject({
      status: 409,
      json: { code: "DELIVERY_NOT_DEAD" },
    });
    expect(await replay(NOWHERE)).toMatchObject({ status: 404, json: { code: "DELIVERY_UNKNOWN" } });
    expect(await replay("x")).toMatchObject({ status: 400 });
    expect(await replay(DEAD.id, admin, {})).toMatchObject({ status: 400 });
    expect(await replay(DEAD.id, finance)).toMatchObject({ status: 403 });
  });
});
