// How a station's drills are kept: the document of duty/drills.
import { callerPart, drillPart, drillReport, drillSessions } from "@parley/protocol/signed/drillReport";
import { foundSchema, lineDrillsSchema } from "@parley/protocol/terminal/drill";
import { z } from "zod/v4";
import type { Drills, LinkDrills, Run } from "../duty/drills/port.ts";
import { id16Doc as id, id32Doc, instantDoc as instant } from "./json.ts";
import { encodedDoc, keptDoc } from "./recordDoc.ts";

const { verdict, ticks } = lineDrillsSchema.shape;
const session = z.enum(drillSessions);
const awaited = z.object({ session, until: instant }).nullable().default(null);

const linkDrillsDoc: z.ZodType<LinkDrills> = z.object({
  next: instant,
  expected: instant,
  verdict,
  // What an older version kept knows of no sessions.
  sessions: z.partialRecord(session, verdict.unwrap()).default({}),
  oneWay: z
    .object({ role: z.enum(["caller", "called"]), verdict: verdict.unwrap() })
    .nullable()
    .default(null),
  asked: awaited,
  coming: awaited,
  route: z.enum(["none", "direct", "relay"]).default("none"),
  theirs: id32Doc.nullable().default(null),
  deaf: z.object({ station: id32Doc.nullable(), until: instant }).nullable().default(null),
  station: id32Doc.nullable(),
  browsers: z.array(z.string()),
  changed: instant.nullable(),
  ticks,
});

const base = z.object({
  link: id,
  call: id,
  role: z.enum(["caller", "called"]),
  session: session.default("direct"),
  terminal: id.nullable(),
  browser: z.string(),
  began: instant,
  until: instant,
});
const found = foundSchema.nullable();
const early = keptDoc(callerPart).nullable();

const runDoc: z.ZodType<Run> = z.union([
  base.extend({
    at: z.literal("under"),
    found,
    ours: z.enum(["measuring", "measured", "over"]),
    theirs: z.enum(["measuring", "measured"]),
    early,
  }),
  base.extend({ at: z.literal("lastWord"), found, early }),
  base.extend({ at: z.literal("report"), part: encodedDoc(callerPart) }),
  base.extend({ at: z.literal("part"), own: encodedDoc(drillPart) }),
  base.extend({ at: z.literal("countersignature"), kept: keptDoc(drillReport) }),
  base.extend({ at: z.literal("yielded") }),
]);

export const drillsDoc: z.ZodType<Drills> = z.object({ links: z.record(id, linkDrillsDoc), runs: z.array(runDoc) });
