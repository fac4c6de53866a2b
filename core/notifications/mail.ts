import type { Notification } from "#core/notifications/notification.ts";
import { linesOf, titleOf } from "#core/notifications/wording.ts";

/** Subject and text of a mail; plain, so that nothing in it is markup. */
export function mailOf(notification: Notification): { readonly subject: string; readonly text: string } {
  const title = titleOf(notification);
  const lines = linesOf(notification).map(([name, value]) => `${name}: ${value}`);
  const { alert, receiver, id } = notification;
  return {
    subject: `spendtrail: ${title}`.slice(0, 250),
    text: [
      ...[title, "", ...lines, ""],
      `Alert ${alert.id}, episode ${alert.episode}; told to ${receiver} as notification ${id}.`,
      "",
    ].join("\n"),
  };
}
