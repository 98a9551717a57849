// How terminals' tests of their rooms are kept: the document of duty/selfTests.
import { roomCauses, roomWords } from "@parley/protocol/signed/selfTest";
import { z } from "zod/v4";
import type { SelfTests } from "../duty/selfTests.ts";
import { count, id16Doc as id, instantDoc as instant } from "./json.ts";

const under = z.object({
  test: id,
  terminal: id,
  browser: z.string(),
  asked: instant,
  until: instant,
  at: z.discriminatedUnion("is", [
    z.object({ is: z.literal("waking") }),
    z.object({ is: z.literal("under"), woke: count }),
  ]),
});

const last = z.object({
  at: z.enum(roomWords),
  cause: z.enum(roomCauses).nullable(),
  when: instant,
  until: instant,
});

export const selfTestsDoc: z.ZodType<SelfTests> = z.object({
  under: under.nullable(),
  desks: z.record(id, z.object({ askedFor: instant, again: instant.nullable(), last: last.nullable() })),
});
