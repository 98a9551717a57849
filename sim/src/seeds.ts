// Seeds that once found something wrong, and what: each is run again for ever. A seed is the name of a world; how long its
// world is follows from the list that it stands in. A world that is planned anew has other seeds; these then hold by chance.

export type KeptSeed = { readonly seed: string; readonly found: string };

/** Worlds of `shortPlan`. */
export const shortSeeds: readonly KeptSeed[] = [
  {
    seed: "3",
    found:
      "a desk whose clock was ahead of its station's gave its own call up at once; clocks apart gave calls two records",
  },
  { seed: "13", found: "a ring that was judged by a clock set while the station was down" },
  {
    seed: "67",
    found: "an End that a crash took from the station: the line stayed taken, and its desk was let in again",
  },
  {
    seed: "162",
    found: "a ring that ran out at the desk while its station was down: the desk was let into the call later",
  },
  { seed: "97", found: "a desk that a call came back to after a handover took itself for one that had never left" },
  {
    seed: "237",
    found:
      "a pairing that only the importing side finished: restarted, it never called again, and the other side gave up",
  },
  { seed: "42", found: "equal clocks did so too, by the time that an answer or an end spent on a dead connection" },
  { seed: "39", found: "so did a hand-over near the end, of which only one side knew" },
  {
    seed: "176",
    found:
      "a calling station that was down for the ring's end gave up a ring that had been answered, and so a live call",
  },
  { seed: "127", found: "a ring that was over came late and took the other party's own ring with it" },
  {
    seed: "64",
    found:
      "receipts of a station whose clock had lost its time were taken for forged, and the call stood between two states",
  },
  {
    seed: "188",
    found: "an End told from desk to desk while a station was down, and then a new ring, made two accounts of one call",
  },
  {
    seed: "10",
    found:
      "in the simulator: a ring at another desk, shown where it had been declined, was taken for one that came back",
  },
];

/** Worlds of five stations, the first linked with each: `fivePlan`. */
export const fiveSeeds: readonly KeptSeed[] = [
  { seed: "five 2", found: "a desk that was calling on one line answered on another by itself, and was taken back" },
];

/** Worlds of `longPlan`, with their years. */
export const longSeeds: readonly (KeptSeed & { readonly years: number })[] = [];
