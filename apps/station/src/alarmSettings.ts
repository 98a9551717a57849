// The settings of alarms and metrics: whom a station tells of itself, and what would be wrong with that ([AL15] of docs/spec/alarm.md).
import { z } from "zod/v4";
import { host, isLoopback, port } from "./netSettings.ts";
import { readWebhookKey } from "./ways/webhookKey.ts";

const least = (of: 2 | 3) =>
  z
    .union([z.literal(1), z.literal(2), z.literal(3)])
    .default(of)
    .describe(
      "The least priority that goes this way: 1 only what makes a call fail, 2 also what needs a person, 3 all.",
    );

const mailbox = z
  .string()
  .max(320)
  .regex(/^[^\s@<>]+@[^\s@<>]+$/, "no mail address");

const webhookSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,40}$/, "letters, digits, dots and dashes alone")
    .nullable()
    .default(null)
    .describe("What it is called in sentences and metrics; else the address's host."),
  url: z.url({ protocol: /^https?$/ }).max(2000),
  secret: z
    .string()
    .max(200)
    .describe("Signs each message: whsec_ and 24 to 64 bytes in base64 for HMAC, or whsk_ and 32 bytes for Ed25519."),
  to: z.enum(["first", "second"]).default("first").describe("second: told only of what nobody has taken up in time."),
  least: least(3),
});

const mailSchema = z.strictObject({
  host,
  port: port.default(587),
  tls: z
    .enum(["starttls", "implicit", "none"])
    .default("starttls")
    .describe("implicit is what port 465 speaks; none only to a server on this machine."),
  user: z.string().max(200).nullable().default(null),
  password: z.string().max(1000).nullable().default(null),
  from: mailbox,
  authority: z
    .string()
    .nullable()
    .default(null)
    .describe("PEM file of the authority of the server's certificate, where this machine does not trust it anyway."),
  first: z.array(mailbox).max(20).describe("Who is told first."),
  second: z.array(mailbox).max(20).default([]).describe("Who is told when nobody has taken it up in time."),
  least: least(2),
});

export const alarmsSchema = z.strictObject({
  unacknowledgedMinutes: z
    .number()
    .min(0.05)
    .max(240)
    .default(15)
    .describe(
      "A grave alarm that nobody has taken up for so long goes to second persons, then to the other party; 15 unless a test wants it faster.",
    ),
  webhooks: z.array(webhookSchema).max(8).default([]),
  mail: mailSchema.nullable().default(null),
});

export const metricsSchema = z.strictObject({
  port: port
    .nullable()
    .default(null)
    .describe("Where Prometheus reads metrics, as OpenMetrics text at /metrics. Null: nowhere."),
  host: host.default("127.0.0.1"),
  token: z
    .string()
    .min(16)
    .max(200)
    .nullable()
    .default(null)
    .describe("What a reader must show as its bearer token; needed off this machine, since metrics name parties."),
});

/** What would be wrong with the ways of alarms, or null: each says who a party is and what fails, so none of it goes in the clear. */
export function refuseAlarms({ webhooks, mail }: z.infer<typeof alarmsSchema>): string | null {
  const names = webhooks.map(({ name, url }) => name ?? new URL(url).hostname);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `alarms.webhooks: two are called ${twice}; give each a name`;
  for (const [index, { url, secret }] of webhooks.entries()) {
    const { protocol, hostname } = new URL(url);
    if (protocol === "http:" && !isLoopback(hostname))
      return `alarms.webhooks.${index}.url: must begin with https: where it leaves this machine`;
    const key = readWebhookKey(secret);
    if (!key.ok) return `alarms.webhooks.${index}.secret: ${key.error}`;
  }
  if (mail === null) return null;
  if (mail.first.length === 0) return "alarms.mail.first: names nobody";
  if (mail.tls === "none" && !isLoopback(mail.host)) return "alarms.mail.tls: none only to a server on this machine";
  if ((mail.user === null) !== (mail.password === null)) return "alarms.mail.user and password: one without the other";
  return null;
}

export function refuseMetrics({ port: at, host: listens, token }: z.infer<typeof metricsSchema>): string | null {
  return at !== null && token === null && !isLoopback(listens)
    ? "metrics.token: needed where metrics.host is not this machine alone"
    : null;
}
