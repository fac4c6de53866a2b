import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { smtpMail } from "#cli/alerts/smtp-mail.ts";
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
  name = `kind-${count}`;
});
afterEach(async () => {
  await setReceiver(ground, name, null);
  await server.close();
});

const HOSTILE = {
  team: "<!channel> *a* [b](http://c) & \u0007",
  "cost centre": "x".repeat(3000),
  "": "none",
  "9": "",
};
const leaderOf = (more: Parameters<typeof deliveriesLeader>[1] = {}) =>
  deliveriesLeader(ground, { allow: server.allow, ...more });

/** Tells a receiver that an alert fires and that it is over, and gives the alert. */
async function tellBoth(receiver: object, more: Parameters<typeof leaderOf>[0] = {}) {
  await setReceiver(ground, name, receiver);
  const alert = firing([name], { labels: { budget: `hostile-${name}`, ...HOSTILE } });
  await write(ground, [alert]);
  const leader = leaderOf(more);
  await leader.round();
  const over = ended(alert);
  await write(ground, [over]);
  await leader.round();
  return over;
}

describe("what each kind of receiver is told", () => {
  test("PagerDuty: an incident an episode, that its end resolves", async () => {
    const receiver = { type: "pagerduty", routing_key_secret: "pd", url: `${server.url}/v2/enqueue` };
    const alert = await tellBoth(receiver, { secrets: { pd: "R0UTINGKEY" } });
    const [trigger, resolve] = server.heard.map(({ json }) => json);
    const dedup_key = `${alert.id}-1`;
    expect(trigger).toMatchObject({
      ...{ routing_key: "R0UTINGKEY", event_action: "trigger", dedup_key },
      payload: {
        source: "spendtrail",
        severity: "warning",
        timestamp: alert.firedAt,
        class: "budget_actual",
      },
    });
    expect(trigger.payload.summary.length).toBeLessThanOrEqual(1024);
    expect(resolve).toEqual({ routing_key: "R0UTINGKEY", event_action: "resolve", dedup_key });
  });

  test("Slack: text in which nothing that a client makes up is a mention", async () => {
    await tellBoth({ type: "slack", url_secret: "slack" }, { secrets: { slack: server.url } });
    const [fires, over] = server.heard.map(({ json }) => json);
    expect(fires.text).toContain("A budget's threshold is passed");
    expect(JSON.stringify(fires)).not.toContain("<!channel>");
    expect(JSON.stringify(fires)).toContain("&lt;!channel&gt;");
    for (const { text } of fires.blocks) expect(text.text.length).toBeLessThanOrEqual(3000);
    expect(over.blocks[0].text.text).toMatch(/^:large_green_circle: \*Resolved: /);
  });

  test("Teams: one adaptive card for a workflow", async () => {
    await tellBoth({ type: "teams", url_secret: "teams" }, { secrets: { teams: server.url } });
    const [{ type, attachments }] = server.heard.map(({ json }) => json);
    expect(type).toBe("message");
    expect(attachments).toMatchObject([
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        content: { type: "AdaptiveCard", version: "1.4", body: [{ type: "TextBlock" }, { type: "FactSet" }] },
      },
    ]);
    const facts: { title: string; value: string }[] = attachments[0].content.body[1].facts;
    expect(facts.find(({ title }) => title === "team")?.value).toContain("\\[b\\]\\(http://c\\)");
    expect(Buffer.byteLength(server.heard[0]?.body ?? "")).toBeLessThan(28_000);
  });

  test("a webhook with the body of Alertmanager, unsigned and with an authorization of its own", async () => {
    const receiver = { type: "webhook", url: server.url, body: "alertmanager", authorization_secret: "auth" };
    const alert = await tellBoth(receiver, { secrets: { auth: "Bearer abc" } });
    const [fires, over] = server.heard;
    expect(fires?.headers).toMatchObject({ authorization: "Bearer abc", "content-type": "application/json" });
    expect(fires?.headers["webhook-signature"]).toBeUndefined();
    expect(fires?.json).toMatchObject({
      ...{ version: "4", status: "firing", receiver: name, truncatedAlerts: 0 },
      alerts: [{ status: "firing", startsAt: alert.firedAt, endsAt: "0001-01-01T00:00:00Z" }],
    });
    const [{ labels, fingerprint }] = fires?.json.alerts ?? [];
    expect(labels).toMatchObject({
      ...{ alertname: "BudgetActual", alert_id: alert.id, severity: "warning", budget: `hostile-${name}` },
      ...{ _: "none", cost_centre: expect.stringMatching(/^x{999}…$/) },
    });
    expect(Object.keys(labels).every((label) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label))).toBe(true);
    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(over?.json).toMatchObject({ status: "resolved", alerts: [{ endsAt: alert.resolvedAt, labels }] });
  });

  test("mail: plain text to all addresses, with the notification's id as its own", async () => {
    const mails: string[] = [];
    const smtp = new SMTPServer({
      ...{ authOptional: true, disabledCommands: ["STARTTLS", "AUTH"] },
      onRcptTo: ({ address }, _session, done) =>
        done(address.startsWith("gone") ? new Error("no such user") : undefined),
      onData: async (stream, _session, done) => {
        mails.push(Buffer.concat(await stream.toArray()).toString());
        done();
      },
    });
    await new Promise<void>((listening) => smtp.listen(0, "127.0.0.1", listening));
    const { port } = smtp.server.address() as AddressInfo;
    const sendMail = smtpMail({ host: "127.0.0.1", port, tls: "none", from: "alerts@example.com" });
    await tellBoth({ type: "email", to: ["a@example.com", "gone@example.com"] }, { sendMail });
    const rows = await recordOf(ground, name);
    expect(rows).toMatchObject([
      { state: "sent", code: "RECEIVER_REFUSED", message: expect.stringContaining("gone@example.com") },
      { state: "sent" },
    ]);
    expect(mails).toHaveLength(2);
    expect(mails[0]).toContain(`Message-ID: <${rows[0]?.delivery_id}@example.com>`);
    expect(mails[1]).toContain("Subject: spendtrail: Resolved: ");
    // No name of a client adds a header.
    expect(mails[0]).not.toMatch(/^(bcc|reply-to):/im);
    await new Promise<void>((closed) => smtp.close(closed));
  });

  test("a mail server that is not there is a failure to be tried again", async () => {
    const sendMail = smtpMail({
      host: "127.0.0.1",
      port: server.port,
      tls: "tls",
      from: "alerts@example.com",
    });
    await tellBoth({ type: "email", to: ["a@example.com"] }, { sendMail });
    expect((await recordOf(ground, name))[0]).toMatchObject({
      state: "pending",
      code: "RECEIVER_UNREACHABLE",
    });
  });
});

