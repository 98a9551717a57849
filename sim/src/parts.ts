// What a world is made of, and how its parts find each other.
import type { Bytes } from "@parley/base/bytes";
import { minutes, seconds } from "@parley/base/time";
import { type IdText, type LinkId, idOf } from "@parley/protocol/ids";
import type { Equipment } from "./equipment.ts";
import type { Faults } from "./faults.ts";
import type { Front, Seat } from "./front.ts";
import type { Judge } from "./judge.ts";
import type { Media } from "./media.ts";
import type { Network } from "./net.ts";
import type { People } from "./people.ts";
import type { Plan } from "./plan.ts";
import type { Queue } from "./queue.ts";
import type { Dice } from "./random.ts";
import type { Standing } from "./standing.ts";
import type { Station } from "./station.ts";
import type { Trace } from "./trace.ts";

/** Two stations that are to be linked. */
export type Pair = { readonly a: Station; readonly b: Station; link: IdText | null };

export type World = {
  readonly plan: Plan;
  readonly dice: Dice;
  readonly queue: Queue;
  readonly network: Network;
  readonly trace: Trace;
  readonly stations: readonly Station[];
  readonly fronts: readonly Front[];
  readonly pairs: readonly Pair[];
  readonly judge: Judge;
  readonly faults: Faults;
  readonly media: Media;
  readonly equipment: Equipment;
  readonly standing: Standing;
  readonly people: People;
  /** People press on their own; between spells they do not. */
  awake: boolean;
};

export type Linked = Pair & { readonly link: IdText };
export const linkedPairs = ({ pairs }: World): readonly Linked[] =>
  pairs.flatMap(({ a, b, link }) => (link === null ? [] : [{ a, b, link }]));

export const seatsOf = (world: World): Seat[] => world.fronts.flatMap(({ seats }) => seats);
export const frontOf = (world: World, station: Station): Front =>
  world.fronts[world.stations.indexOf(station)] as Front;
export const linkBytes = (link: IdText): LinkId => idOf<LinkId>(link, 16) as Bytes as LinkId;

/** Who is at the other end of `link` from `station`, or null. */
export function farOn(world: World, station: Station, link: IdText): Station | null {
  const pair = world.pairs.find((it) => it.link === link);
  return pair === undefined ? null : pair.a === station ? pair.b : pair.a;
}

/** Backing off, dialling and greeting take less than this once everything is well again. */
const settles = minutes(4);

/** Everything is put right again, and time passes until it shows. */
export async function heal(world: World, pass: (length: number) => Promise<void>): Promise<void> {
  world.faults.end();
  await pass(settles);
  for (const seat of seatsOf(world)) if (seat.socket?.open !== true) frontOf(world, seat.station).began();
  await pass(seconds(30));
}
