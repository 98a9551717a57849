// What a station tells its terminals of its checks: what is wrong on each line and whose side it is on, and the first date on which
// anything on it will fail ([CK16] of docs/spec/check.md).
import { z } from "zod/v4";
import { maxCheckFindings, maxDated } from "../limits.ts";
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
  /** Everything on the line that has a date, of both sides, earliest first, and how it stands; an older station does not say. */
  dated: z
    .array(
      z.object({
        what: z.enum(datedKinds),
        name: z.string().max(120),
        whose: z.enum(["ours", "theirs"]),
        at: instant,
        stands: z.enum(["renews", "overdue", "good", "soon", "ended"]),
      }),
    )
    .max(2 * maxDated)
    .default([]),
});
export type LineCheck = z.infer<typeof lineCheckSchema>;

export const checkToTerminal = [
  z.object({ type: z.literal("checks"), now: instant, lines: z.array(lineCheckSchema).max(200) }),
] as const;
