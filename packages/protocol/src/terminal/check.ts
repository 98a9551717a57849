// What a station tells its terminals of its checks: what is wrong on each line and whose side it is on, and the first date on which
// anything on it will fail ([CK16] of docs/spec/check.md).
import { z } from "zod/v4";
import { maxCheckFindings } from "../limits.ts";
import { datedKinds } from "../peer/check.ts";
import { id16 } from "./call.ts";

const instant = z.number().int().nonnegative();

const lineCheckSchema = z.object({
  link: id16,
  /** When it was last checked; null before the first time. */
  at: instant.nullable(),
  findings: z
    .array(
      z.object({
        /** A code of the error table. */
        code: z.string().max(64),
        whose: z.enum(["ours", "theirs", "both"]),
        level: z.enum(["red", "unproven", "warn"]),
        about: z.string().max(400),
        value: z.string().max(100),
        since: instant,
      }),
    )
    .max(maxCheckFindings),
  /** The first thing with a date that counts; null where nothing has one. */
  horizon: z
    .object({ what: z.enum(datedKinds), name: z.string().max(120), whose: z.enum(["ours", "theirs"]), at: instant })
    .nullable(),
});
export type LineCheck = z.infer<typeof lineCheckSchema>;

export const checkToTerminal = [
  z.object({ type: z.literal("checks"), now: instant, lines: z.array(lineCheckSchema).max(200) }),
] as const;
