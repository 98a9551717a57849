// What a duty officer's console and its station say besides calls: who the officer is, the house's terminals, pairing,
// the ledger. An act that changes who may take part is asked for, then approved with a passkey whose challenge is bound
// to that very act; the passkey objects are WebAuthn's own JSON and are verified by the station's WebAuthn library.
import { z } from "zod/v4";
import { maxAlarmIdBytes, maxNameBytes } from "../limits.ts";
import { id16, id32 } from "./call.ts";
import { roles } from "./session.ts";
import { terminalTestSchema } from "./selfTest.ts";

const name = z.string().min(1).max(maxNameBytes);
const instant = z.number().int().nonnegative();
const shortText = z.string().max(200);
const alarm = z.string().min(1).max(maxAlarmIdBytes);

/** What a terminal can see go wrong in a stream of its call. */
export const streamFaults = ["unsealedFrames", "forgedFrames"] as const;

export const enrolRoles = ["desk", "console", "officer"] as const;

/** What an officer can do; the station says with `passkey` when it wants the act approved. */
export const actSchema = z.discriminatedUnion("do", [
  z.object({ do: z.literal("signIn") }),
  /** The very first officer, by the code that `parley init` printed, or one whom another officer invited by a code. */
  z.object({ do: z.literal("enrolOfficer"), code: z.string().max(64), name }),
  z.object({ do: z.literal("addPasskey") }),
  z.object({ do: z.literal("makeCode"), role: z.enum(enrolRoles), name }),
  z.object({ do: z.literal("withdrawCode"), id: shortText }),
  z.object({ do: z.enum(["approve", "refuse"]), request: id16 }),
  z.object({ do: z.literal("removeTerminal"), terminal: id16 }),
  z.object({ do: z.literal("confirmRemoval"), terminal: id16 }),
  /** One officer wants the link keyed again; the second one who does carries it out, here or there. */
  z.object({ do: z.literal("rekeyLink"), link: id16 }),
  z.object({ do: z.literal("makeOffer") }),
  z.object({ do: z.literal("withdrawOffer") }),
  z.object({ do: z.literal("importOffer"), text: z.string().max(8192) }),
  z.object({ do: z.literal("words"), answer: z.enum(["match", "differ"]) }),
  z.object({ do: z.literal("pairingSeen") }),
  /** "I am here", to the very question; its passkey is the answer. */
  z.object({ do: z.literal("here"), question: id16 }),
  z.object({ do: z.literal("acknowledge"), alarm }),
  z.object({ do: z.literal("shelve"), alarm, minutes: z.union([z.literal(15), z.literal(60), z.literal(240)]) }),
  /** The set-up screen of another terminal of ours, for whoever stands there. */
  z.object({ do: z.literal("openSetUp"), terminal: id16 }),
]);
export type Act = z.infer<typeof actSchema>;

/** A WebAuthn answer in its JSON form; its own library reads it, here it is only bounded. */
const passkeyResponse = z.record(z.string().max(64), z.unknown());

export const consoleFromTerminal = [
  z.object({ type: z.literal("act"), act: actSchema }),
  z.object({ type: z.literal("passkey"), response: passkeyResponse }),
  z.object({ type: z.literal("passkeyCancelled"), why: z.enum(["cancelled", "unsupported"]) }),
  z.object({ type: z.literal("signOut") }),
  /** Said by whichever terminal is in the call. */
  z.object({ type: z.literal("alarm"), call: id16, what: z.enum(streamFaults) }),
  /** Ledger entries before index `before`, newest first; null for the newest. */
  z.object({ type: z.literal("entries"), before: z.number().int().nonnegative().nullable() }),
] as const;

const fourWords = z.tuple([shortText, shortText, shortText, shortText]);
const party = z.object({ id: id32, name, zone: z.string().max(64), place: name });

