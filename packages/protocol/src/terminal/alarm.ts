// The alarms of a station as its officers' consoles show them: each with what it is, whose side, and what a person has done about it.
import { z } from "zod/v4";
import { sides } from "../alarmKinds.ts";
import { maxAlarmAboutBytes, maxAlarmIdBytes, maxAlarmsKept, maxNameBytes } from "../limits.ts";
import { id16 } from "./call.ts";

const instant = z.number().int().nonnegative();
const name = z.string().min(1).max(maxNameBytes);
const about = z.string().max(maxAlarmAboutBytes);

export const alarmSchema = z.object({
  id: z.string().min(1).max(maxAlarmIdBytes),
  /** A kind of the alarm table, of a newer station perhaps. */
  kind: z.string().max(40),
  rank: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  /** Null where it is about this station alone. */
  link: id16.nullable(),
  whose: z.enum(sides),
  about,
  value: about,
  since: instant,
  times: z.number().int().positive(),
  standing: z.discriminatedUnion("at", [
    /** `told`: who has been told last. */
    z.object({ at: z.literal("open"), told: z.enum(["first", "second", "party"]) }),
    z.object({ at: z.literal("acknowledged"), by: name, when: instant }),
    z.object({ at: z.literal("shelved"), by: name, until: instant }),
  ]),
});
export type AlarmShown = z.infer<typeof alarmSchema>;

export const alarmToTerminal = [
  z.object({ type: z.literal("alarms"), alarms: z.array(alarmSchema).max(maxAlarmsKept) }),
] as const;
