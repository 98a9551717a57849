// The settings of a station: one JSON file, a schema with a default for everything, and no tolerance. A setting that is
// unknown or was renamed stops the start and names the one that holds now, since a link must never run on a setting that
// somebody believes in and nothing reads.
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { z } from "zod/v4";
import { peopleSchema, selfTestSchema } from "./hoursConfig.ts";
import { host, isLoopback, port } from "./netSettings.ts";
import { alarmsSchema, metricsSchema, refuseAlarms, refuseMetrics } from "./alarmSettings.ts";

const webSchema = z.strictObject({
  origin: z
    .url({ protocol: /^https?$/ })
    .default("http://localhost:4430")
    .describe("Where browsers of this party reach the station; passkeys and camera permissions are bound to it."),
  host: host.default("127.0.0.1").describe("The address of this machine that the port listens on."),
  port: port.default(4430),
  certificate: z
    .string()
    .nullable()
    .default(null)
    .describe("PEM file of the web certificate with its chain; read again when it changes. Null speaks plain HTTP."),
  key: z.string().nullable().default(null).describe("PEM file of the certificate's key; read again when it changes."),
  plainHttp: z
    .enum(["loopback", "closedNetwork"])
    .default("loopback")
    .describe("Where plain HTTP may listen: on this machine alone, or also on a network that nobody else is on."),
});

const peerSchema = z.strictObject({
  host: host.default("0.0.0.0").describe("The address of this machine that other stations' connections come in at."),
  port: port.default(4431),
  addresses: z
    .array(z.string().regex(/^.+:\d{1,5}$/))
    .max(4)
    .default([])
    .describe('What other stations dial, as "name:port"; goes into offers and the party card.'),
});

const turnSchema = z.strictObject({
  use: z
    .enum(["builtIn", "external", "none"])
    .default("builtIn")
    .describe("builtIn: the station relays by itself. external: coturn or another server with the same shared secret."),
  host: host.default("0.0.0.0"),
  publicAddress: z
    .union([z.ipv4(), z.ipv6()])
    .default("127.0.0.1")
    .describe("The address that the relay gives out; must be reachable by both parties' terminals."),
  udpPort: port.default(4432),
  tcpPort: port.default(4432),
  tlsPort: port.default(4433).describe("Listens only where there is a web certificate, which it shows too."),
  relayPorts: z.tuple([port, port]).default([49152, 65535]),
  allowPeers: z
    .array(z.string().max(60))
    .max(16)
    .default([])
    .describe('Reserved ranges that may be relayed to all the same, as "127.0.0.0/8": for tests and closed networks.'),
  urls: z
    .array(z.string().max(300))
    .max(4)
    .default([])
    .describe("Of the external relay, as turn:host:port?transport=udp."),
  secret: z
    .string()
    .max(200)
    .nullable()
    .default(null)
    .describe("Shared with the external relay. Null: the station draws one and keeps it in the file turn-secret."),
  credentialSeconds: z
    .int()
    .min(2)
    .max(86_400)
    .default(14_400)
    .describe(
      "How long a terminal's relay credential opens new paths; it is renewed at half of that, also during a call.",
    ),
});

const callSchema = z.strictObject({
  relayOnly: z
    .boolean()
    .default(false)
    .describe("Never show an address to the other party: all media goes through the relay."),
  epochSeconds: z
    .number()
    .min(0.1)
    .max(300)
    .default(300)
    .describe("How often the keys of a call change, seconds; 300 unless a test wants it faster."),
  pictureBeforeAnswer: z
    .boolean()
    .default(false)
    .describe(
      "While it rings, our desks take the caller's picture and keep it sealed until they answer; ours goes out to desks that do the same.",
    ),
});

const range = (least: number, most: number, first: number, last: number) =>
  z
    .tuple([z.number().min(least).max(most), z.number().min(least).max(most)])
    .default([first, last])
    .refine(([from, to]) => from <= to, "the first is greater than the second");

const drillsSchema = z.strictObject({
  use: z
    .enum(["on", "off"])
    .default("on")
    .describe("on: idle desks rehearse every line with the other side's, and both sides sign what came of it."),
  everyMinutes: z
    .number()
    .min(6)
    .max(1440)
    .default(60)
    .describe("How often a line is rehearsed, by the two sides in turns."),
  browser: z
    .union([z.literal("auto"), z.string().min(2).max(500).startsWith("/")])
    .nullable()
    .default(null)
    .describe(
      "A Chromium that the station starts without a screen, to rehearse while no desk is open: its path, or auto for the first that is found. An officer lets it in once, by parley enrol --role rehearser.",
    ),
  browserArguments: z
    .array(z.string().min(1).max(500).startsWith("--"))
    .max(16)
    .default([])
    .describe("What that browser is started with besides, as the trust in a certificate of one's own needs."),
  ringSeconds: range(0, 20, 2, 8).describe(
    "How long a rehearsal rings, unheard, before it is answered: between these.",
  ),
  talkSeconds: range(0, 30, 6, 20).describe("How long its test picture goes at least: between these."),
});

