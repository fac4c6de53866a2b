import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  askAgain,
  deliveriesLeader,
  ended,
  firing,
  recordOf,
  SECRETS,
  setReceiver,
  write,
} from "#test/jobs/deliveries/deliveries-kit.ts";
import { type ReceiverServer, startReceiver } from "#test/jobs/deliveries/receiver-server.ts";
import { type Ground, makeGround } from "#test/support/pipeline.ts";

let ground: Ground;
let server: ReceiverServer;
let name: string;
let count = 0;
beforeAll(async () => {
  ground = await makeGround({ partitions: 1, prices: false });
}, 60_000);
afterAll(() => ground.close());
beforeEach(async () => {
  server = await startReceiver();
  count += 1;
  name = `receiver-${count}`;
});
afterEach(() => server.close());

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const webhook = (more: object = {}) => ({ type: "webhook", url: server.url, secrets: ["new"], ...more });
const leaderOf = (more: Parameters<typeof deliveriesLeader>[1] = {}) =>
  deliveriesLeader(ground, { allow: server.allow, ...more });
const types = () => server.heard.map(({ json }) => json.type);
const ids = () => server.heard.map(({ headers }) => headers["webhook-id"]);

describe("a webhook", () => {
  test("hears once that an alert fires and once that it is over, signed, whoever leads", async () => {
    await setReceiver(ground, name, webhook());
    const alert = firing([name]);
    await write(ground, [alert]);
    const leader = leaderOf();
    await leader.round();
    await leader.round();
    await leaderOf().round();
    expect(types()).toEqual(["alert.firing"]);
    const [first] = server.heard;
    const verified = new Webhook(SECRETS.new).verify(
      first?.body ?? "",
      first?.headers as Record<string, string>,
    );
    expect(verified).toEqual({
      type: "alert.firing",
      timestamp: alert.firedAt,
      data: {
        ...{ alert_id: alert.id, episode: 1, kind: "budget_actual", state: "firing", severity: "warning" },
        title: `A budget's threshold is passed: budget ${alert.labels["budget"]}, threshold 80`,
        ...{ labels: alert.labels, details: alert.details, receiver: name },
        ...{ first_seen: alert.firstSeen, last_seen: alert.lastSeen, fired_at: alert.firedAt },
        resolved_at: null,
      },
    });
    await write(ground, [ended(alert)]);
    await leaderOf().round();
    await leader.round();
    expect(types()).toEqual(["alert.firing", "alert.resolved"]);
    expect(new Set(ids()).size).toBe(2);
    expect(await recordOf(ground, name)).toMatchObject([
      { transition: "firing", state: "sent", attempts: 1, status: 204 },
      { transition: "ended", state: "sent", attempts: 1, status: 204 },
    ]);
    const told = await leader.metrics();
    expect(told).toContain(`alert_notifications_tries_total{receiver="${name}",outcome="sent"} 1`);
  });

  test("another episode is another notification", async () => {
    await setReceiver(ground, name, webhook());
    const alert = firing([name]);
    const again = { ...alert, episode: 2 };
    await write(ground, [ended(alert), again]);
    await leaderOf().round();
    expect(types().sort()).toEqual(["alert.firing", "alert.firing", "alert.resolved"]);
    expect(new Set(ids()).size).toBe(3);
  });

  test("while its secret is rotated, both verify", async () => {
    await setReceiver(ground, name, webhook({ secrets: ["new", "old"] }));
    await write(ground, [firing([name])]);
    await leaderOf().round();
    const [first] = server.heard;
    expect(first?.headers["webhook-signature"]).toMatch(/^v1,\S+ v1,\S+$/);
    for (const secret of [SECRETS.new, SECRETS.old]) {
      const verify = () =>
        new Webhook(secret).verify(first?.body ?? "", first?.headers as Record<string, string>);
      expect(verify).not.toThrow();
    }
    const other = new Webhook(`whsec_${Buffer.alloc(32, 1).toString("base64")}`);
    expect(() => other.verify(first?.body ?? "", first?.headers as Record<string, string>)).toThrow();
  });

  test("hears nothing of notes, of what names nobody, and of ends that it does not want", async () => {
    await setReceiver(ground, name, webhook({ send_resolved: false }));
    const [over, noted] = [firing([name]), firing([name])];
    await write(ground, [over, { ...noted, state: "noted" }, firing([])]);
    const leader = leaderOf();
    await leader.round();
    await write(ground, [ended(over, "superseded")]);
    await leader.round();
    expect(types()).toEqual(["alert.firing"]);
    expect((await recordOf(ground, name)).map(({ state }) => state)).toEqual(["sent", "skipped"]);
  });

  test("what was superseded is told so", async () => {
    await setReceiver(ground, name, webhook());
    await write(ground, [ended(firing([name]), "superseded")]);
    await leaderOf().round();
    expect(types()).toEqual(["alert.firing", "alert.superseded"]);
  });

  test("is told of its alerts within half a second of a wake", async () => {
    await setReceiver(ground, name, webhook());
    const leader = leaderOf({ roundMs: 60_000 });
    const running = leader.job.run(leader.ending.signal).catch(() => undefined);
    await expect.poll(async () => leader.metrics()).toContain("alert_notifications_pending 0");
    const alert = firing([name]);
    await write(ground, [alert]);
    const wokenMs = Date.now();
    leader.job.wake();
    const [first] = await server.until(1);
    expect((first?.atMs ?? 0) - wokenMs).toBeLessThan(500);
    await expect.poll(async () => (await recordOf(ground, name)).length).toBe(1);
    leader.ending.abort();
    await running;
  });
});

