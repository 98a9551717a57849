// One place's clock: 24 h in tabular figures, the weekday and day, the place and its offset from UTC.
import { useIntl } from "react-intl";
import type { Instant } from "@parley/base/time";
import { type Place, dayText, offsetText, timeText } from "../words/place.ts";

export type ClockProps = {
  readonly at: Instant;
  readonly place: Place;
  readonly seconds?: "minutes" | "seconds";
};

export function Clock({ at, place, seconds = "minutes" }: ClockProps) {
  const intl = useIntl();
  const offset = offsetText(at, place.zone);
  return (
    <div className="clock">
      <time className="clock-time" dateTime={new Date(at).toISOString()}>
        <bdi>{timeText(at, place.zone, seconds)}</bdi>
      </time>
      <span className="clock-place">
        <bdi>{place.name}</bdi>
        {offset !== place.name && <bdi className="clock-offset">{offset}</bdi>}
      </span>
      <span className="clock-day">
        <bdi>{dayText(at, place.zone, intl.locale)}</bdi>
      </span>
    </div>
  );
}
