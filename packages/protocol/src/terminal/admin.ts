// What the command line and the station on the same machine say to each other, over a socket in the data folder that only
// its owner can open: one JSON line each way. Acts that change who may take part also need the command line officer's
// signature, so that reaching the socket alone gives no power over them.
import { type Bytes, concat, utf8 } from "@parley/base/bytes";
import { z } from "zod/v4";
import { maxNameBytes } from "../limits.ts";
import { labelled } from "../signed/hash.ts";
import { bytesText } from "./call.ts";
import { enrolRoles } from "./console.ts";

const name = z.string().min(1).max(maxNameBytes);

export const adminCommandSchema = z.discriminatedUnion("do", [
  z.object({ do: z.literal("status") }),
  z.object({ do: z.literal("stop") }),
  /** A copy of everything durable, to a file that the station's user may write; `path` is absolute. */
  z.object({ do: z.literal("backup"), path: z.string().max(4096) }),
  /** The record as one file for an auditor; `path` is absolute and does not exist. */
  z.object({ do: z.literal("export"), path: z.string().max(4096) }),
  /** How the linked stations reach our ports. */
  z.object({ do: z.literal("probe") }),
  /** Relay servers with a fresh credential, to try them from this machine. */
  z.object({ do: z.literal("relayTrial") }),
  /** Checks every line now, and says what was found. */
  z.object({ do: z.literal("check") }),
  /** Everything on the lines that has a date. */
  z.object({ do: z.literal("horizon") }),
  /** The alarms there are, and how their ways have done. */
  z.object({ do: z.literal("alarms") }),
  /** Sends a trial each way that alarms go. */
  z.object({ do: z.literal("alarmTest") }),
  z.object({ do: z.literal("offer") }),
  z.object({ do: z.literal("import"), text: z.string().max(8192) }),
  z.object({ do: z.literal("pairings") }),
  /** The newest entries of calls, as the ledger holds them. */
  z.object({ do: z.literal("calls") }),
  /** Rehearses one line, or all of them one after the other, now. */
  z.object({ do: z.literal("drill"), link: z.string().max(64).nullable() }),
  /** The newest drills since that moment, as the ledger holds them. */
  z.object({ do: z.literal("drills"), since: z.number().int().nonnegative() }),
  z.object({ do: z.enum(["match", "differ", "cancel"]), offer: z.string().max(64) }),
  /** The command line's officer wants the link with this party keyed again; another one confirms it at a console. */
  z.object({ do: z.literal("rekeyLink"), link: z.string().max(64) }),
  /**
   * A one-time address for a browser; it needs no further approval, since the root's holder gives it out. That of a rehearser is
   * opened by the station itself, and null is answered.
   */
  z.object({ do: z.literal("handOut"), role: z.enum([...enrolRoles, "rehearser"]), name }),
]);
export type AdminCommand = z.infer<typeof adminCommandSchema>;

/** The domain label of what the command line's officer signs: label, zero byte, nonce, the command's JSON. */
const adminLabel = "parley admin v1";
export const adminMessage = (nonce: Bytes, command: string): Bytes =>
  labelled(adminLabel, concat(nonce, utf8(command)));

/** First line of the station: what a signed command is signed over. */
export const adminGreetingSchema = z.object({ nonce: bytesText(32) });

/** `command` is the JSON of an AdminCommand, as it was signed; the other two are absent where no signature is needed. */
export const adminRequestSchema = z.object({
  command: z.string().max(16_384),
  credential: bytesText(64).optional(),
  signature: bytesText(64).optional(),
});

export const adminAnswerSchema = z.union([
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), code: z.string(), say: z.string(), cure: z.string(), detail: z.string() }),
]);
export type AdminAnswer = z.infer<typeof adminAnswerSchema>;
