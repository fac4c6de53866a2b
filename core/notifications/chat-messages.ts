import { type Notification, toldState } from "#core/notifications/notification.ts";
import { linesOf, severityOf, titleOf } from "#core/notifications/wording.ts";

/** Slack takes at most 3,000 signs in a text of a block. */
const SLACK_TEXT_MAX = 2900;

/** A message for an incoming webhook of Slack. The plain text is what notifications and screen readers show. */
export function slackMessage(notification: Notification): unknown {
  const title = titleOf(notification);
  const lines = linesOf(notification).map(([name, value]) => `*${slackText(name)}:* ${slackText(value)}`);
  return {
    text: slackText(title),
    blocks: [
      {
        type: "section",
        text: { type: "mrkdwn", text: `${SIGNS[signOf(notification)]} *${slackText(title)}*` },
      },
      { type: "section", text: { type: "mrkdwn", text: fitting(lines) } },
    ],
  };
}

/** A message for a workflow of Microsoft Teams ("When a Teams webhook request is received"): one adaptive card. */
export function teamsMessage(notification: Notification): unknown {
  return {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          msteams: { width: "Full" },
          body: [
            {
              type: "TextBlock",
              text: markdownText(titleOf(notification)),
              weight: "bolder",
              size: "medium",
              wrap: true,
              color: { bad: "attention", over: "good", plain: "default" }[signOf(notification)],
            },
            {
              type: "FactSet",
              facts: linesOf(notification).map(([title, value]) => ({ title, value: markdownText(value) })),
            },
          ],
        },
      },
    ],
  };
}

const SIGNS = { bad: ":red_circle:", over: ":large_green_circle:", plain: ":large_blue_circle:" } as const;

function signOf(notification: Notification): keyof typeof SIGNS {
  if (toldState(notification) !== "firing") return "over";
  return severityOf(notification.alert) === "info" ? "plain" : "bad";
}

function fitting(lines: readonly string[]): string {
  let text = "";
  for (const line of lines) {
    if (text.length + line.length > SLACK_TEXT_MAX) return `${text}…`;
    text += `${line}\n`;
  }
  return text === "" ? "-" : text;
}

/** The three signs that Slack reads as more than themselves: no name that a client makes up calls a whole channel. */
function slackText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Cards render some Markdown: links and emphasis that a client makes up are shown and not followed. */
function markdownText(text: string): string {
  return text.replaceAll(/[\\[\]()*_`#<>!|]/g, (sign) => `\\${sign}`);
}
