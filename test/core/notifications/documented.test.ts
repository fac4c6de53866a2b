import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Notification, notificationId } from "#core/notifications/notification.ts";
import { webhookBody } from "#core/notifications/webhook-body.ts";
import { ReceiverSetting, receiverRule } from "#core/settings/receiver.ts";
import { receiverSecrets } from "#runtime/config/receiver-settings.ts";

const PAGE = readFileSync("docs/alerts.md", "utf8");
const [secrets = "", message = ""] = [...PAGE.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => text);

test("the page's message is what is sent for such an alert", () => {
  const shown = JSON.parse(message);
  const { alert_id: id, kind, episode, labels, details, receiver } = shown.data;
  const { first_seen: firstSeen, last_seen: lastSeen, fired_at: firedAt } = shown.data;
  const notification: Notification = {
    ...{ id: notificationId({ id, episode }, "firing", receiver), receiver, transition: "firing" },
    alert: {
      ...{ id, kind, episode, labels, details, state: "firing", receivers: [receiver] },
      ...{ firstSeen, lastSeen, firedAt, changedAt: firedAt, resolvedAt: null },
    },
  };
  expect(webhookBody(notification)).toEqual(shown);
  expect(Object.keys(webhookBody(notification) as object)).toEqual(Object.keys(shown));
});

test("the page's secrets and the example's receivers can be used", () => {
  expect(receiverSecrets.parse(secrets).size).toBe(3);
  const receivers = JSON.parse(readFileSync("examples/alerts/receivers.json", "utf8")) as unknown[];
  for (const receiver of receivers) {
    const read = ReceiverSetting.parse(receiver);
    expect(receiverRule(new Map(), read)).toBeNull();
  }
  const types = receivers.map((receiver) => (receiver as { type: string }).type);
  expect(new Set(types).size).toBe(6);
});

test("an id follows from the alert, its episode, what is told and whom, and from nothing else", () => {
  const about = { id: "a", episode: 1 };
  const ids = [
    notificationId(about, "firing", "x"),
    notificationId(about, "ended", "x"),
    notificationId(about, "firing", "y"),
    notificationId({ ...about, episode: 2 }, "firing", "x"),
    notificationId({ ...about, id: "b" }, "firing", "x"),
  ];
  expect(new Set(ids).size).toBe(5);
  expect(notificationId({ ...about }, "firing", "x")).toBe(ids[0]);
});
