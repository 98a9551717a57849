// How a station's lines are kept: the document of duty/calls, and what older versions wrote of it.
import type { Line } from "@parley/call/state";
import { z } from "zod/v4";
import { type Calls, type LinkCalls, noLink } from "../duty/calls/port.ts";
import { count, id16Doc as id, instantDoc as instant } from "./json.ts";

const side = z.enum(["calling", "called"]);
const reach = z.enum(["sent", "delivered", "rang", "seen", "answered"]);
export const endReasonDoc = z.enum([
  "hungUp",
  "theyHungUp",
  "cancelled",
  "declined",
  "unanswered",
  "notDelivered",
  "busy",
  "superseded",
]);

const ringing = z.object({ at: z.literal("ringing"), call: id, reach, until: instant });
const inCall = z.object({
  call: id,
  side,
  ours: id,
  theirs: id,
  answered: instant,
  offered: id.optional(),
  instead: z.object({ call: id, by: id, until: instant }).optional(),
});

const lineDoc: z.ZodType<Line> = z.union([
  z.object({ at: z.literal("idle") }),
  ringing.extend({ side: z.literal("calling"), ours: id }),
  ringing.extend({ side: z.literal("called"), theirs: id, desks: z.array(id) }),
  inCall.extend({ at: z.literal("keying"), until: instant }),
  inCall.extend({ at: z.literal("live"), since: instant }),
  inCall.extend({
    at: z.literal("mending"),
    why: z.enum(["notYetUp", "noPackets", "terminalGone", "keysStale"]),
    lost: instant,
    attempt: count,
    until: instant,
  }),
  z.object({
    at: z.literal("ended"),
    call: id,
    side,
    why: endReasonDoc,
    held: id.optional(),
    answered: instant.nullable(),
    ended: instant,
    until: instant,
  }),
]);

/** What an older version of this program did not keep is as it was never known. */
const linkCallsDoc: z.ZodType<LinkCalls> = z.object({
  line: lineDoc,
  generation: count.nullable(),
  caller: z.union([z.literal(""), id]).default(noLink.caller),
  far: z.record(id, z.string()),
  epoch: count,
  reached: z
    .object({
      delivered: instant.exactOptional(),
      rang: instant.exactOptional(),
      seen: instant.exactOptional(),
      answered: instant.exactOptional(),
    })
    .default(noLink.reached),
  missed: instant.nullable().default(noLink.missed),
  lapses: instant.nullable().default(noLink.lapses),
});

export const callsDoc: z.ZodType<Calls> = z.object({ links: z.record(id, linkCallsDoc) });
