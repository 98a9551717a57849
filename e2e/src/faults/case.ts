// One way to bring one failure mode about in a real world, and what must be said of it.
import type { By, Expected, Guilty } from "./said.ts";
import type { Desks } from "./desks.ts";
import type { Undo, World } from "./world.ts";

/** A world with a desk of a's and one of b's in it. */
export type DeskWorld = World & { readonly desks: Desks };

export type Case<W extends World = World> = {
  /** Of FAULTS's list, 1 to 50. */
  readonly mode: number;
  /** What is done, as the table of readiness has it. */
  readonly how: string;
  readonly guilty: Guilty;
  readonly expects: readonly Expected[];
  /** What is asked for: the checks of all stations, or a drill of the line between a and b. Null waits for what comes by itself. */
  readonly asks?: "check" | "drill" | null;
  /** What is listened to besides the usual. */
  readonly listens?: readonly By[];
  /** What must be there before, and is well: the same world is green with it. */
  readonly prepare?: (world: W) => Promise<Undo>;
  readonly inject: (world: W) => Promise<Undo>;
};
