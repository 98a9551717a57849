// How a station's drills are kept: the document of duty/drills.
import { callerPart, drillPart, drillReport } from "@parley/protocol/signed/drillReport";
import { foundSchema, lineDrillsSchema } from "@parley/protocol/terminal/drill";
import { z } from "zod/v4";
import type { Drills, LinkDrills, Run } from "../duty/drills/port.ts";
import { id16Doc as id, id32Doc, instantDoc as instant } from "./json.ts";
import { encodedDoc, keptDoc } from "./recordDoc.ts";

const { verdict, ticks } = lineDrillsSchema.shape;

const linkDrillsDoc: z.ZodType<LinkDrills> = z.object({
  next: instant,
  expected: instant,
  verdict,
  station: id32Doc.nullable(),
  browsers: z.array(z.string()),
  changed: instant.nullable(),
  ticks,
});

const base = z.object({
  link: id,
  call: id,
  role: z.enum(["caller", "called"]),
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
