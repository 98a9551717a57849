// What a station tells its terminals of people: whether an officer of ours has answered when it was asked, and what the other
// stations say of theirs ([PE7] of docs/spec/people.md). No officer of the other side is ever named.
import { z } from "zod/v4";
import { maxNameBytes } from "../limits.ts";
import { roomCauses, roomWords } from "../signed/selfTest.ts";
import { id16 } from "./call.ts";

const instant = z.number().int().nonnegative();

/** `silent`: what they said last is too old to speak for them. */
export const theirPeopleWords = ["unasked", "ready", "notReady", "silent"] as const;

/** How the rooms of a side stand by its desks' own tests; null where that is not known. */
const roomSchema = z
  .object({ at: z.enum(roomWords), cause: z.enum(roomCauses).nullable(), since: instant })
  .nullable()
  .default(null);
export type RoomShown = z.infer<typeof roomSchema>;

export const ourPeopleSchema = z.object({
  at: z.enum(["unasked", "ready", "notReady"]),
  since: instant,
  /** Who answered last; empty unless ready. */
  by: z.string().max(maxNameBytes),
  /** When it is asked next; null where no hours are set. */
  next: instant.nullable(),
  /** The question that stands open. `late`: nobody answered in time, and an answer still turns people ready. */
  question: z.object({ id: id16, asked: instant, until: instant, at: z.enum(["open", "late"]) }).nullable(),
  room: roomSchema,
});
export type OurPeople = z.infer<typeof ourPeopleSchema>;

const theirPeopleSchema = z.object({ link: id16, at: z.enum(theirPeopleWords), since: instant, room: roomSchema });
export type TheirPeople = z.infer<typeof theirPeopleSchema>;

export const peopleToTerminal = [
  z.object({
    type: z.literal("people"),
    now: instant,
    ours: ourPeopleSchema,
    /** Lines whose other side has said anything of its people. */
    lines: z.array(theirPeopleSchema).max(200),
  }),
] as const;
