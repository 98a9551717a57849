// Alarms as e-mail, by the party's own mail server ([AL11] of docs/spec/alarm.md). What ends an alarm answers the mail that raised it, and
// a mail keeps its Message-ID however often it is tried. The library may read no file and no address but the server's.
import type { Ms } from "@parley/base/time";
import nodemailer from "nodemailer";

export type MailServer = {
  readonly host: string;
  readonly port: number;
  /** `none` only on this machine: a mail names parties and faults. */
  readonly tls: "implicit" | "starttls" | "none";
  readonly user: string | null;
  readonly password: string | null;
  readonly from: string;
  /** PEM of the authority that signed the server's certificate, where it is none that this machine trusts anyway. */
  readonly authority: string | null;
};

export type Mail = {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** Of this mail, and of the one that it answers; without angle brackets. */
  readonly id: string;
  readonly answers: string | null;
  readonly urgent: boolean;
};

export type Mailer = {
  /** Hands it to the server once; null where every address was taken, or why not. */
  readonly send: (mail: Mail) => Promise<string | null>;
};

const inBrackets = (id: string): string => `<${id}>`;

/** A new connection for each mail, since alarms are rare; each step takes at most `within`. */
export function mailerTo(server: MailServer, within: Ms): Mailer {
  const { host, port, tls, user, password, authority } = server;
  const transport = nodemailer.createTransport({
    host,
    port,
    secure: tls === "implicit",
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "none",
    ...(user === null ? {} : { auth: { user, pass: password ?? "" } }),
    tls: { minVersion: "TLSv1.2", ...(authority === null ? {} : { ca: authority }) },
    connectionTimeout: within,
    greetingTimeout: within,
    socketTimeout: within,
    dnsTimeout: within,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async ({ to, subject, text, id, answers, urgent }) => {
      try {
        const { rejected } = await transport.sendMail({
          from: server.from,
          to: [...to],
          subject,
          text,
          messageId: inBrackets(id),
          ...(answers === null ? {} : { inReplyTo: inBrackets(answers), references: inBrackets(answers) }),
          ...(urgent ? { priority: "high" } : {}),
          // Nobody's holiday note answers a station (RFC 3834 section 5).
          headers: { "auto-submitted": "auto-generated" },
        });
        // Who was taken has the mail; trying again would send it there once more.
        return rejected.length > 0 && rejected.length === to.length ? `refused for ${to.join(", ")}` : null;
      } catch (error) {
        return error instanceof Error ? error.message : "failed";
      }
    },
  };
}
