import { createHmac } from "node:crypto";

/**
 * The headers of a message as https://www.standardwebhooks.com defines them: HMAC-SHA256 over id, time and body with the
 * bytes of a `whsec_` secret. The id is that of the delivery, the same at every try, so that a receiver can drop repeats.
 *
 * @param secrets a signature for each, in this order: a receiver that knows any of them can verify
 * @param atMs when it is sent, which a receiver may bound
 */
export function signWebhook(
  message: { readonly id: string; readonly body: string },
  secrets: readonly string[],
  atMs: number,
): Readonly<Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>> {
  const timestamp = String(Math.floor(atMs / 1000));
  const signed = `${message.id}.${timestamp}.${message.body}`;
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice("whsec_".length), "base64");
    return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  });
  return {
    "webhook-id": message.id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}
