// The station's alarms and what of them waits to be delivered, as one document: it outlives a restart whole. What cannot be read is
// found anew from what is so; what was done about it then counts no more, and a person hears of it once more rather than never.
import { isAlarmKind, sides } from "@parley/protocol/alarmKinds";
import type { AlarmKind } from "@parley/protocol/alarmKinds";
import { maxAlarmsKept, maxDeliveries } from "@parley/protocol/limits";
import { z } from "zod/v4";
import { type Alarms, told, whats } from "../duty/alarms/port.ts";
import type { Queue } from "../duty/alarms/queue.ts";
import { count, instantDoc } from "./json.ts";

const text = z.string().max(400);
const kind = z.custom<AlarmKind>((it) => typeof it === "string" && isAlarmKind(it));
const line = z.string().max(64);

const standing = z.discriminatedUnion("at", [
  z.object({ at: z.literal("settling"), until: instantDoc }),
  z.object({ at: z.literal("open"), told: z.enum(told), until: instantDoc.nullable() }),
  z.object({ at: z.literal("acknowledged"), by: text, when: instantDoc, until: instantDoc.nullable() }),
  z.object({ at: z.literal("shelved"), by: text, until: instantDoc }),
]);

const alarm = z.object({
  id: text,
  kind,
  rank: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  link: line.nullable(),
  lines: z.array(line).max(1000),
  whose: z.enum(sides),
  about: text,
  value: text,
  mark: text,
  origin: z.enum(["lasts", "happened"]),
  since: instantDoc,
  last: instantDoc,
  times: count,
  standing,
  reached: z.array(z.enum(told)).max(10),
});

const far = z.object({
  at: z.enum(["standing", "over"]),
  link: line,
  id: text,
  kind: text,
  whose: z.enum(sides),
  about: text,
  until: instantDoc,
});

const delivery = z.object({
  id: z.string().max(1000),
  way: text,
  what: z.enum(whats),
  to: z.enum(["first", "second"]),
  alarm,
  at: instantDoc,
  tries: count,
  next: instantDoc,
});

const way = z.object({
  way: text,
  delivered: count,
  failed: count,
  givenUp: count,
  failing: z.object({ since: instantDoc, why: text }).nullable(),
});

export type AlarmsKept = { readonly alarms: Alarms; readonly queue: Queue };

export const alarmsDoc: z.ZodType<AlarmsKept> = z.object({
  alarms: z.object({ alarms: z.array(alarm).max(maxAlarmsKept), far: z.array(far).max(10_000) }),
  queue: z.object({ waiting: z.array(delivery).max(maxDeliveries), ways: z.array(way).max(100) }),
});