export const configSchema = z.strictObject({
  $schema: z.string().max(300).optional().describe("For editors; parley init writes the schema beside this file."),
  web: webSchema.prefault({}),
  peer: peerSchema.prefault({}),
  turn: turnSchema.prefault({}),
  call: callSchema.prefault({}),
  drills: drillsSchema.prefault({}),
  alarms: alarmsSchema.prefault({}),
  people: peopleSchema.prefault({}),
  selfTest: selfTestSchema.prefault({}),
  metrics: metricsSchema.prefault({}),
  dates: z
    .array(z.strictObject({ what: z.string().min(1).max(100), ends: z.iso.date() }))
    .max(16)
    .default([])
    .describe(
      "What else ends on a date and nobody renews by itself, as a domain or a contract: parley horizon counts it.",
    ),
  log: z
    .enum(["error", "warn", "info", "debug"])
    .default("info")
    .describe("info writes one line for each thing that happens."),
  database: z
    .string()
    .max(1000)
    .nullable()
    .default(null)
    .describe("A PostgreSQL address instead of the file in the data folder; DATABASE_URL says the same."),
});
export type Config = z.infer<typeof configSchema>;

/** The schema for editors: every setting, its meaning and its default (JSON Schema 2020-12). */
export const configJsonSchema = (): object => ({
  ...z.toJSONSchema(configSchema, { io: "input" }),
  title: "Settings of a Parley station",
});

/** Settings that had another name, and what they are called now. Never removed from this list. */
export const renamed: Readonly<Record<string, string>> = {};

/** The settings in `json`, every default filled in, or which one is wrong and what would be right. */
export function readConfig(
  json: string,
  renames: Readonly<Record<string, string>> = renamed,
): Result<Config, ParleyError> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return fail(problem("CONFIG_WRONG", error instanceof Error ? error.message : "not JSON"));
  }
  for (const [old, now] of Object.entries(renames)) {
    if (has(value, old.split("."))) return fail(problem("CONFIG_WRONG", `${old} is now called ${now}`));
  }
  const parsed = configSchema.safeParse(value);
  if (parsed.success) {
    const wrong = refuseTogether(parsed.data);
    return wrong === null ? ok(parsed.data) : fail(wrong);
  }
  return fail(problem("CONFIG_WRONG", parsed.error.issues.map(sentence).join("; ")));
}

/** Names that every browser resolves to its own machine and trusts without a certificate (RFC 6761 section 6.3). */
const isOwnName = (name: string): boolean => isLoopback(name) || /\.localhost$/i.test(name);

/** What is right for each setting alone and wrong together, or null. */
function refuseTogether({ web, turn, alarms, metrics }: Config): ParleyError | null {
  const origin = new URL(web.origin);
  if ((web.certificate === null) !== (web.key === null))
    return problem("CONFIG_WRONG", "web.certificate and web.key: one without the other");
  if (web.certificate !== null && origin.protocol !== "https:")
    return problem("CONFIG_WRONG", "web.origin: must begin with https: where there is a certificate");
  // A page without TLS is code that anyone on the path may change. An https: origin without a certificate here is a proxy's.
  if (web.certificate === null && origin.protocol === "http:" && !isOwnName(origin.hostname))
    return problem("WEB_PLAIN_HTTP", `web.origin ${web.origin}`);
  if (web.certificate === null && web.plainHttp === "loopback" && !isLoopback(web.host))
    return problem("WEB_PLAIN_HTTP", `web.host ${web.host}`);
  if (turn.use === "external" && turn.urls.length === 0)
    return problem("CONFIG_WRONG", "turn.urls: an external relay needs its addresses");
  const wrong = refuseAlarms(alarms) ?? refuseMetrics(metrics);
  return wrong === null ? null : problem("CONFIG_WRONG", wrong);
}

function sentence(issue: z.core.$ZodIssue): string {
  const at = issue.path.join(".");
  if (issue.code !== "unrecognized_keys") return `${at === "" ? "the file" : at}: ${issue.message}`;
  return issue.keys.map((key) => `${at === "" ? key : `${at}.${key}`} is no setting of Parley's`).join("; ");
}

function has(value: unknown, path: readonly string[]): boolean {
  const [first, ...rest] = path;
  if (first === undefined) return true;
  return (
    typeof value === "object" &&
    value !== null &&
    Object.hasOwn(value, first) &&
    has(Object.getOwnPropertyDescriptor(value, first)?.value, rest)
  );
}
