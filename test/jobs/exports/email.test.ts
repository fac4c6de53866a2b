import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { emailDestination } from "#cli/export/destinations/email-destination.ts";
import type { Delivery } from "#jobs/exports/destination.ts";
import { type DestinationOf, ExportDestination } from "#runtime/config/export-destinations.ts";
import { makeCertificate, STORE_PASSWORD } from "#test/support/certificate.ts";

const folder = mkdtempSync(join(tmpdir(), "mail-"));
let pfx: Buffer;
let ca: string;
beforeAll(() => {
  const made = makeCertificate(folder);
  pfx = readFileSync(made.store);
  ca = readFileSync(made.caFile, "utf8");
});

interface Mail {
  readonly user: string | undefined;
  readonly encrypted: boolean;
  readonly to: string[];
  readonly raw: string;
}

/** A real SMTP server that keeps what it takes. */
async function startMail(options: SMTPServerOptions) {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    pfx,
    passphrase: STORE_PASSWORD,
    logger: false,
    authOptional: true,
    onAuth: ({ username, password }, _session, done) =>
      done(username === "spendtrail" && password === "right" ? null : new Error("535 no"), {
        user: username,
      }),
    onData: (stream, session, done) => {
      const pieces: Buffer[] = [];
      stream.on("data", (piece: Buffer) => pieces.push(piece));
      stream.on("end", () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({
          user: session.user as string | undefined,
          encrypted: session.secure,
          to,
          raw: String(Buffer.concat(pieces)),
        });
        done();
      });
    },
    ...options,
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", () => listening()));
  onTestFinished(() => new Promise<void>((closed) => server.close(() => closed())));
  return { mails, port: (server.server.address() as AddressInfo).port };
}

const mailTo = (said: object) =>
  ExportDestination.parse({
    ...{ type: "email", host: "127.0.0.1", from: "spendtrail@acme.example" },
    ...{ to: ["finance@acme.example", "cfo@acme.example"], ...said },
  }) as DestinationOf<"email">;

const CONTENT = Buffer.from("team,cost_usd\r\nзелёные,1.5\r\n");
const path = join(folder, "month.csv");
writeFileSync(path, CONTENT);
const sha256 = createHash("sha256").update(CONTENT).digest("hex");
const delivery: Delivery = {
  ...{ id: "0123456789abcdef0123456789abcdef", schedule: "month", dueAt: "2026-12-01T06:00:00.000Z" },
  ...{
    file: "month.csv",
    mediaType: "text/csv; charset=utf-8",
    path,
    bytes: CONTENT.length,
    sha256,
    rowCount: 1,
  },
  ...{
    manifest: Buffer.from('{"file":"month.csv"}'),
    address: "/v1/exports/costs?from=2026-11-01&format=csv",
  },
};
const signal = new AbortController().signal;

/** The attachments of a mail by name; a small reader of MIME of the test's own. */
function attachmentsOf({ raw }: Mail): Record<string, Buffer> {
  const boundary = /boundary="([^"]+)"/.exec(raw)?.[1] ?? "none";
  const found = raw.split(`--${boundary}`).flatMap((part) => {
    const name = /filename="?([^"\r\n;]+)"?/.exec(part)?.[1];
    const body = part.slice(part.indexOf("\r\n\r\n") + 4);
    return name === undefined ? [] : [[name, Buffer.from(body, "base64")] as const];
  });
  return Object.fromEntries(found);
}

test.each([
  ["tls", { secure: true }],
  ["starttls", {}],
  ["none", { hideSTARTTLS: true, allowInsecureAuth: true }],
] as const)(
  "%s: the file and its manifest are attached, and the same mail has the same id",
  async (tls, options) => {
    const { mails, port } = await startMail(options);
    const place = emailDestination(mailTo({ tls, port, user: "spendtrail", password: "right" }), ca);
    await place.deliver(delivery, signal);
    await place.deliver(delivery, signal);
    expect(mails).toHaveLength(2);
    expect(mails[0]).toMatchObject({
      ...{ user: "spendtrail", encrypted: tls !== "none" },
      to: ["finance@acme.example", "cfo@acme.example"],
    });
    for (const mail of mails) {
      const { "month.csv": file, "month.csv.manifest.json": manifest } = attachmentsOf(mail);
      expect(file?.equals(CONTENT)).toBe(true);
      expect(manifest?.equals(delivery.manifest)).toBe(true);
      expect(mail.raw).toContain(`Message-ID: <${delivery.id}@acme.example>`);
      expect(mail.raw).toContain("Subject: spendtrail: month.csv");
      expect(mail.raw.replaceAll("=\r\n", "")).toContain(sha256);
    }
  },
);

test("a file above the size is named with its hash and where to get it; the manifest is attached all the same", async () => {
  const { mails, port } = await startMail({});
  await emailDestination(mailTo({ port, attachment_bytes_max: CONTENT.length - 1 }), ca).deliver(
    delivery,
    signal,
  );
  const [mail] = mails;
  expect(Object.keys(attachmentsOf(mail as Mail))).toEqual(["month.csv.manifest.json"]);
  const text = mail?.raw.replaceAll("=\r\n", "").replaceAll("=3D", "=");
  expect(text).toContain(sha256);
  expect(text).toContain(`GET ${delivery.address}`);
});

test("nothing is said in the clear, to a stranger, or with a wrong password; no refusal shows the password", async () => {
  const plain = await startMail({ disabledCommands: ["STARTTLS"] });
  const secure = await startMail({});
  const refusalOf = (said: object, trusted?: string) =>
    emailDestination(mailTo(said), trusted)
      .deliver(delivery, signal)
      .then(
        () => "sent",
        (error: Error) => error.message,
      );
  expect(await refusalOf({ port: plain.port, user: "spendtrail", password: "right" }, ca)).toMatch(
    /STARTTLS/,
  );
  expect(await refusalOf({ port: secure.port })).toMatch(/self.signed certificate/);
  const wrong = await refusalOf({ port: secure.port, user: "spendtrail", password: "a-wrong-password" }, ca);
  expect(wrong).toContain("535");
  expect(wrong).not.toContain("a-wrong-password");
  expect([...plain.mails, ...secure.mails]).toEqual([]);
});

test("a receiver that the server refuses is told by name", async () => {
  const { port } = await startMail({
    onRcptTo: ({ address }, _session, done) =>
      done(address.startsWith("cfo") ? new Error("550 no such box") : null),
  });
  await expect(emailDestination(mailTo({ port }), ca).deliver(delivery, signal)).rejects.toThrow(
    "cfo@acme.example",
  );
});
