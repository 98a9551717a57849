// The settings of what a party sets by its own clock: when people are asked, and when terminals test their rooms.
import { dayMinuteOf } from "@parley/drill/hours";
import { z } from "zod/v4";

const timesOfDay = z
  .array(z.string().refine((text) => dayMinuteOf(text) !== null, 'not a time of day as "08:00"'))
  .max(24)
  .default([]);

/** An officer has to come to the console, so no question may wait for less, minutes. */
const shortestWait = 1;

export const peopleSchema = z.strictObject({
  askAt: timesOfDay.describe(
    'When an officer is asked to say "I am here" with a passkey, in the party\'s own time zone, as ["08:00", "20:00"]. None: nobody is asked, and people are never called ready.',
  ),
  withinMinutes: z
    .number()
    .min(shortestWait)
    .max(720)
    .default(30)
    .describe("How long a question may wait for its answer before people are no longer called ready."),
});

export const selfTestSchema = z.strictObject({
  at: timesOfDay.describe(
    'When each desk that nobody uses tests its own room, in the party\'s own time zone, as ["04:10"]: its camera is opened for three seconds, and a soft chirp sounds from each loudspeaker. None: no room is tested.',
  ),
  kiosk: z
    .boolean()
    .default(false)
    .describe(
      "Whether desks are to fill their screens and their browsers to keep their storage; else neither is asked.",
    ),
});
