import { createTransport } from "nodemailer";
import { failure } from "#core/failure.ts";
import { type Delivery, type Destination, manifestName } from "#jobs/exports/destination.ts";
import type { DestinationOf } from "#runtime/config/export-destinations.ts";

const PORTS = { tls: 465, starttls: 587, none: 25 } as const;
const SILENCE_MS_MAX = 60_000;

/**
 * One mail a delivery, by SMTP: the file attached up to the size that is set, otherwise its name, its SHA-256 and where
 * to get it; the manifest always. With `tls` and `starttls` nothing is said before the connection is encrypted and the
 * server's certificate is good; `none` is for a relay on the same machine. The Message-ID is that of the delivery, so a
 * mail that was sent twice is known for one.
 */
export function emailDestination(mail: DestinationOf<"email">, ca?: string): Destination {
  const { host, port = PORTS[mail.tls], user, password = "", from, to } = mail;
  const isPlain = mail.tls === "none";
  const transport = createTransport({
    host,
    port,
    secure: mail.tls === "tls",
    requireTLS: mail.tls === "starttls",
    ignoreTLS: isPlain,
    tls: { minVersion: "TLSv1.2", rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) },
    ...(user === undefined ? {} : { auth: { user, pass: password } }),
    connectionTimeout: SILENCE_MS_MAX,
    greetingTimeout: SILENCE_MS_MAX,
    socketTimeout: SILENCE_MS_MAX,
    // A mail is made of what is given here and never of a file or an address that a text names.
    disableUrlAccess: true,
  });
  return {
    type: "email",
    place: to.join(", "),
    deliver: async (delivery, signal) => {
      signal.throwIfAborted();
      const { id, file, path, mediaType, bytes, manifest } = delivery;
      const isAttached = bytes <= mail.attachment_bytes_max;
      const answer = await transport.sendMail({
        from,
        to,
        messageId: `<${id}@${from.split("@")[1]}>`,
        subject: `spendtrail: ${file}`,
        text: textOf(delivery, isAttached),
        attachments: [
          ...(isAttached ? [{ filename: file, path, contentType: mediaType }] : []),
          { filename: manifestName(file), content: manifest, contentType: "application/json" },
        ],
      });
      if (answer.rejected.length === 0) return;
      throw failure("EXPORT_RECEIVER_REFUSED", { file, receivers: answer.rejected.map(String).join(", ") });
    },
  };
}

function textOf(delivery: Delivery, isAttached: boolean): string {
  const { schedule, dueAt, file, bytes, sha256, rowCount, address } = delivery;
  return [
    `${file}: ${rowCount} rows, ${bytes} bytes, of the schedule ${schedule}, due at ${dueAt}.`,
    `SHA-256: ${sha256}`,
    isAttached
      ? "The file and its manifest are attached."
      : `The file is too large to be attached; its manifest is. The same bytes, with a key that sees as much:\nGET ${address}`,
    "",
  ].join("\n");
}
