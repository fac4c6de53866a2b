import { Failure, failure } from "#core/failure.ts";
import { mailOf } from "#core/notifications/mail.ts";
import type { Notification } from "#core/notifications/notification.ts";
import type { ReceiverSetting } from "#core/settings/receiver.ts";
import { postOf, type Secrets } from "#jobs/deliveries/post-of.ts";
import { notTold, type Told } from "#jobs/deliveries/told.ts";
import type { GuardedPost, Post } from "#runtime/outbound/guarded-post.ts";

/** Hands a mail to the mail server and says whose addresses it would not take; throws where it took none. */
export type SendMail = (mail: {
  readonly id: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}) => Promise<readonly string[]>;

export interface TellDeps {
  readonly post: GuardedPost;
  readonly secrets: Secrets;
  /** null: no mail server is configured. */
  readonly sendMail: SendMail | null;
  readonly clock: () => Date;
}

/**
 * Tells a receiver something once. What goes wrong is a value, in words without secrets; only a broken off call throws.
 * Anything from 200 to 299 is a receipt.
 */
export async function tell(
  receiver: ReceiverSetting,
  notification: Notification,
  deps: TellDeps,
  signal: AbortSignal,
): Promise<Told> {
  try {
    if (receiver.type === "email") return await tellByMail(receiver, notification, deps);
    const post = postOf(receiver, notification, deps.secrets, deps.clock().getTime());
    return await tellByPost(post, deps.post, signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof Failure)) throw error;
    return notTold(error);
  }
}

/** Sends what was made of one notification, or of several, and reads the answer. @throws as the guarded post */
export async function tellByPost(post: Post, send: GuardedPost, signal: AbortSignal): Promise<Told> {
  const { status, retryAfterMs, excerpt } = await send(post, signal);
  if (status >= 200 && status <= 299) return { ok: true, status, excerpt, refused: "" };
  const place = new URL(post.url).origin;
  return { ok: false, status, excerpt, retryAfterMs, failure: failure(codeOf(status), { place, status }) };
}

function codeOf(status: number): "RECEIVER_REDIRECTS" | "RECEIVER_GONE" | "RECEIVER_REFUSED" {
  if (status >= 300 && status <= 399) return "RECEIVER_REDIRECTS";
  return status === 410 ? "RECEIVER_GONE" : "RECEIVER_REFUSED";
}

async function tellByMail(
  receiver: Extract<ReceiverSetting, { type: "email" }>,
  notification: Notification,
  { sendMail }: TellDeps,
): Promise<Told> {
  if (sendMail === null) throw failure("RECEIVER_SMTP_UNSET", { receiver: receiver.id });
  const mail = { id: notification.id, to: receiver.to, ...mailOf(notification) };
  const refused = await sendMail(mail).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = message || code || "no reason";
    throw failure("RECEIVER_UNREACHABLE", { place: "the mail server", reason }, error);
  });
  return { ok: true, status: 0, excerpt: "", refused: refused.join(", ") };
}
