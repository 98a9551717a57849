// What a duty officer's console asks of the drills that its station's ledger holds, and what it is told: a page of them, what came of
// those of the last weeks by day and by hour of the week, and one of them step by step with both sides' numbers. Everything is
// bounded; what is older is asked for page by page. Carries [VW70] of docs/spec/views.md.
import { z } from "zod/v4";
import { maxDrillDays, maxDrillTicks, maxNameBytes } from "../limits.ts";
import { drillCauses, drillSessions, drillSteps } from "../signed/drillReport.ts";
import { id16 } from "./call.ts";
import { foundSchema } from "./drill.ts";

const instant = z.number().int().nonnegative();
const index = z.number().int().nonnegative();
const uint32 = z.number().int().nonnegative().max(0xffffffff);

/** As packages/drill/history has them. */
const came = z.enum(["passed", "degraded", "failed", "missed"]);
const counts = { passed: uint32, degraded: uint32, failed: uint32, missed: uint32 };
const spread = z.object({ low: uint32, middle: uint32, high: uint32 }).nullable();

const told = {
  /** Of its entry in the ledger. */
  index,
  at: instant,
  came,
  session: z.enum(drillSessions),
  /** The first step that was not as it should be, why, and on whose side; null and `both` where all was well. */
  step: z.enum(drillSteps).nullable(),
  cause: z.enum(drillCauses).nullable(),
  whose: z.enum(["ours", "theirs", "both"]),
  signedByBoth: z.boolean(),
};

/**
 * A drill by the entry of its direct session, with our own side's numbers in that: milliseconds, microseconds, packets of 10,000.
 * What came of it is that session's, or `degraded` where another one was not passed.
 */
const drillRowSchema = z.object({
  ...told,
  /** Every session of it, each by its own entry, the direct one first. */
  sessions: z.array(z.object({ session: z.enum(drillSessions), index, came })).max(drillSessions.length),
  setUp: uint32.nullable(),
  roundTrip: uint32.nullable(),
  lost: uint32.nullable(),
});
export type DrillRow = z.infer<typeof drillRowSchema>;

const summarySchema = z.object({
  /** The zone whose calendar counts: that of the station's own party. */
  zone: z.string().max(64),
  /** Days since 1 January 1970 of that calendar. */
  today: uint32,
  days: z.array(z.object({ day: uint32, ...counts, setUp: spread, roundTrip: spread, lost: spread })).max(maxDrillDays),
  hours: z
    .array(z.object({ weekday: z.number().int().min(0).max(6), hour: z.number().int().min(0).max(23), ...counts }))
    .max(7 * 24),
});
export type DrillSummary = z.infer<typeof summarySchema>;

/** One side of a drill, by its own clock. `terminal` is named where it is one of ours. */
const sideSchema = z.object({
  ...foundSchema.shape,
  terminal: z.string().max(maxNameBytes).nullable(),
  browser: z.string().max(200),
  began: instant,
  ended: instant,
});
export type DrillSideTold = z.infer<typeof sideSchema>;

const drillToldSchema = z.object({
  ...told,
  link: id16,
  /** Which of the two ours was; of a drill that never came, the one that waited. */
  role: z.enum(["caller", "called"]),
  /** Null for a side that gave no part of its own, as of a drill that it did not sign. */
  ours: sideSchema.nullable(),
  theirs: sideSchema.nullable(),
});
export type DrillTold = z.infer<typeof drillToldSchema>;

export const drillHistoryFromTerminal = [
  /** Drills of that line before the entry `before`, newest first; null for the newest, with the summary. */
  z.object({ type: z.literal("drillHistory"), link: id16, before: index.nullable() }),
  z.object({ type: z.literal("drillReport"), index }),
  /** Rehearse that line now. */
  z.object({ type: z.literal("drillNow"), link: id16 }),
] as const;

export const drillHistoryToTerminal = [
  z.object({
    type: z.literal("drillHistory"),
    link: id16,
    /** As asked. */
    before: index.nullable(),
    rows: z.array(drillRowSchema).max(maxDrillTicks),
    /** Where older ones may be asked for, or null where the ledger has none. */
    older: index.nullable(),
    summary: summarySchema.nullable(),
  }),
  /** Null where that entry is of no drill. */
  z.object({ type: z.literal("drillReport"), index, drill: drillToldSchema.nullable() }),
] as const;
