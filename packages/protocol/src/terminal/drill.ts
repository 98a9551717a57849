// What a terminal and its own station say about drills. A drill's lines, admissions and signals are a call's own messages inside
// `drill`, so that a page which does not know drills passes them over and never rings for one ([DR2]).
import { z } from "zod/v4";
import { maxDrillBands, maxDrillTicks } from "../limits.ts";
import {
  drillCauses,
  drillSessions,
  drillSides,
  drillSteps,
  stepOutcomes,
  verdictWords,
} from "../signed/drillReport.ts";
import { callFromTerminal, callToTerminal, id16 } from "./call.ts";

const instant = z.number().int().nonnegative();
const uint = z.number().int().nonnegative();
const uint32 = uint.max(0xffffffff);
const uint16 = uint.max(0xffff);

const stepResultSchema = z.object({
  step: z.enum(drillSteps),
  outcome: z.enum(stepOutcomes),
  cause: z.enum(drillCauses).nullable(),
  whose: z.enum(drillSides),
  took: uint32,
});

/** As signed/drillReport has them. */
const numbersSchema = z.object({
  setUp: uint32.nullable(),
  roundTrip: uint32.nullable(),
  lost: uint16.nullable(),
  jitter: uint32.nullable(),
  couldSend: uint32.nullable(),
  sent: uint32.nullable(),
  received: uint32.nullable(),
  codec: z.string().max(40),
  path: z.enum(["none", "direct", "relay"]),
  pictures: uint32,
  torn: uint32,
  gap: uint32,
  greyError: uint.max(255).nullable(),
  soundBehind: uint16.nullable(),
  bands: z.array(z.object({ hz: uint16, below: uint.max(255).nullable(), late: uint16 })).max(maxDrillBands),
});

/** What a terminal found: so far, or in the end. */
export const foundSchema = z.object({
  results: z.array(stepResultSchema).max(drillSteps.length),
  numbers: numbersSchema.nullable(),
});
export type Found = z.infer<typeof foundSchema>;

/** Why a terminal has left a drill: a person uses it, which is no failure, or its page was loaded anew and knows nothing of it. */
export const drillLeftWords = ["inUse", "loadedAnew"] as const;
export type DrillLeft = (typeof drillLeftWords)[number];

export const drillFromTerminal = [
  /** Whether this terminal could take part in a drill now, and the browser that it runs in. */
  z.object({
    type: z.literal("drillable"),
    at: z.enum(["idle", "inUse"]),
    browser: z.string().max(200),
    /** Besides the direct one, which every page that knows drills can take part in as the caller. */
    sessions: z.array(z.enum(drillSessions)).max(drillSessions.length).optional(),
  }),
  z.object({ type: z.literal("drill"), message: z.discriminatedUnion("type", [...callFromTerminal]) }),
  /** `measured`: all that was to be measured is, and the drill may end; `over`: it has ended here, and nothing more comes. */
  z.object({ type: z.literal("found"), call: id16, at: z.enum(["measured", "over"]), found: foundSchema }),
  /** This terminal has let go of everything of that drill's call, and wants to be told of it as one that was loaded anew. */
  z.object({ type: z.literal("drillReload"), call: id16 }),
  /** This terminal takes no part in that drill, or none any more: its last word, as `over` is. */
  z.object({ type: z.literal("drillLeft"), call: id16, why: z.enum(drillLeftWords) }),
] as const;

/** A line's drills, as its terminals show them. */
export const lineDrillsSchema = z.object({
  link: id16,
  /** The newest verdict, or null before the first drill. */
  verdict: z
    .object({
      at: z.enum(verdictWords),
      step: z.enum(drillSteps).nullable(),
      cause: z.enum(drillCauses).nullable(),
      whose: z.enum(["ours", "theirs", "both"]),
      /** In which of the drill's sessions that was; absent in what older versions kept. */
      session: z.enum(drillSessions).optional(),
      when: instant,
      signedByBoth: z.boolean(),
      setUp: uint32.nullable(),
      roundTrip: uint32.nullable(),
      lost: uint16.nullable(),
    })
    .nullable(),
  /** Since when something is other than it was in that drill, if it is. */
  changed: instant.nullable(),
  /** When that verdict is too old to speak for the line. */
  stale: instant,
  running: z.boolean(),
  ticks: z.array(z.enum(["passed", "degraded", "failed", "missed"])).max(maxDrillTicks),
});
export type LineDrills = z.infer<typeof lineDrillsSchema>;

export const drillToTerminal = [
  z.object({ type: z.literal("drill"), message: z.discriminatedUnion("type", [...callToTerminal]) }),
  /** What this terminal does in the drill of `call`: it answers `ringFor` after it rang, and talks `talkFor` at least. */
  z.object({
    type: z.literal("drillPlan"),
    call: id16,
    ringFor: uint32,
    talkFor: uint32,
    /** Absent: the direct one. */
    session: z.enum(drillSessions).optional(),
    /** It was told so before, and came back to its station since: a page that takes part takes this for no other drill. */
    again: z.boolean().optional(),
  }),
  /** The far side has measured what it wants. */
  z.object({ type: z.literal("drillMeasured"), call: id16 }),
  /** A person wants this terminal or the line. */
  z.object({ type: z.literal("drillGivenUp"), call: id16 }),
  z.object({ type: z.literal("drills"), now: instant, lines: z.array(lineDrillsSchema).max(200) }),
] as const;
