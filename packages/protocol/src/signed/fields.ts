// Fields that several signed structs share.
import { type Codec, type Of, mapped, oneOf, struct, text, uint16, uint48 } from "@parley/base/codec";
import { type Instant, instant } from "@parley/base/time";
import { maxNameBytes } from "../limits.ts";

/** A date of the signer's wall clock, milliseconds. */
export const signedInstant: Codec<Instant> = mapped(uint48, instant, (t) => t);

/** A name for people: not empty, no control characters, no direction overrides that could make it read as another. */
export const name: Codec<string> = mapped(
  text(maxNameBytes),
  (t) => (isName(t) ? t : null),
  (t) => t,
);

export const isName = (t: string): boolean =>
  t.length > 0 && t === t.trim() && !/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u.test(t);

/** An IANA time zone name by its form; whether this machine knows the zone is for the view to find out. */
export const timeZone: Codec<string> = mapped(
  text(64),
  (t) => (/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,2}$/.test(t) ? t : null),
  (t) => t,
);

/** Where a station listens for other stations: a DNS name or IP address (IPv6 without brackets), and a port. */
export const stationAddress = struct({
  host: mapped(
    text(253),
    (t) => (/^[A-Za-z0-9.:-]+$/.test(t) ? t : null),
    (t: string) => t,
  ),
  port: uint16,
});
export type StationAddress = Of<typeof stationAddress>;

/** What a terminal is for. `probe` is a browser that the station itself starts for drills; no person sits at it. */
export const roles = [
  "principal",
  "dutyOfficer",
  "interpreter",
  "adviser",
  "spokesperson",
  "auditor",
  "probe",
] as const;
export type Role = (typeof roles)[number];
export const role: Codec<Role> = oneOf(...roles);
