// What the bench's camera puts into the barcode's number: when the picture was drawn and its place in the sequence, so that
// one reading tells both the delay from glass to glass and how many pictures went missing. Pure.
//
//   milliseconds of the wall clock mod 2^22 (70 minutes) | sequence mod 2^10
//
// Both pages run on one machine; their clocks (`performance.timeOrigin + performance.now()`) are the same clock.

const timeRange = 2 ** 22;
const sequenceRange = 2 ** 10;

/** The number for a picture drawn at `at` (ms since 1970, fractions dropped) as the `sequence`-th. */
export const stampOf = (at: number, sequence: number): number =>
  (Math.floor(at) % timeRange) * sequenceRange + (sequence % sequenceRange);

/** Milliseconds from the stamp to `now`; exact up to 35 minutes either way, negative when the stamp is later. */
export function ageOf(stamp: number, now: number): number {
  const age = (now % timeRange) - Math.floor(stamp / sequenceRange);
  return age > timeRange / 2 ? age - timeRange : age < -timeRange / 2 ? age + timeRange : age;
}

/** Pictures between two stamps that nobody saw; 0 when they follow each other, or when the later one came first. */
export function missedBetween(earlier: number, later: number): number {
  const step = (later - earlier + 2 ** 32) % sequenceRange;
  return step === 0 || step > sequenceRange / 2 ? 0 : step - 1;
}
