import { failure } from "#core/failure.ts";
import { alertmanagerAlert, alertmanagerWebhook } from "#core/notifications/alertmanager-body.ts";
import { slackMessage, teamsMessage } from "#core/notifications/chat-messages.ts";
import type { Notification } from "#core/notifications/notification.ts";
import { pagerDutyEvent } from "#core/notifications/pagerduty-event.ts";
import { webhookBody } from "#core/notifications/webhook-body.ts";
import type { ReceiverOf, ReceiverSetting } from "#core/settings/receiver.ts";
import { signWebhook } from "#jobs/exports/sign-webhook.ts";
import type { Post } from "#runtime/outbound/guarded-post.ts";

export type PostedReceiver = Exclude<ReceiverSetting, { type: "email" }>;
export type Secrets = ReadonlyMap<string, string>;

/**
 * What is sent to a receiver that is told over HTTP.
 *
 * @throws failures RECEIVER_SECRET_UNKNOWN, RECEIVER_SECRET_INVALID
 */
export function postOf(
  receiver: PostedReceiver,
  notification: Notification,
  secrets: Secrets,
  nowMs: number,
): Post {
  switch (receiver.type) {
    case "webhook":
      return webhookPost(receiver, notification, secrets, nowMs);
    case "alertmanager":
      return alertmanagerPost(receiver, [notification], secrets, nowMs);
    case "pagerduty": {
      const key = secretOf(receiver, receiver.routing_key_secret, secrets);
      return json(receiver.url, pagerDutyEvent(notification, key));
    }
    case "slack":
      return json(secretOf(receiver, receiver.url_secret, secrets), slackMessage(notification));
    case "teams":
      return json(secretOf(receiver, receiver.url_secret, secrets), teamsMessage(notification));
    default:
      return receiver satisfies never;
  }
}

/** Several at once, for those that are told again and again while they fire. */
export function alertmanagerPost(
  receiver: ReceiverOf<"alertmanager">,
  notifications: readonly Notification[],
  secrets: Secrets,
  nowMs: number,
): Post {
  const base = urlOf(receiver, secrets);
  const url = URL.parse(base);
  if (url === null) throw invalid(receiver, receiver.url_secret ?? "", "is no address");
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/api/v2/alerts`;
  const alerts = notifications.map((notification) => alertmanagerAlert(notification, nowMs));
  return json(url.href, alerts, authorization(receiver, secrets));
}

function webhookPost(
  receiver: ReceiverOf<"webhook">,
  notification: Notification,
  secrets: Secrets,
  nowMs: number,
): Post {
  const isOurs = receiver.body === "spendtrail";
  const post = json(
    urlOf(receiver, secrets),
    isOurs ? webhookBody(notification) : alertmanagerWebhook(notification),
    authorization(receiver, secrets),
  );
  const keys = receiver.secrets.map((name) => {
    const secret = secretOf(receiver, name, secrets);
    if (!isSigningSecret(secret)) throw invalid(receiver, name, "is not whsec_ and 24 to 64 bytes in base64");
    return secret;
  });
  if (keys.length === 0) return post;
  const signed = signWebhook({ id: notification.id, body: post.body }, keys, nowMs);
  return { ...post, headers: { ...post.headers, ...signed } };
}

/** https://www.standardwebhooks.com: 24 to 64 random bytes in base64. */
function isSigningSecret(secret: string): boolean {
  if (!/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/.test(secret)) return false;
  const { length } = Buffer.from(secret.slice("whsec_".length), "base64");
  return length >= 24 && length <= 64;
}

function json(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Post {
  return { url, headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
}

function urlOf(receiver: ReceiverOf<"webhook" | "alertmanager">, secrets: Secrets): string {
  return receiver.url ?? secretOf(receiver, receiver.url_secret ?? "", secrets);
}

function authorization(
  receiver: ReceiverOf<"webhook" | "alertmanager">,
  secrets: Secrets,
): Record<string, string> {
  const name = receiver.authorization_secret;
  return name === null ? {} : { authorization: secretOf(receiver, name, secrets) };
}

function secretOf(receiver: PostedReceiver, name: string, secrets: Secrets): string {
  const secret = secrets.get(name);
  if (secret === undefined) throw failure("RECEIVER_SECRET_UNKNOWN", { receiver: receiver.id, secret: name });
  return secret;
}

function invalid(receiver: PostedReceiver, secret: string, fault: string): Error {
  return failure("RECEIVER_SECRET_INVALID", { receiver: receiver.id, secret, fault });
}
