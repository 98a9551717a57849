// How many pictures of a call were lost, exactly: by the encoders' and decoders' own counts, taken while both cameras stand still,
// so that nothing is under way.
import type { Page } from "playwright-core";
import type { MediaCounts } from "./meterTypes.ts";

export const roles = ["caller", "callee"] as const;
export type Role = (typeof roles)[number];
type Both<T> = Readonly<Record<Role, T>>;

/** Asks both pages the same thing, together. */
export async function ofBoth<T>(pages: Both<Page>, ask: (page: Page) => Promise<T>): Promise<Both<T>> {
  const [caller, callee] = [ask(pages.caller), ask(pages.callee)];
  return { caller: await caller, callee: await callee };
}

export const countsOf = (pages: Both<Page>): Promise<Both<MediaCounts>> =>
  ofBoth(pages, (page) => page.evaluate(() => globalThis.parleyMeter.counts()));

/**
 * Both canvas cameras stand still until everything under way has arrived, and the counts are taken: between two of these,
 * encoded at one end less decoded at the other is exactly what was lost.
 */
export async function settledCounts(pages: Both<Page>): Promise<Both<MediaCounts>> {
  const still = (yes: boolean) => ofBoth(pages, (page) => page.evaluate((y) => globalThis.parleyCamera.pause(y), yes));
  await still(true);
  await new Promise((resolve) => setTimeout(resolve, 700));
  const counts = await countsOf(pages);
  await still(false);
  return counts;
}

/** What one count grew by at one end, between two settled counts. */
export const grown = (
  before: Both<MediaCounts>,
  after: Both<MediaCounts>,
  role: Role,
  what: "encoded" | "decoded",
): number => after[role][what] - before[role][what];

/** Pictures encoded at either end and never decoded at the other, between two settled counts. */
export const lostBetween = (before: Both<MediaCounts>, after: Both<MediaCounts>): number =>
  grown(before, after, "caller", "encoded") -
  grown(before, after, "callee", "decoded") +
  grown(before, after, "callee", "encoded") -
  grown(before, after, "caller", "decoded");