describe("an Alertmanager", () => {
  const posted = () => server.heard.map(({ json }) => json);
  const MINUTE = 60_000;

  test("is told every minute of what fires, each to end by itself soon, and once of the end", async () => {
    await setReceiver(ground, name, { type: "alertmanager", url: server.url });
    const [one, other] = [firing([name]), firing([name, "nobody"])];
    await write(ground, [one, other]);
    const leader = leaderOf();
    await leader.round();
    expect(server.heard[0]?.path).toBe("/hooks/a-secret-path/api/v2/alerts");
    const first = server.heard.length;
    await leader.round(30_000);
    expect(server.heard).toHaveLength(first);
    await leader.round(MINUTE + 1000);
    expect(server.heard).toHaveLength(first + 1);
    const [resent] = posted().slice(first);
    expect(resent.map(({ labels }: { labels: { alert_id: string } }) => labels.alert_id).sort()).toEqual(
      [one.id, other.id].sort(),
    );
    for (const { startsAt, endsAt } of resent)
      expect(Date.parse(endsAt) - Date.parse(startsAt)).toBeGreaterThan(4 * MINUTE);

    const over = ended(one);
    await write(ground, [over]);
    const next = leaderOf();
    await next.round();
    const last = posted()
      .slice(first + 1)
      .flat();
    expect(last).toContainEqual(expect.objectContaining({ startsAt: one.firedAt, endsAt: over.resolvedAt }));
    // What ended is not told again, what fires is.
    const before = server.heard.length;
    await next.round(MINUTE + 1000);
    expect(posted().slice(before).flat()).toMatchObject([{ labels: { alert_id: other.id } }]);
  });

  test("that was away is not told of what was over meanwhile, and hears of the rest within the minute", async () => {
    await setReceiver(ground, name, { type: "alertmanager", url: server.url });
    const alert = firing([name]);
    await write(ground, [alert]);
    server.answers.push(503, 503);
    const leader = leaderOf();
    await leader.round();
    expect(await recordOf(ground, name)).toMatchObject([{ state: "pending", status: 503 }]);
    await write(ground, [ended(alert)]);
    await leader.round(6000);
    expect(await recordOf(ground, name)).toMatchObject([
      { transition: "firing", state: "skipped" },
      { transition: "ended", state: "sent" },
    ]);
    expect(await leader.metrics()).toContain(
      `alert_resent_alerts_total{receiver="${name}",outcome="failed"} 1`,
    );
  });
});
