// What a terminal and its own station say about calls, as JSON over their WebSocket. Bytes are base64url, ids are text.
// The schemas bound everything before it is used; the total size is bounded before they run.
import { z } from "zod/v4";
import { maxNameBytes, maxPinBytes, maxSignalBytes } from "../limits.ts";

const idOfBytes = (bytes: 16 | 32) => z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}$`));
export const id16 = idOfBytes(16);
export const id32 = idOfBytes(32);
export const bytesText = (max: number) =>
  z
    .string()
    .max(Math.ceil((max * 4) / 3))
    .regex(/^[A-Za-z0-9_-]*$/);
const instant = z.number().int().nonnegative();
const name = z.string().max(maxNameBytes);

const side = z.enum(["calling", "called"]);
const lossReason = z.enum(["notYetUp", "noPackets", "terminalGone", "keysStale"]);

const ringing = z.object({
  at: z.literal("ringing"),
  call: id16,
  reach: z.enum(["sent", "delivered", "rang", "seen", "answered"]),
  until: instant,
});
const inCall = z.object({
  call: id16,
  side,
  ours: id16,
  theirs: id16,
  answered: instant,
  offered: id16.optional(),
  instead: z.object({ call: id16, by: id16, until: instant }).optional(),
});

/** The state of a line, as packages/call has it; a test holds the two together. */
export const lineSchema = z.union([
  z.object({ at: z.literal("idle") }),
  ringing.extend({ side: z.literal("calling"), ours: id16 }),
  ringing.extend({ side: z.literal("called"), theirs: id16, desks: z.array(id16).max(64) }),
  inCall.extend({ at: z.literal("keying"), until: instant }),
  inCall.extend({ at: z.literal("live"), since: instant }),
  inCall.extend({
    at: z.literal("mending"),
    why: lossReason,
    lost: instant,
    attempt: z.number().int().positive(),
    until: instant,
  }),
  z.object({
    at: z.literal("ended"),
    call: id16,
    side,
    why: z.enum(["hungUp", "theyHungUp", "cancelled", "declined", "unanswered", "notDelivered", "busy", "superseded"]),
    held: id16.optional(),
    answered: instant.nullable(),
    ended: instant,
    until: instant,
  }),
]);

/** A server for ICE, as RTCPeerConnection takes it; credentials are short-lived and sent anew before they end. */
export const iceServerSchema = z.object({
  urls: z.array(z.string().max(300)).max(4),
  username: z.string().max(200),
  credential: z.string().max(200),
});

/** What is pinned of both parties of a call; see signed/pin. */
const pinsSchema = z.object({ ours: bytesText(maxPinBytes), theirs: bytesText(maxPinBytes) });

/** A terminal, ours or theirs, by the name that its party gave it. */
export const namedTerminalSchema = z.object({ terminal: id16, name });

export const callFromTerminal = [
  /** `from`: another terminal of ours, which shall call: it rings there, and whoever presses there places the call. */
  z.object({ type: z.literal("place"), link: id16, from: id16.optional() }),
  z.object({ type: z.enum(["rang", "seen", "answer", "decline", "hangUp", "up"]), call: id16 }),
  z.object({ type: z.literal("lost"), call: id16, why: lossReason }),
  /** What their terminal said to this one with no station between: that it answered, or that it ended the call. */
  z.object({ type: z.enum(["theyAnswered", "theyHungUp"]), call: id16 }),
  z.object({ type: z.literal("handOver"), call: id16, to: id16 }),
  /** A person here takes the call that another terminal of ours has. */
  z.object({ type: z.literal("take"), call: id16 }),
  z.object({ type: z.literal("signal"), call: id16, to: id16, body: bytesText(maxSignalBytes) }),
  /** What the call's first keys give the link: the next generation of its secret follows from it. */
  z.object({ type: z.literal("exported"), call: id16, secret: bytesText(32) }),
  /** How far the keys of the call have come, for the record. */
  z.object({ type: z.literal("epoch"), call: id16, epoch: z.number().int().nonnegative() }),
] as const;

export const callToTerminal = [
  /** `now`: what the station's clock says, by which the times in `line` are told; never compared with the terminal's own. */
  z.object({
    type: z.literal("line"),
    link: id16,
    line: lineSchema,
    now: instant,
    /** The terminals that the line names, where their names are known. */
    names: z.array(namedTerminalSchema).max(8),
    /** When a ring of theirs was missed that no call on this line has followed. */
    missed: instant.nullable(),
  }),
  /** What the ring of `call` has come to, over there, as their station signed it; heard of here `at`, by the clock that says `now`. */
  z.object({
    type: z.literal("receipt"),
    call: id16,
    kind: z.enum(["delivered", "rang", "seen", "answered"]),
    at: instant,
    now: instant,
  }),
  /** How far the record of an answered call has come: ours at `index` alone, signed by both, or both accounts where they differ. */
  z.object({
    type: z.literal("record"),
    call: id16,
    at: z.enum(["waiting", "signedByBoth", "differs"]),
    index: z.number().int().nonnegative(),
  }),
  /** What this terminal needs to take part in a call: its secret, the way, and whom it may meet there. */
  z.object({
    type: z.literal("admit"),
    link: id16,
    call: id16,
    side,
    /** The terminal that pressed Call: it founds the group. */
    caller: id16,
    generation: z.number().int().nonnegative(),
    psk: bytesText(64),
    /** The far terminals that this one may meet there. */
    far: z.array(namedTerminalSchema).max(8),
    /** What is pinned of either party now: the only ground on which chains are judged. */
    pins: pinsSchema,
    epochSeconds: z.number().positive(),
    iceServers: z.array(iceServerSchema).max(8),
    relayOnly: z.boolean(),
    /** Whether our party lets a caller's picture come, and ours go, while it rings: sealed, and kept so until the answer. */
    pictureBeforeAnswer: z.boolean(),
  }),
  /** What is pinned of the parties has changed while the call runs. */
  z.object({ type: z.literal("pins"), call: id16, pins: pinsSchema }),
  /** The next credentials for the relay, before those of `admit` run out. */
  z.object({ type: z.literal("iceServers"), call: id16, iceServers: z.array(iceServerSchema).max(8) }),
  z.object({ type: z.literal("signal"), call: id16, from: id16, body: bytesText(maxSignalBytes) }),
] as const;
