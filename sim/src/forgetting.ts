// Disks that lied: whose forgot what, who knew better, and whether that came out ([SM21]). What nobody but the liar's own machine
// knew is lost without a word, and counted. Decides nothing.
import type { ErrorCode } from "@parley/protocol/errorCodes";
import type { IdText } from "@parley/protocol/ids";
import { openMemory } from "@parley/station/store/memory";
import { type Pair, type World, linkBytes } from "./parts.ts";
import type { Station } from "./station.ts";

/** By these a station says that its peer, or it itself, has forgotten what it had said was durable. */
const forgetting: readonly ErrorCode[] = [
  "PEER_RESTORED",
  "PEER_REMEMBERS_MORE",
  "LEDGER_ROLLED_BACK",
  "LEDGER_FORKED",
  "LEDGER_STOPPED",
  "LEDGER_OWN_BROKEN",
  "KEYS_FILE_MISSING",
];

export class Forgetting {
  private readonly world: () => World;
  private readonly wrong: (what: string) => void;
  /** Whose disk forgot, and whether anybody has said so since. */
  private readonly forgetful = new Map<Station, "unsaid" | "said">();
  /** Whose loss which line's other station knew of. */
  private readonly told = new Set<string>();
  private silently = 0;

  constructor(world: () => World, wrong: (what: string) => void) {
    this.world = world;
    this.wrong = wrong;
  }

  /** Whether `code`, which a station has just reported, may follow from what was forgotten; it says so of every disk that did. */
  reported(code: ErrorCode): boolean {
    if (!forgetting.includes(code)) return false;
    for (const it of this.forgetful.keys()) this.forgetful.set(it, "said");
    return this.forgetful.size > 0;
  }

  any(): boolean {
    return this.forgetful.size > 0;
  }

  has(station: Station): boolean {
    return this.forgetful.has(station);
  }

  counts() {
    return { forgotten: this.forgetful.size, silently: this.silently };
  }

  /** A disk that lied has been found out by its machine alone: from here on its party stands by what it still has. */
  forgotten(station: Station): void {
    // A line that stands still since the first time has nothing to say of the second.
    if (this.forgetful.get(station) !== "said") this.forgetful.set(station, "unsaid");
    const { events = 0, links = [] } = station.forgot?.has ?? {};
    for (const { link, sent, taken } of links) {
      const pair = this.world().pairs.find((it) => it.link === link);
      const other = pair?.a === station ? pair.b : pair?.a;
      if (other === undefined) continue;
      const knows = openMemory(other.disk).position(linkBytes(link));
      const cosigned = other.alive?.log.standings().find((it) => it.link === link)?.weCosigned ?? 0;
      if (knows.taken > sent || knows.acknowledged > taken || cosigned > events)
        this.told.add(`${station.name} ${link}`);
    }
  }

  isForgetful({ a, b }: Pair): boolean {
    return this.forgetful.has(a) || this.forgetful.has(b);
  }

  /**
   * [SM21]: whoever was told of what a disk then forgot finds out when the two next meet, says so, and the line stands still. What
   * no other station knew of is lost without a word, and counted.
   */
  after(pair: Pair, link: IdText): void {
    const { a, b } = pair;
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      if (one.forgot === null || one.refuses !== null) continue;
      // Two that forgot may agree again on a past that neither remembers.
      if (this.forgetful.has(other)) continue;
      const told = this.told.has(`${one.name} ${link}`);
      const states = [a, b].map((station) => station.alive?.joined?.peers.link(linkBytes(link))?.status().at);
      const stands =
        states.includes("connected") &&
        one.alive?.log.stopped(link) === null &&
        other.alive?.log.stopped(link) === null;
      if (told && (stands || this.forgetful.get(one) !== "said"))
        this.wrong(`[SM21] ${one.name} forgot what ${other.name} knows, and the line is ${states.join(" and ")}`);
      if (!told) this.silently += 1;
    }
  }
}
