// The settings of a station: one JSON file, a schema with a default for everything, and no tolerance. A setting that is
// unknown or was renamed stops the start and names the one that holds now, since a link must never run on a setting that
// somebody believes in and nothing reads.
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { z } from "zod/v4";

const port = z.int().min(0).max(65535);
const host = z.string().min(1).max(253);

const webSchema = z.strictObject({
  /** Where browsers of this party reach the station; passkeys and camera permissions are bound to it. */
  origin: z.url({ protocol: /^https?$/ }).default("http://localhost:4430"),
  host: host.default("127.0.0.1"),
  port: port.default(4430),
  /** Certificate and key files in PEM, read again when they change; without them the port speaks HTTP, for localhost only. */
  certificate: z.string().nullable().default(null),
  key: z.string().nullable().default(null),
});

const peerSchema = z.strictObject({
  host: host.default("0.0.0.0"),
  port: port.default(4431),
  /** What other stations dial, as "name:port"; goes into offers and the party card. */
  addresses: z
    .array(z.string().regex(/^.+:\d{1,5}$/))
    .max(4)
    .default([]),
});

const turnSchema = z.strictObject({
  /** `builtIn`: the station relays by itself. `external`: coturn or another server with the same shared secret. */
  use: z.enum(["builtIn", "external", "none"]).default("builtIn"),
  host: host.default("0.0.0.0"),
  /** The address that the relay gives out; must be reachable by both parties' terminals. */
  publicAddress: z.union([z.ipv4(), z.ipv6()]).default("127.0.0.1"),
  udpPort: port.default(4432),
  tcpPort: port.default(4432),
  tlsPort: port.default(4433),
  relayPorts: z.tuple([port, port]).default([49152, 65535]),
  /** Reserved ranges that may be relayed to all the same, as "127.0.0.0/8": for tests and closed networks. */
  allowPeers: z.array(z.string().max(60)).max(16).default([]),
  urls: z.array(z.string().max(300)).max(4).default([]),
  secret: z.string().max(200).nullable().default(null),
});

const callSchema = z.strictObject({
  /** Never show an address to the other party: all media goes through the relay. */
  relayOnly: z.boolean().default(false),
  /** How often the keys of a call change, seconds; 300 unless a test wants it faster. */
  epochSeconds: z.int().min(1).max(300).default(300),
  /** Whether desks show the caller's picture, already there sealed, the moment they answer. */
  pictureBeforeAnswer: z.boolean().default(true),
});

export const configSchema = z.strictObject({
  web: webSchema.prefault({}),
  peer: peerSchema.prefault({}),
  turn: turnSchema.prefault({}),
  call: callSchema.prefault({}),
  /** `error`, `warn`, `info` (one line for each thing that happens) or `debug`. */
  log: z.enum(["error", "warn", "info", "debug"]).default("info"),
  /** A PostgreSQL address instead of the file in the data folder; `DATABASE_URL` says the same. */
  database: z.string().max(1000).nullable().default(null),
});
export type Config = z.infer<typeof configSchema>;

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
  if (parsed.success) return ok(parsed.data);
  return fail(problem("CONFIG_WRONG", parsed.error.issues.map(sentence).join("; ")));
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
