// Where a party's clock hangs: a name people say and an IANA zone. How an instant reads there is worked out here and
// nowhere else, always 24 h, never with a zone's abbreviation. Pure: the zone rules come from the engine's own tables.
import type { Instant, Ms } from "@parley/base/time";

export type Place = { readonly name: string; /** An IANA zone, such as "Europe/Kyiv". */ readonly zone: string };

export const utc: Place = { name: "UTC", zone: "UTC" };

const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  let found = formats.get(key);
  if (found === undefined) formats.set(key, (found = new Intl.DateTimeFormat(locale, options)));
  return found;
}

/** Minutes that the clock in `zone` is ahead of UTC at that instant; negative west of it. */
export function offsetMinutes(at: Instant, zone: string): number {
  const parts = format("en-GB", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(at);
  const name = parts.find((part) => part.type === "timeZoneName")?.value ?? "GMT";
  const match = /^GMT(?:([+-])(\d{2}):(\d{2})(?::\d{2})?)?$/.exec(name);
  if (match?.[1] === undefined) return 0;
  const size = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === "-" ? -size : size;
}

/** "UTC+2", "UTC−5", "UTC+5:30", "UTC": with the true minus sign (U+2212). */
export function offsetText(at: Instant, zone: string): string {
  const minutes = offsetMinutes(at, zone);
  if (minutes === 0) return "UTC";
  const size = Math.abs(minutes);
  const rest = size % 60 === 0 ? "" : `:${String(size % 60).padStart(2, "0")}`;
  return `UTC${minutes < 0 ? "\u2212" : "+"}${Math.floor(size / 60)}${rest}`;
}

/** "18:04", or "18:04:09" with seconds. */
export function timeText(at: Instant, zone: string, seconds: "minutes" | "seconds" = "minutes"): string {
  const parts = format("en-GB", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "00";
  return seconds === "seconds" ? `${of("hour")}:${of("minute")}:${of("second")}` : `${of("hour")}:${of("minute")}`;
}

/** The weekday and day, "Tue 24 Nov": what a clock shows under its hands. `locale` is a BCP 47 tag. */
export function dayText(at: Instant, zone: string, locale: string): string {
  const parts = format(locale, { timeZone: zone, weekday: "short", day: "numeric", month: "short" }).formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("weekday")} ${of("day")} ${of("month")}`;
}

/** The weekday alone, "Mon". */
export function weekdayText(at: Instant, zone: string, locale: string): string {
  return format(locale, { timeZone: zone, weekday: "short" }).format(at);
}

/** The day and month alone, "7 Dec". */
export function dayOfMonthText(at: Instant, zone: string, locale: string): string {
  return format(locale, { timeZone: zone, day: "numeric", month: "short" }).format(at);
}

/** The day with its year, "4 March 2021". */
export function dateText(at: Instant, zone: string, locale: string): string {
  return format(locale, { timeZone: zone, day: "numeric", month: "long", year: "numeric" }).format(at);
}

/** The calendar day there, "2026-11-24": equal for two instants on the same day. */
export function dayKey(at: Instant, zone: string): string {
  return format("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
}

/** Time gone by as a counter shows it: "0:42", "12:05", "1:12:05". Negative lengths show as 0:00. */
export function digits(lasted: Ms): string {
  const all = Math.max(0, Math.floor(lasted / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(all / 3600);
  const minutes = Math.floor(all / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(all % 60)}` : `${minutes}:${two(all % 60)}`;
}