describe("what a receiver does not take", () => {
  test("is tried on the standard's schedule with one id, then given up, on record, and replayed", async () => {
    await setReceiver(ground, name, webhook());
    const alert = firing([name]);
    await write(ground, [alert]);
    server.answers.push(...Array(10).fill(500));
    const leader = leaderOf();
    const waits = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR];
    let ahead = 0;
    for (const [at, wait] of [...waits, 24 * HOUR].entries()) {
      await leader.round(ahead);
      expect(server.heard).toHaveLength(at + 1);
      const [row] = await recordOf(ground, name);
      expect(row).toMatchObject({
        state: "pending",
        attempts: at + 1,
        status: 500,
        code: "RECEIVER_REFUSED",
      });
      expect(row?.next_in_s).toBe(wait / SECOND);
      // Not before its time, also by a leader who knows nothing.
      await leader.round(ahead + wait - 2 * SECOND);
      expect(server.heard).toHaveLength(at + 1);
      ahead += wait + 2 * SECOND;
    }
    expect(await leader.metrics()).toContain("alert_notifications_pending 1");
    await leader.round(ahead);
    const [row] = await recordOf(ground, name);
    expect(row).toMatchObject({ state: "dead", attempts: 10, next_in_s: null });
    expect(row?.message).not.toContain("a-secret-path");
    expect(leader.acts).toMatchObject([
      {
        act: "alert.undelivered",
        actor: `receiver:${name}`,
        detail: { attempts: 10, code: "RECEIVER_REFUSED" },
      },
    ]);
    expect(await leader.metrics()).toContain("alert_notifications_dead 1");

    // Nobody hears the end of what they were never told, until that is replayed.
    await write(ground, [ended(alert)]);
    // Its clock is days ahead of the alert's, so only the look through everything finds that.
    ahead += 6 * MINUTE;
    await leader.round(ahead);
    expect((await recordOf(ground, name)).map(({ state }) => state)).toEqual(["dead", "skipped"]);
    await askAgain(ground, row?.delivery_id ?? "");
    await leader.round(ahead);
    expect((await recordOf(ground, name)).map(({ state }) => state)).toEqual(["sent", "sent"]);
    expect(types().slice(9)).toEqual(["alert.firing", "alert.firing", "alert.resolved"]);
    expect(new Set(ids()).size).toBe(2);
    expect(await leader.metrics()).toContain("alert_notifications_dead 0");
    // Once a request, and by no later leader again.
    await leaderOf().round();
    expect(server.heard).toHaveLength(12);
  });

  test("waits as long as the receiver asks for", async () => {
    await setReceiver(ground, name, webhook());
    await write(ground, [firing([name])]);
    server.answers.push({ status: 429, headers: { "retry-after": "90" } });
    const leader = leaderOf();
    await leader.round();
    expect(await recordOf(ground, name)).toMatchObject([{ state: "pending", status: 429, next_in_s: 90 }]);
    await leader.round(60 * SECOND);
    expect(server.heard).toHaveLength(1);
    await leader.round(91 * SECOND);
    expect(await recordOf(ground, name)).toMatchObject([{ state: "sent", attempts: 2 }]);
  });

  test("a redirect is a failure that says so, and nobody follows it", async () => {
    await setReceiver(ground, name, webhook());
    await write(ground, [firing([name])]);
    server.answers.push({ status: 308, headers: { location: "http://169.254.169.254/" } });
    await leaderOf().round();
    expect(await recordOf(ground, name)).toMatchObject([
      { state: "pending", status: 308, code: "RECEIVER_REDIRECTS" },
    ]);
  });

  test("410 ends it: no try more for this or another alert, by any leader, until it is set anew", async () => {
    await setReceiver(ground, name, webhook());
    const alert = firing([name]);
    await write(ground, [alert]);
    server.answers.push(410);
    await leaderOf().round();
    await write(ground, [firing([name])]);
    await leaderOf().round();
    expect(server.heard).toHaveLength(1);
    const rows = await recordOf(ground, name);
    expect(rows).toMatchObject([
      { state: "dead", attempts: 1, code: "RECEIVER_GONE" },
      { state: "dead", attempts: 0, code: "RECEIVER_DISABLED" },
    ]);
    // A replay before that finds the same.
    await askAgain(ground, rows[0]?.delivery_id ?? "");
    await leaderOf().round();
    expect((await recordOf(ground, name))[0]).toMatchObject({ state: "dead", code: "RECEIVER_DISABLED" });
    await setReceiver(ground, name, webhook({ note: "mended" }));
    for (const { delivery_id } of rows) await askAgain(ground, delivery_id);
    const leader = leaderOf();
    await leader.round();
    await write(ground, [firing([name])]);
    await leader.round();
    expect((await recordOf(ground, name)).map(({ state }) => state)).toEqual(["sent", "sent", "sent"]);
  });

  test("no receiver of the name, no secret of the name, a secret that is none, a place that is not allowed", async () => {
    await setReceiver(ground, `${name}-a`, webhook({ secrets: ["unknown"] }));
    await setReceiver(ground, `${name}-b`, webhook({ secrets: ["spoilt"] }));
    await setReceiver(ground, `${name}-c`, webhook({ url: "https://169.254.169.254/latest" }));
    await setReceiver(ground, `${name}-d`, { type: "email", to: ["a@example.com"] });
    await write(ground, [firing(["a", "b", "c", "d", "e"].map((part) => `${name}-${part}`))]);
    await leaderOf({ secrets: { spoilt: "whsec_short" } }).round();
    const codes = await Promise.all(
      ["a", "b", "c", "d", "e"].map(async (part) => {
        const [row] = await recordOf(ground, `${name}-${part}`);
        return `${row?.state} ${row?.code}`;
      }),
    );
    expect(codes).toEqual([
      "pending RECEIVER_SECRET_UNKNOWN",
      "pending RECEIVER_SECRET_INVALID",
      "pending RECEIVER_PLACE_REFUSED",
      "pending RECEIVER_SMTP_UNSET",
      "dead RECEIVER_UNKNOWN",
    ]);
    expect(server.heard).toHaveLength(0);
  });
});
