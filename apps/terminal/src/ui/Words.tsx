// The one place where a `Say` becomes text. Names and times are isolated (<bdi>, or U+2068 and U+2069 in plain strings),
// so that a name of another script can never turn the sentence around it.
import { createElement, type ReactNode } from "react";
import { type IntlShape, useIntl } from "react-intl";
import { dateText, dayOfMonthText, dayText, digits, offsetText, timeText, weekdayText } from "../words/place.ts";
import type { Moment, Say, Value } from "../words/say.ts";

const isolated = (text: string): string => `\u2068${text}\u2069`;

function momentText(intl: IntlShape, { at, place, as }: Moment): string {
  const { zone } = place;
  switch (as) {
    case "time":
      return timeText(at, zone);
    case "seconds":
      return timeText(at, zone, "seconds");
    case "day":
      return `${dayText(at, zone, intl.locale)} ${timeText(at, zone)}`;
    case "date":
      return dateText(at, zone, intl.locale);
    case "weekday":
      return weekdayText(at, zone, intl.locale);
    case "dayOfMonth":
      return dayOfMonthText(at, zone, intl.locale);
    case "timeThere":
      return `${timeText(at, zone)} ${isolated(place.name)} (${offsetText(at, zone)})`;
    case "moment":
      return `${dayText(at, zone, intl.locale)} ${timeText(at, zone)} ${isolated(place.name)} (${offsetText(at, zone)})`;
  }
  as satisfies never;
}

/** The text of a value that is a name, a moment or a length, without its isolate; null for the rest. */
function isolate(intl: IntlShape, value: Exclude<Value, Say>): string | null {
  if (typeof value === "string" || typeof value === "number") return null;
  if ("name" in value) return value.name;
  if ("at" in value) return momentText(intl, value);
  return digits(value.lasted);
}

/** The one saying without words; the catalogue's library takes an empty message for one that is missing. */
const isNothing = (id: Say["id"]): boolean => id === "nothing";

function plain(intl: IntlShape, { id, with: values = {} }: Say): string {
  if (isNothing(id)) return "";
  const entries = Object.entries(values).map(([key, value]): [string, string | number] => {
    if (typeof value === "object" && "id" in value) return [key, plain(intl, value)];
    const text = isolate(intl, value);
    return [key, text === null ? (value as string | number) : isolated(text)];
  });
  return intl.formatMessage({ id }, Object.fromEntries(entries));
}

/** Sentences as plain strings, for labels that only assistive technology reads. */
export function useWords(): (say: Say) => string {
  const intl = useIntl();
  return (say) => plain(intl, say);
}

/** A sentence on the screen: one element, whatever it is made of. */
export function Words({ say: { id, with: values = {} } }: { say: Say }): ReactNode {
  const intl = useIntl();
  if (isNothing(id)) return null;
  const entries = Object.entries(values).map(([key, value]): [string, ReactNode] => {
    if (typeof value === "object" && "id" in value) return [key, createElement(Words, { say: value })];
    const text = isolate(intl, value);
    return [key, text === null ? (value as string | number) : createElement("bdi", null, text)];
  });
  return createElement("span", null, intl.formatMessage({ id }, Object.fromEntries(entries)));
}
