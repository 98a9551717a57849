// What must hold of every word that a station says to its terminals, judged as it is said: what only rests cannot show, since
// the machine of calls forgives a great deal ([SM23]-[SM27] of docs/spec/sim.md). Decides nothing.
import { minutes, seconds } from "@parley/base/time";
import { type Line, isInCall, openCall } from "@parley/call/state";
import type { IdText } from "@parley/protocol/ids";
import type { Station } from "./station.ts";
import { type World, linkBytes } from "./parts.ts";

/** One told: to a terminal, or to all. */
export type Told = { readonly to: IdText | null; readonly message: object };

type Ringing = { readonly life: number; readonly desks: readonly IdText[] };

/** How often and how long two stations that both call are looked at: a ring's minute. */
const lookEvery = seconds(5);
const looks = 12;

/** The longest that the presence of a desk waits for a full disk. */
const waitsForRoom = minutes(3);

export class Watch {
  private readonly world: () => World;
  private readonly wrong: (what: string) => void;
  private readonly nameOf: (call: IdText) => string;
  private readonly calling = new Map<string, IdText>();
  /** Calls that crossed. */
  private readonly rivals = new Map<IdText, readonly IdText[]>();
  /** Calls that a person has ended. */
  private readonly ended = new Set<IdText>();
  /** Rings that a desk or the calling station has given up, and calls in which somebody has seen the other. */
  private readonly givenUp = new Set<IdText>();
  private readonly seen = new Set<IdText>();
  private readonly ringing = new Map<string, Ringing>();
  private readonly came = new Map<IdText, readonly number[]>();
  private readonly lastTold = new Map<
    Station,
    { readonly at: number; readonly life: number; readonly words: Set<string> }
  >();

  constructor(world: () => World, nameOf: (call: IdText) => string, wrong: (what: string) => void) {
    this.world = world;
    this.nameOf = nameOf;
    this.wrong = wrong;
  }

  told(station: Station, { to, message }: Told): void {
    if (station.failing) this.wrong(`[SM23] ${station.name} acts on what its disk has refused`);
    if (!("type" in message) || message.type !== "line") return;
    const at = this.world().queue.now();
    const before = this.lastTold.get(station);
    const fresh = before?.at !== at || before.life !== station.lives;
    const words = fresh ? new Set<string>() : before.words;
    this.lastTold.set(station, { at, life: station.lives, words });
    const word = JSON.stringify([to, message]);
    if (words.has(word) && !this.cameTwice(to, at)) this.wrong(`[SM24] ${station.name} tells a line twice at once`);
    words.add(word);
  }

  /** A desk comes to its station. */
  comes(desk: IdText): void {
    this.came.set(desk, [...(this.came.get(desk) ?? []).slice(-1), this.world().queue.now()]);
  }

  /** Each coming is answered, and a station that waits for room on its disk answers two at once. */
  private cameTwice(desk: IdText | null, now: number): boolean {
    const [first, second] = desk === null ? [] : (this.came.get(desk) ?? []);
    return first !== undefined && second !== undefined && now - first < waitsForRoom;
  }

  /** A person has ended `call` at a desk. */
  endedBySomebody(call: IdText): void {
    this.ended.add(call);
  }

  /** A desk has given `call` up for want of an answer. */
  gaveUp(call: IdText): void {
    this.givenUp.add(call);
  }

  /** A desk sees the far one in `call`. */
  sees(call: IdText): void {
    this.seen.add(call);
  }

  lineTold(station: Station, link: IdText, line: Line): void {
    if (line.at === "ended" && (line.why === "unanswered" || line.why === "notDelivered")) this.gaveUp(line.call);
    this.endedByPeople(station, line);
    const call = openCall(line);
    if (call === null) return;
    this.gaveWay(station, link, call, line);
    this.answeredWhereItRang(station, call, line);
    if (line.at !== "ringing" || line.side !== "calling") return;
    for (let look = 1; look <= looks; look++)
      this.world().queue.wait(look * lookEvery, () => this.bothCall(station, link, call));
  }

  /** [SM25]: a call is answered at a desk at which it rings, so at none that has declined. */
  private answeredWhereItRang(station: Station, call: IdText, line: Line): void {
    const key = `${station.name} ${call}`;
    const before = this.ringing.get(key);
    this.ringing.delete(key);
    if (line.at === "ringing" && line.side === "called") {
      this.ringing.set(key, { life: station.lives, desks: line.desks });
    } else if (isInCall(line) && before?.life === station.lives && !before.desks.includes(line.ours)) {
      this.wrong(`[SM25] ${station.name} answered ${this.nameOf(call)} at a desk where it did not ring`);
    }
  }

  /** A station that called goes over to the call that crossed its own. */
  private gaveWay(station: Station, link: IdText, call: IdText, line: Line): void {
    const key = `${station.name} ${link}`;
    const before = this.calling.get(key);
    this.calling.delete(key);
    if (line.at === "ringing" && line.side === "calling") this.calling.set(key, call);
    if (before === undefined || before === call) return;
    this.rivals.set(call, [...(this.rivals.get(call) ?? []), before]);
    this.rivals.set(before, [...(this.rivals.get(before) ?? []), call]);
  }

  /** [SM27]; where both had called and one ended that one call, the other one gave way to it and is over too. */
  private endedByPeople(station: Station, line: Line): void {
    if (line.at !== "ended" || line.answered === null || line.why === "superseded") return;
    if ([line.call, ...(this.rivals.get(line.call) ?? [])].some((call) => this.isEnded(call))) return;
    this.wrong(`[SM27] nobody ended ${this.nameOf(line.call)}, and ${station.name} says that it is over: ${line.why}`);
  }

  /** An answer may cross with the caller's giving up, as long as nobody has seen anybody ([CA9]). */
  private isEnded(call: IdText): boolean {
    return this.ended.has(call) || (this.givenUp.has(call) && !this.seen.has(call));
  }

  /** [SM26]: when both have taken all that the other said, they do not both ring each other. */
  private bothCall(station: Station, link: IdText, call: IdText): void {
    const far = this.farOf(station, link);
    // Of a party whose disk forgot what it had said nothing else is asked ([SM21]).
    if ([station, far].some((it) => (it?.forgot ?? null) !== null)) return;
    const calls = [station, far].map((it) => {
      const { sent, acknowledged } = it?.alive?.store.position(linkBytes(link)) ?? { sent: 1, acknowledged: 0 };
      return sent === acknowledged ? this.ringsOut(it, link) : null;
    });
    const [ours, theirs] = calls;
    if (ours === call && theirs !== undefined && theirs !== null && theirs !== call)
      this.wrong(`[SM26] ${station.name} and ${far?.name} both call, ${this.nameOf(call)} and ${this.nameOf(theirs)}`);
  }

  private farOf(station: Station, link: IdText): Station | undefined {
    const pair = this.world().pairs.find((it) => it.link === link);
    return pair?.a === station ? pair.b : pair?.a;
  }

  /** The call that this station has placed on `link` and that rings still. */
  private ringsOut(station: Station | undefined, link: IdText): IdText | null {
    const line = station?.alive?.joined?.calls.state().links[link]?.line;
    return line?.at === "ringing" && line.side === "calling" ? line.call : null;
  }
}
