// The sound a party's microphone makes in tests: beeps of the party's own pitch. Beeps, because a browser's noise suppression
// learns a steady tone away within two seconds. Pure: both Node (WAV files) and pages (Web Audio) use it.

/** The pitch of a party's beep, Hz: whole hundreds, so that a one-second loop closes without a click. */
export const toneOf = (party: number): number => 400 + 200 * party;

/** The party whose pitch `hz` is, within 60 Hz, or null. */
export function partyOfTone(hz: number): number | null {
  const party = Math.round((hz - 400) / 200);
  return party >= 1 && party <= 15 && Math.abs(hz - toneOf(party)) <= 60 ? party : null;
}

/** Length of one beep with its pause, seconds. */
export const beepPeriod = 0.5;

/** Loudness 0 to 1 of the beep at `t` seconds: a quarter of a second on with soft edges, a quarter off. */
export function beepAt(t: number): number {
  const at = t % beepPeriod;
  return at >= 0.25 ? 0 : Math.min(1, at / 0.01, (0.25 - at) / 0.01);
}
