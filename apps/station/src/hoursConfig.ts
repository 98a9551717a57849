// The settings of what a party sets by its own clock: when people are asked.
import { dayMinuteOf } from "@parley/drill/hours";
import { z } from "zod/v4";

const timesOfDay = z
  .array(z.string().refine((text) => dayMinuteOf(text) !== null, 'not a time of day as "08:00"'))
  .max(24)
  .default([]);

export const peopleSchema = z.strictObject({
  askAt: timesOfDay.describe(
    'When an officer is asked to say "I am here" with a passkey, in the party\'s own time zone, as ["08:00", "20:00"]. None: nobody is asked, and people are never called ready.',
  ),
  withinMinutes: z
    .number()
    .min(1)
    .max(720)
    .default(30)
    .describe("How long a question may wait for its answer before people are no longer called ready."),
});