export const pairingSchema = z.discriminatedUnion("at", [
  z.object({ at: z.literal("none") }),
  z.object({ at: z.literal("offered"), link: z.string().max(8192), fileName: shortText, expires: instant }),
  z.object({ at: z.literal("exchanging"), address: shortText, since: instant }),
  z.object({
    at: z.literal("words"),
    them: party,
    words: fourWords,
    ours: z.enum(["waiting", "match"]),
    theirs: z.enum(["waiting", "match"]),
    /** Null where the link is in use already and the words never lapse. */
    until: instant.nullable(),
  }),
  z.object({ at: z.literal("active"), them: party, since: instant }),
  z.object({ at: z.literal("unconfirmed"), them: party, since: instant }),
  z.object({ at: z.literal("failed"), code: shortText, them: name.nullable() }),
]);

/** A fact of the ledger as a console lists it; `kind` has its sentence in the message catalogue, `facts` fill it. */
export const ledgerRowSchema = z.object({
  index: z.number().int().nonnegative(),
  at: instant,
  kind: shortText,
  facts: z.record(z.string().max(40), z.union([z.string().max(400), z.number()])),
  link: id16.nullable(),
  proof: z.enum(["signedByBoth", "witnessed", "waiting", "ours", "differs"]),
});
export type LedgerRow = z.infer<typeof ledgerRowSchema>;

export const houseSchema = z.object({
  type: z.literal("house"),
  terminals: z
    .array(
      z.object({
        id: id16,
        name,
        role: z.enum(roles),
        enrolled: instant,
        presence: z.discriminatedUnion("at", [
          z.object({ at: z.literal("here") }),
          z.object({ at: z.literal("away"), since: instant }),
        ]),
        renews: instant,
        until: instant,
        manifest: z.string().max(64),
        removal: z.object({ by: name, since: instant }).nullable(),
        /** Its newest test of its own room, if it had one. */
        test: terminalTestSchema.nullable().default(null),
      }),
    )
    .max(500),
  codes: z
    .array(
      z.object({
        id: shortText,
        role: z.enum(enrolRoles),
        name,
        code: shortText,
        address: z.string().max(400),
        expires: instant,
      }),
    )
    .max(50),
  requests: z
    .array(
      z.object({ id: id16, role: z.enum(enrolRoles), name, compare: shortText, browser: shortText, asked: instant }),
    )
    .max(50),
  officers: z
    .array(z.object({ id: shortText, name, passkeys: z.number().int(), lastSeen: instant.nullable() }))
    .max(100),
  pairing: pairingSchema,
  /** Pages of before look for alarms here; now they are a message of their own (./alarm). */
  alarms: z
    .object({ raised: z.array(z.unknown()).max(0), handled: z.array(z.unknown()).max(0) })
    .default({ raised: [], handled: [] }),
  /** Links that are to be keyed again, and what for that is due. */
  rekeys: z
    .array(z.object({ link: id16, at: z.enum(["secondOfficerDue", "theyAsk", "weAsk"]), by: name.nullable() }))
    .max(200)
    .default([]),
  /** The manifest hash of the code that the station serves now. */
  manifest: z.string().max(64),
});
export type House = z.infer<typeof houseSchema>;

export const consoleToTerminal = [
  /** An officer asks for a call on this line from `terminal`, which rings for it: told there, and to whoever asked. */
  z.object({ type: z.literal("asked"), link: id16, terminal: id16 }),
  /** Who this console is to its station: nobody yet, or a signed-in officer. */
  z.object({ type: z.literal("door"), officers: z.enum(["none", "some"]), officer: name.nullable() }),
  z.object({
    type: z.literal("passkey"),
    ceremony: z.enum(["create", "get"]),
    options: z.record(z.string().max(64), z.unknown()),
  }),
  /** An officer asks that whoever stands here sets the devices up. */
  z.object({ type: z.literal("setUp") }),
  z.object({ type: z.literal("passkeyFailed"), why: z.enum(["cancelled", "unknown", "unsupported", "wrongCode"]) }),
  houseSchema,
  z.object({
    type: z.literal("entries"),
    entries: z.array(ledgerRowSchema).max(100),
    total: z.number().int().nonnegative(),
    more: z.boolean(),
  }),
] as const;
