// What a terminal and its station say of the test of its own room: that it is due, that it began, and what was found, in verdicts and
// numbers ([TS2] of docs/spec/selfTest.md). There is no field that could hold a picture or a sound.
import { z } from "zod/v4";
import { maxSpeakersTested } from "../limits.ts";
import { partOutcomes, roomCauses, roomParts, roomWords } from "../signed/selfTest.ts";
import { id16 } from "./call.ts";

const uint8 = z.int().min(0).max(255);
const uint16 = z.int().min(0).max(0xffff);
const uint32 = z.int().min(0).max(0xffffffff);
const instant = z.number().int().nonnegative();

export const roomFoundSchema = z.strictObject({
  results: z
    .array(
      z.strictObject({
        part: z.enum(roomParts),
        outcome: z.enum(partOutcomes),
        cause: z.enum(roomCauses).nullable(),
      }),
    )
    .max(roomParts.length),
  numbers: z.strictObject({
    grey: uint8.nullable(),
    spread: uint8.nullable(),
    moved: uint32.nullable(),
    pictures: uint8,
    above: z.array(uint8).max(maxSpeakersTested),
    below: uint8.nullable(),
    clipped: uint16.nullable(),
    late: uint32,
  }),
});
export type RoomFoundTold = z.infer<typeof roomFoundSchema>;

export const selfTestFromTerminal = [
  z.strictObject({
    type: z.literal("selfTest"),
    test: id16,
    word: z.discriminatedUnion("at", [
      z.strictObject({ at: z.literal("began") }),
      /** A person, a call or a drill wanted the terminal. */
      z.strictObject({ at: z.literal("gaveWay") }),
      z.strictObject({ at: z.literal("over"), found: roomFoundSchema }),
    ]),
  }),
] as const;

export const selfTestToTerminal = [
  z.object({ type: z.literal("selfTestDue"), test: id16, kiosk: z.enum(["kiosk", "window"]) }),
] as const;

/** A terminal's newest test, as a console lists it. */
export const terminalTestSchema = z.object({
  at: z.enum(roomWords),
  cause: z.enum(roomCauses).nullable(),
  when: instant,
});
