import { createTransport } from "nodemailer";
import type { SendMail } from "#jobs/deliveries/tell.ts";
import type { SmtpServer } from "#runtime/config/receiver-settings.ts";

const PORTS = { tls: 465, starttls: 587, none: 25 } as const;
const SILENCE_MS_MAX = 20_000;

/**
 * Mails of alerts by SMTP. With `tls` and `starttls` nothing is said before the connection is encrypted and the server's
 * certificate is good; `none` is for a relay on the same machine. The Message-ID is that of the notification.
 */
export function smtpMail(server: SmtpServer, ca?: string): SendMail {
  const { host, port = PORTS[server.tls], user, password = "", from } = server;
  const transport = createTransport({
    ...{ host, port, secure: server.tls === "tls" },
    ...{ requireTLS: server.tls === "starttls", ignoreTLS: server.tls === "none" },
    tls: { minVersion: "TLSv1.2", rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) },
    ...(user === undefined ? {} : { auth: { user, pass: password } }),
    ...{ connectionTimeout: SILENCE_MS_MAX, greetingTimeout: SILENCE_MS_MAX, socketTimeout: SILENCE_MS_MAX },
    // A mail is made of what is given here and never of a file or an address that a text names.
    ...{ disableUrlAccess: true, disableFileAccess: true },
  });
  return async ({ id, to, subject, text }) => {
    const messageId = `<${id}@${from.split("@")[1]}>`;
    const answer = await transport.sendMail({ from, to: [...to], messageId, subject, text });
    return answer.rejected.map(String);
  };
}
