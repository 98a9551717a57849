// A sentence before it has a language: which message of the catalogue, and the facts it is about. The model makes
// these, the views show them; nothing between the two ever holds text meant for people.
import type { Instant, Ms } from "@parley/base/time";
import type { WordId } from "./en.ts";
import type { Place } from "./place.ts";

/** A name that somebody gave; always shown inside a direction isolate, because it may be of any script. */
export type Name = { readonly name: string };

/** A point in time as read at a place; `moment` is the whole of it: weekday, day, time, place and offset. */
export type Moment = {
  readonly at: Instant;
  readonly place: Place;
  readonly as: "time" | "seconds" | "day" | "date" | "moment" | "timeThere" | "weekday" | "dayOfMonth";
};

/** A length of time as counting digits, "0:42". */
export type Lasted = { readonly lasted: Ms };

export type Value = string | number | Name | Moment | Lasted | Say;

export type Say = { readonly id: WordId; readonly with?: Readonly<Record<string, Value>> };

export const say = (id: WordId, values?: Readonly<Record<string, Value>>): Say =>
  values === undefined ? { id } : { id, with: values };

export const name = (of: string): Name => ({ name: of });

export const moment = (at: Instant, place: Place, as: Moment["as"] = "moment"): Moment => ({ at, place, as });

/** How long ago, in the largest unit that says enough: "just now", "14 min ago", "3 h ago", "5 days ago". */
export function ago(lasted: Ms): Say {
  const minutes = Math.floor(lasted / 60_000);
  if (minutes < 1) return say("ago.now");
  if (minutes < 60) return say("ago.minutes", { n: minutes });
  if (minutes < 48 * 60) return say("ago.hours", { n: Math.floor(minutes / 60) });
  return say("ago.days", { n: Math.floor(minutes / 1440) });
}

/** How long something lasted, in words: "48 s", "12 min", "1 h 12 min". */
export function length(lasted: Ms): Say {
  const all = Math.max(0, Math.floor(lasted / 1000));
  if (all < 60) return say("length.seconds", { n: all });
  const minutes = Math.floor(all / 60);
  if (minutes < 60) return say("length.minutes", { n: minutes });
  return say("length.hours", { h: Math.floor(minutes / 60), n: minutes % 60 });
}
