import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { freePort } from "#embedded/ports.ts";
import { type Alertmanager, startAlertmanager } from "#test/alertmanager/start-alertmanager.ts";
import {
  deliveriesLeader,
  ended,
  firing,
  recordOf,
  setReceiver,
  write,
} from "#test/jobs/deliveries/deliveries-kit.ts";
import { type ReceiverServer, startReceiver } from "#test/jobs/deliveries/receiver-server.ts";
import { type Ground, makeGround } from "#test/support/pipeline.ts";

const found = inject("alertmanager");
const program = "path" in found ? found : null;

describe.skipIf(program === null)("a real Alertmanager", () => {
  let ground: Ground;
  let port: number;
  let alertmanager: Alertmanager;
  /** Where it forwards to, and a receiver of ours that is told in the same form. */
  let hook: ReceiverServer;
  let ours: ReceiverServer;
  beforeAll(async () => {
    ground = await makeGround({ partitions: 1, prices: false });
    [hook, ours, port] = [await startReceiver(), await startReceiver(), await freePort(0, "Alertmanager")];
    alertmanager = await startAlertmanager(installed(), port, hook.url);
    await setReceiver(ground, "prometheus", { type: "alertmanager", url: alertmanager.url });
    await setReceiver(ground, "same-form", { type: "webhook", url: ours.url, body: "alertmanager" });
  });
  afterAll(async () => {
    await alertmanager.stop();
    await Promise.all([hook.close(), ours.close()]);
    await ground.close();
  });

  const leader = () => deliveriesLeader(ground, { allow: `127.0.0.1:${port},${ours.allow}` });
  const installed = () => {
    if (program === null) throw new Error("there is none");
    return program;
  };
  interface Forwarded {
    readonly status: string;
    readonly labels: Record<string, string>;
    readonly startsAt: string;
    readonly endsAt: string;
  }
  /** The newest message about a group; the groups are kinds of alerts. */
  const newest = (alertname: string) =>
    hook.heard.map(({ json }) => json).findLast(({ groupLabels }) => groupLabels.alertname === alertname);
  const states = (alertname: string): Record<string, string> =>
    Object.fromEntries(
      ((newest(alertname)?.alerts ?? []) as Forwarded[]).map(({ labels, status }) => [
        labels["alert_id"] ?? "",
        status,
      ]),
    );

  test("takes our alerts, groups them, forwards them, and resolves them", async () => {
    const [one, two] = [firing(["prometheus"]), firing(["prometheus", "same-form"])];
    const other = firing(["prometheus"], { kind: "stale_ingest", labels: { source: "kong" } });
    await write(ground, [one, two, other]);
    await leader().round();
    const told = await recordOf(ground, "prometheus");
    expect(told.map(({ state, status }) => [state, status])).toEqual(Array(3).fill(["sent", 200]));

    const waiting = { timeout: 20_000, interval: 100 };
    await expect
      .poll(() => states("BudgetActual"), waiting)
      .toEqual({ [one.id]: "firing", [two.id]: "firing" });
    await expect.poll(() => states("StaleIngest"), waiting).toEqual({ [other.id]: "firing" });
    const forwarded: Forwarded[] = newest("BudgetActual").alerts;
    expect(forwarded.find(({ labels }) => labels["alert_id"] === one.id)).toMatchObject({
      labels: { severity: "warning", budget: one.labels["budget"], threshold: "80" },
      startsAt: one.firedAt.replace(/0+Z$/, "Z").replace(".Z", "Z"),
    });
    // It would end by itself, were it not told again.
    for (const { startsAt, endsAt } of await alertmanager.alerts()) {
      expect(Date.parse(endsAt) - Date.parse(startsAt)).toBeGreaterThan(200_000);
      expect(Date.parse(endsAt) - Date.parse(startsAt)).toBeLessThan(300_000);
    }

    // What we send in its form has the members of what it sends itself.
    const [theirs, mine] = [newest("BudgetActual"), ours.heard[0]?.json];
    expect(Object.keys(mine).sort()).toEqual(Object.keys(theirs).sort());
    expect(Object.keys(mine.alerts[0]).sort()).toEqual(Object.keys(theirs.alerts[0]).sort());
    expect(mine.alerts[0].endsAt).toBe(theirs.alerts[0].endsAt);
    expect(mine.version).toBe(theirs.version);

    const over = ended(one);
    await write(ground, [over, ended(other, "superseded")]);
    await leader().round();
    await expect
      .poll(() => states("BudgetActual"), waiting)
      .toEqual({ [one.id]: "resolved", [two.id]: "firing" });
    await expect.poll(() => states("StaleIngest"), waiting).toEqual({ [other.id]: "resolved" });
    await write(ground, [ended(two)]);
    await leader().round();
    await expect.poll(() => states("BudgetActual"), waiting).toMatchObject({ [two.id]: "resolved" });
  });

  test("that lost all it knew is told again within the minute of what fires, and of nothing else", async () => {
    const [over, lasting] = [firing(["prometheus"]), firing(["prometheus"])];
    await write(ground, [over, lasting]);
    const leading = leader();
    await leading.round();
    await write(ground, [ended(over)]);
    await leading.round();
    await alertmanager.stop();
    alertmanager = await startAlertmanager(installed(), port, hook.url);
    expect(await alertmanager.alerts()).toEqual([]);
    const before = hook.heard.length;
    await leading.round(61_000);
    await hook.until(before + 1);
    expect(states("BudgetActual")).toEqual({ [lasting.id]: "firing" });
    expect((await alertmanager.alerts()).map(({ labels }) => labels["alert_id"])).toEqual([lasting.id]);
  });
});
