// How what is known of people is kept: the document of duty/people.
import { peopleStandings } from "@parley/protocol/signed/people";
import { roomCauses, roomWords } from "@parley/protocol/signed/selfTest";
import { z } from "zod/v4";
import type { People } from "../duty/people/port.ts";
import { count, id16Doc as id, instantDoc as instant } from "./json.ts";

const standing = z.discriminatedUnion("at", [
  z.object({ at: z.literal("unasked"), since: instant }),
  z.object({ at: z.literal("ready"), since: instant, until: instant, by: z.string() }),
  z.object({ at: z.literal("notReady"), since: instant }),
]);

const question = z.object({ id, due: instant, asked: instant, until: instant, at: z.enum(["open", "late"]) });

const room = z
  .object({ at: z.enum(roomWords), cause: z.enum(roomCauses).nullable(), since: instant, until: instant })
  .nullable();

const theirs = z.object({
  at: z.enum(peopleStandings),
  since: instant,
  until: instant.nullable(),
  room,
  hour: z.object({ began: instant, words: count }),
});

export const peopleDoc: z.ZodType<People> = z.object({
  question: question.nullable(),
  standing,
  askedFor: instant.nullable(),
  room,
  word: count,
  told: z.record(id, count),
  theirs: z.record(id, theirs),
});
