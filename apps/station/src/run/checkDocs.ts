// What checks remember from one to the next, as documents of the station's own. Nothing of it decides who may take part, so a
// document that cannot be read is reported and begun anew.
import type { Bytes } from "@parley/base/bytes";
import type { Instant } from "@parley/base/time";
import type { Finding } from "@parley/drill/check";
import type { DatedItem } from "@parley/drill/horizon";
import { type Sample, maxSamples } from "@parley/drill/trend";
import { type ErrorCode, type ParleyError, errorTable } from "@parley/protocol/errorCodes";
import { maxCheckHistory, maxDated } from "@parley/protocol/limits";
import { datedKinds } from "@parley/protocol/peer/check";
import { z } from "zod/v4";
import { count, fromDoc, instantDoc } from "./json.ts";

/** One change of what was found: that it came, or that it went. */
export type Change = Finding & { readonly at: Instant; readonly is: "found" | "gone" };

/** What a side runs, in hex, and since when it is other than it first was; null where it never changed. */
export type Setup = { readonly hash: string; readonly since: Instant | null };

export type KeptCheck = {
  /** When the line was last checked. */
  readonly at: Instant | null;
  readonly findings: readonly (Finding & { readonly since: Instant })[];
  readonly history: readonly Change[];
  /** What the far side last said of its dates. */
  readonly theirs: readonly DatedItem[];
  readonly setups: { readonly ours: Setup | null; readonly theirs: Setup | null };
};

export const nothingKept: KeptCheck = {
  at: null,
  findings: [],
  history: [],
  theirs: [],
  setups: { ours: null, theirs: null },
};

const finding = z.object({
  code: z.custom<ErrorCode>((it) => typeof it === "string" && Object.hasOwn(errorTable, it)),
  whose: z.enum(["ours", "theirs", "both"]),
  level: z.enum(["red", "unproven", "warn"]),
  about: z.string(),
  value: z.string(),
});
const setup = z.object({ hash: z.string(), since: instantDoc.nullable() }).nullable();

const keptDoc: z.ZodType<KeptCheck> = z.object({
  at: instantDoc.nullable(),
  findings: z.array(finding.extend({ since: instantDoc })),
  history: z.array(finding.extend({ at: instantDoc, is: z.enum(["found", "gone"]) })).max(maxCheckHistory),
  theirs: z
    .array(
      z.object({
        what: z.enum(datedKinds),
        name: z.string(),
        began: instantDoc.nullable(),
        ends: instantDoc,
        renews: instantDoc.nullable(),
        whose: z.enum(["ours", "theirs"]),
      }),
    )
    .max(maxDated),
  setups: z.object({ ours: setup, theirs: setup }),
});
const samplesDoc: z.ZodType<readonly Sample[]> = z.array(z.object({ at: instantDoc, free: count })).max(maxSamples);

/** Whether it is the same thing, though its number or its gravity may be another by now. */
export const sameFinding = (a: Finding, b: Finding): boolean =>
  a.code === b.code && a.whose === b.whose && a.about === b.about;

/** What is kept of the findings after a check found these: each since when, and what came and went. */
export function withFound(
  { findings: before, history }: KeptCheck,
  found: readonly Finding[],
  now: Instant,
): Pick<KeptCheck, "at" | "findings" | "history"> {
  const stays = (it: Finding, among: readonly Finding[]): boolean => among.some((other) => sameFinding(it, other));
  const changeOf = ({ code, whose, level, about, value }: Finding, is: Change["is"]): Change => ({
    code,
    whose,
    level,
    about,
    value,
    at: now,
    is,
  });
  const changes = [
    ...before.filter((it) => !stays(it, found)).map((it) => changeOf(it, "gone")),
    ...found.filter((it) => !stays(it, before)).map((it) => changeOf(it, "found")),
  ];
  return {
    at: now,
    findings: found.map((it) => ({ ...it, since: before.find((old) => sameFinding(it, old))?.since ?? now })),
    history: [...history, ...changes].slice(-maxCheckHistory),
  };
}

type OnError = (error: ParleyError) => void;

export function readKept(bytes: Bytes, onError: OnError): KeptCheck {
  const read = fromDoc(keptDoc, bytes, "check");
  if (!read.ok) onError(read.error);
  return read.ok ? read.value : nothingKept;
}

/** How much room the disk had, oldest first. */
export function readSamples(bytes: Bytes | null, onError: OnError): readonly Sample[] {
  if (bytes === null) return [];
  const read = fromDoc(samplesDoc, bytes, "checkDisk");
  if (!read.ok) onError(read.error);
  return read.ok ? read.value : [];
}
