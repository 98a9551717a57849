// Time gone by as a counter, in figures that keep their width.
import { type Instant, between } from "@parley/base/time";
import { digits } from "../words/place.ts";

export function Elapsed({ since, now }: { since: Instant; now: Instant }) {
  return <bdi className="digits">{digits(between(since, now))}</bdi>;
}
