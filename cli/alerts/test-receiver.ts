import { randomBytes } from "node:crypto";
import { tellingOf } from "#cli/alerts/telling.ts";
import { type CommonOptions, configOf, screenOf } from "#cli/common-options.ts";
import { readSetting } from "#cli/settings-over-http.ts";
import { failure } from "#core/failure.ts";
import { notificationId, type ToldAlert } from "#core/notifications/notification.ts";
import { ReceiverSetting } from "#core/settings/receiver.ts";
import { tell } from "#jobs/deliveries/tell.ts";

/** Of an answer so much is shown. */
const EXCERPT_MAX = 500;

/**
 * Tells a receiver something from here, as the jobs would: the same messages, the same rules of where they may go, with
 * the secrets of this program's configuration.
 */
export async function testReceiver(id: string, options: CommonOptions & { url?: string }): Promise<void> {
  const config = configOf(options, "alerts");
  const stored = await readSetting("receiver", id, options.url);
  if (stored === null)
    throw failure("OPTION_INVALID", {
      option: "<receiver>",
      value: id,
      accepts: "the name of a receiver; see `spendtrail receivers list`",
    });
  const receiver = ReceiverSetting.parse(stored.value);
  const alert = testAlert(new Date().toISOString(), id);
  const notification = {
    ...{ id: notificationId(alert, "firing", id), receiver: id, transition: "firing" as const },
    alert,
  };
  const told = await tell(receiver, notification, tellingOf(config), new AbortController().signal);
  const excerpt = told.excerpt.replaceAll(/\p{Cc}+/gu, " ").slice(0, EXCERPT_MAX);
  const screen = screenOf(options);
  if (!told.ok) {
    if (excerpt !== "") screen.say(`It said: ${excerpt}`);
    throw told.failure;
  }
  const { status, refused } = told;
  const answer = status === 0 ? "The mail server took it." : `It answered ${status}.`;
  screen.answer({ receiver: id, notification: notification.id, status, refused, answer: excerpt }, [
    `Receiver ${id} was told. ${answer}`,
    ...(excerpt === "" ? [] : [`It said: ${excerpt}`]),
    ...(refused === "" ? [] : [`It would not take it for ${refused}.`]),
  ]);
}

/** Another one each time, so that no receiver takes it for what it has heard. An Alertmanager lets it end by itself. */
function testAlert(now: string, receiver: string): ToldAlert {
  return {
    ...{ id: randomBytes(16).toString("hex"), kind: "test", episode: 1, state: "firing" },
    ...{ labels: { receiver }, details: { about: "Sent by `spendtrail alerts test`; nothing is wrong." } },
    ...{ receivers: [receiver], firstSeen: now, lastSeen: now, firedAt: now, changedAt: now },
    resolvedAt: null,
  };
}
