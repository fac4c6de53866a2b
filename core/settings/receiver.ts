import { z } from "zod";
import { Text } from "#core/event-data.ts";

/** Names of receivers: they stand in budgets, metrics and addresses. */
export const ReceiverName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);

/** The name under which a program is given a secret; the secret itself is never in a setting. */
export const SecretName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/);

/** https, or http where the operator allows the host; whether it may be reached is asked at each sending. */
const Address = z
  .string()
  .max(2000)
  .refine((text) => {
    const url = URL.parse(text);
    return (
      url !== null &&
      /^https?:$/.test(url.protocol) &&
      url.username === "" &&
      url.password === "" &&
      url.hash === ""
    );
  }, "must be an http or https URL without a user and a fragment");

/** A plain address and no list or display name: what could add receivers or headers is refused. */
const Mailbox = z
  .string()
  .max(254)
  .regex(/^[^\s,;<>"@\p{Cc}]+@[A-Za-z0-9.-]+$/u, "is no plain e-mail address");

const common = {
  id: ReceiverName,
  is_default: z
    .boolean()
    .default(false)
    .describe("Gets what names no receivers of its own: budgets without any, and alerts of the system."),
  send_resolved: z.boolean().default(true).describe("Whether it is told when an alert is over."),
  note: Text.nullable().default(null),
};
const place = {
  url: Address.nullable().default(null).describe("Where it is …"),
  url_secret: SecretName.nullable()
    .default(null)
    .describe("… or the name of the secret that holds the address."),
  authorization_secret: SecretName.nullable()
    .default(null)
    .describe("Name of the secret that is sent as the header `authorization`, such as `Bearer …`."),
};

const Webhook = z.strictObject({
  ...common,
  type: z.literal("webhook"),
  ...place,
  body: z
    .enum(["spendtrail", "alertmanager"])
    .default("spendtrail")
    .describe("`spendtrail`: our own. `alertmanager`: version 4 of Alertmanager's, for tools that take it."),
  secrets: z
    .array(SecretName)
    .max(5)
    .default([])
    .describe("Names of the `whsec_` secrets to sign with, the newest first: one signature each."),
});
const Alertmanager = z.strictObject({
  ...common,
  type: z.literal("alertmanager"),
  ...place,
});
const PagerDuty = z.strictObject({
  ...common,
  type: z.literal("pagerduty"),
  routing_key_secret: SecretName.describe("Name of the secret that holds the integration's routing key."),
  url: Address.default("https://events.pagerduty.com/v2/enqueue").describe(
    "Of the Events API v2; in the EU service region `https://events.eu.pagerduty.com/v2/enqueue`.",
  ),
});
const Slack = z.strictObject({
  ...common,
  type: z.literal("slack"),
  url_secret: SecretName.describe("Name of the secret that holds the address of the incoming webhook."),
});
const Teams = z.strictObject({
  ...common,
  type: z.literal("teams"),
  url_secret: SecretName.describe("Name of the secret that holds the address of the workflow."),
});
const Email = z.strictObject({
  ...common,
  type: z.literal("email"),
  to: z.array(Mailbox).min(1).max(50),
});

/** Where alerts go. Settings are kept for ever and hold no secrets: those are named, and each program has them. */
export const ReceiverSetting = z.discriminatedUnion("type", [
  Webhook,
  Alertmanager,
  PagerDuty,
  Slack,
  Teams,
  Email,
]);
export type ReceiverSetting = z.infer<typeof ReceiverSetting>;
export type ReceiverType = ReceiverSetting["type"];
export type ReceiverOf<Type extends ReceiverType> = Extract<ReceiverSetting, { type: Type }>;

export const RECEIVERS_MAX = 1000;

/** Why a receiver must not become this; null when it may. Whether its secrets are there is asked when it is told. */
export function receiverRule(
  receivers: ReadonlyMap<string, { readonly value: ReceiverSetting }>,
  value: ReceiverSetting | null,
): string | null {
  if (value === null) return null;
  const { id, type } = value;
  if (!receivers.has(id) && receivers.size >= RECEIVERS_MAX)
    return `there are ${RECEIVERS_MAX} receivers, which is the most; remove one first`;
  if (type !== "webhook" && type !== "alertmanager") return null;
  if ((value.url === null) === (value.url_secret === null))
    return `receiver ${id} needs either url or url_secret`;
  if (type === "alertmanager") return null;
  if (new Set(value.secrets).size < value.secrets.length) return `receiver ${id} names a secret twice`;
  if (value.body === "spendtrail" && value.secrets.length === 0)
    return `receiver ${id} names no secret to sign with; only body alertmanager goes without`;
  return null;
}

/** Who hears of what names no receivers of its own, in the order of their names. */
export function defaultReceivers(
  receivers: Iterable<{ readonly value: ReceiverSetting }>,
): readonly string[] {
  return [...receivers]
    .filter(({ value }) => value.is_default)
    .map(({ value }) => value.id)
    .sort();
}
