// Times as people on both sides read them: each party's local time with its name and offset, from what the entry recorded, so
// that an old entry reads the same after any change of time-zone rules. Only `offsetAt` asks the machine's time-zone data.
import type { Instant } from "@parley/base/time";

/** A party's place in time, as a call's entry holds it: minutes east of UTC at the recorded time. */
export type PlaceInTime = { readonly name: string; readonly offset: number };

/** One party's clock and calendar at a time. */
export type LocalTime = {
  readonly name: string;
  /** `15:07`, 24 hours. */
  readonly clock: string;
  /** `2026-09-14`. */
  readonly date: string;
  /** `UTC-5`, `UTC+5:30`, `UTC`. */
  readonly offset: string;
};

const two = (n: number): string => String(n).padStart(2, "0");

/**
 * Minutes east of UTC in an IANA zone at a time, by this machine's time-zone data; null when it does not know the zone.
 * Offsets with seconds, all before 1972, are cut to the minute.
 */
export function offsetAt(zone: string, time: Instant): number | null {
  let parts: Intl.DateTimeFormatPart[];
  try {
    parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(time);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  const name = parts.find((part) => part.type === "timeZoneName")?.value ?? "";
  if (name === "GMT") return 0;
  const match = /^GMT([+-])(\d\d):(\d\d)/.exec(name);
  if (match === null) return null;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === "-" ? -minutes : minutes;
}

export function offsetText(offset: number): string {
  if (offset === 0) return "UTC";
  const size = Math.abs(offset);
  const minutes = size % 60;
  return `UTC${offset < 0 ? "-" : "+"}${Math.floor(size / 60)}${minutes === 0 ? "" : `:${two(minutes)}`}`;
}

export function localTime(time: Instant, place: PlaceInTime): LocalTime {
  const local = new Date(time + place.offset * 60_000);
  return {
    name: place.name,
    clock: `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`,
    date: `${local.getUTCFullYear()}-${two(local.getUTCMonth() + 1)}-${two(local.getUTCDate())}`,
    offset: offsetText(place.offset),
  };
}

/**
 * `Began 15:07 Northmark (UTC-5), 23:07 Estovar (UTC+3)`; where the calendars of the places differ at that time, each with
 * its date: `Began 2026-09-14 21:07 Northmark (UTC-5), 2026-09-15 05:07 Estovar (UTC+3)`.
 */
export function timeLine(word: string, time: Instant, places: readonly PlaceInTime[]): string {
  const locals = places.map((place) => localTime(time, place));
  const dated = locals.some((local) => local.date !== locals[0]?.date);
  const texts = locals.map(({ name, clock, date, offset }) => `${dated ? `${date} ` : ""}${clock} ${name} (${offset})`);
  return `${word} ${texts.join(", ")}`;
}

export const beganText = (time: Instant, places: readonly PlaceInTime[]): string => timeLine("Began", time, places);
export const endedText = (time: Instant, places: readonly PlaceInTime[]): string => timeLine("Ended", time, places);
