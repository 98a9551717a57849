// Time as Parley counts it, and the port through which it is passed in: nothing outside a `main` reads a clock itself.
import type { Brand } from "./brand.ts";

/** A length of time in whole milliseconds; may be negative only as a difference. */
export type Ms = Brand<number, "Ms">;

/** A point in time: whole milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted. */
export type Instant = Brand<number, "Instant">;

export const ms = (n: number): Ms => n as Ms;
export const seconds = (n: number): Ms => (n * 1000) as Ms;
export const minutes = (n: number): Ms => (n * 60_000) as Ms;
export const hours = (n: number): Ms => (n * 3_600_000) as Ms;
export const days = (n: number): Ms => (n * 86_400_000) as Ms;

export const instant = (n: number): Instant => n as Instant;
export const after = (t: Instant, d: Ms): Instant => (t + d) as Instant;
export const between = (from: Instant, to: Instant): Ms => (to - from) as Ms;

/** Stops the timer it was returned for; calling it twice, or after the timer fired, does nothing. */
export type Cancel = () => void;

/**
 * The clock of one machine.
 *
 * `now` is the wall clock: for records and people, may jump, is never compared between two machines.
 * `elapsed` is monotonic from an arbitrary start: for deadlines and ages.
 * `wait` calls back once, not earlier than `delay` of `elapsed` time later.
 */
export type Clock = {
  readonly now: () => Instant;
  readonly elapsed: () => Ms;
  readonly wait: (delay: Ms, then: () => void) => Cancel;
};
