// Seeds that once found something wrong, and what: each is run again for ever. A seed is the name of a world; how long its
// world is follows from the list that it stands in.

export type KeptSeed = { readonly seed: string; readonly found: string };

/** Worlds of `shortPlan`. */
export const shortSeeds: readonly KeptSeed[] = [];

/** Worlds of `longPlan`, with their years. */
export const longSeeds: readonly (KeptSeed & { readonly years: number })[] = [];
