// What must hold in every world, watched as it goes and asked in full when all has been put right and has come to rest
// (docs/spec/sim.md). Reads what the stations hold and what their ledgers say; decides nothing.
import { days, hours } from "@parley/base/time";
import { type Line, isInCall, openCall } from "@parley/call/state";
import type { ErrorCode, ParleyError } from "@parley/protocol/errorCodes";
import { type IdText, idText } from "@parley/protocol/ids";
import { lastEntry } from "@parley/protocol/signed/pin";
import { DrillsJudge } from "./drillsJudge.ts";
import { Forgetting } from "./forgetting.ts";
import type { Seat } from "./front.ts";
import { Ledgers, type Placed, isWhole, nameIn } from "./ledgers.ts";
import { Screens } from "./screens.ts";
import type { Station } from "./station.ts";
import { Watch } from "./watch.ts";
import { type Pair, type World, linkBytes, seatsOf } from "./parts.ts";

/** Errors that a world without liars must never see. */
const never: readonly ErrorCode[] = [
  "SIGNATURE_INVALID",
  "MESSAGE_MALFORMED",
  "MESSAGE_TOO_LARGE",
  "PEER_FORGED",
  "PEER_BROKE_RULES",
  "PEER_EFFECT_FAILED",
  "PEER_RESTORED",
  "PEER_REMEMBERS_MORE",
  "PEER_KEY_UNKNOWN",
  "PEER_OUTBOX_FULL",
  "SECRET_UNREADABLE",
  "ID_SUCCESSION_FORK",
  "ID_SUCCESSION_GAP",
  "ID_SUCCESSION_UNCOMMITTED",
  "KEYS_FILE_MISSING",
];

export class Judge {
  private readonly world: () => World;
  private readonly faults: string[] = [];
  private readonly codes: Record<string, number> = {};
  private readonly rolls = new Map<Station, number>();
  private readonly placed = new Map<IdText, Placed>();
  /** When Call was last pressed for each station and link. */
  private readonly presses = new Map<string, number>();

  private readonly forgetting: Forgetting;
  private readonly ledgers: Ledgers;
  readonly screens: Screens;
  readonly watch: Watch;
  readonly drills: DrillsJudge;

  constructor(world: () => World) {
    this.world = world;
    this.drills = new DrillsJudge(world, (what) => this.wrong(what));
    this.watch = new Watch(
      world,
      (call) => this.nameOf(call),
      (what) => this.wrong(what),
    );
    this.forgetting = new Forgetting(world, (what) => this.wrong(what));
    this.screens = new Screens({
      world,
      placed: this.placed,
      forgetting: this.forgetting,
      watch: this.watch,
      wrong: (what) => this.wrong(what),
    });
    this.ledgers = new Ledgers(world, this.placed, (what) => this.wrong(what));
  }

  wrong(what: string): void {
    const { trace, queue } = this.world();
    trace.note(`WRONG: ${what}`);
    if (this.faults.length < 20) this.faults.push(`${(queue.now() / 86_400_000).toFixed(3)} d: ${what}`);
  }

  reported(station: Station, { code, detail }: ParleyError): void {
    this.codes[code] = (this.codes[code] ?? 0) + 1;
    if (!code.startsWith("PEER_")) this.world().trace.note(`${station.name} reports ${code}`);
    const follows = this.forgetting.reported(code);
    if (never.includes(code) && !follows && !this.justRolled(code))
      this.wrong(`${station.name} reports ${code} ${detail}`);
  }

  /**
   * A connection that was let in under a station's key is greeted under the next one where that rolls within the same moment; it is
   * refused, and made anew.
   */
  private justRolled(code: ErrorCode): boolean {
    const { stations, queue } = this.world();
    return code === "PEER_KEY_UNKNOWN" && stations.some(({ keys }) => queue.now() - keys.usedAt() < 2000);
  }

  /** A disk that lied has been found out by its machine alone. */
  forgotten(station: Station): void {
    this.forgetting.forgotten(station);
    this.ledgers.forgotten(station);
  }

  refused(seat: Seat, code: string): void {
    this.codes[`refused ${code}`] = (this.codes[`refused ${code}`] ?? 0) + 1;
    this.world().trace.note(`${seat.station.name} ${seat.it.name} is refused ${code}`);
  }

  nameOf(call: IdText): string {
    return nameIn(this.placed, call);
  }

  lineTold(station: Station, on: IdText, line: Line): void {
    const call = openCall(line);
    this.watch.lineTold(station, on, line);
    if (call === null || line.at === "idle" || this.placed.has(call)) return;
    // A station that died with the press says so only when it is back, and the other may be first.
    const pair = this.world().pairs.find(({ link }) => link === on);
    const far = pair?.a === station ? pair.b : pair?.a;
    const by = line.side === "calling" ? station : (far ?? station);
    const at = this.world().queue.now();
    const pressed = this.presses.get(`${by.name} ${on}`) ?? at;
    this.placed.set(call, { at, pressed, name: `call ${this.placed.size + 1}`, by, on });
  }

  pressed(station: Station, link: IdText): void {
    this.presses.set(`${station.name} ${link}`, this.world().queue.now());
  }

  /** Everything that must hold at rest. */
  async all(when: string): Promise<void> {
    const { world } = this;
    const before = this.faults.length;
    for (const station of world().stations) {
      if (station.alive === null) continue;
      await this.ledgers.read(station);
      this.keyOf(station);
    }
    for (const pair of world().pairs) {
      if (pair.link === null) continue;
      if (this.forgetting.isForgetful(pair)) {
        this.forgetting.after(pair, pair.link);
        continue;
      }
      if (isWhole(world(), pair)) this.pair(pair, pair.link);
      this.ledgers.records(pair, pair.link);
    }
    for (const seat of seatsOf(world())) if (!this.forgetting.has(seat.station)) this.seat(seat);
    if (this.faults.length > before) world().trace.note(`judged ${when}`);
  }

  private pair({ a, b }: Pair, link: IdText): void {
    const [here, there] = [a, b].map((station) => station.running);
    if (here === undefined || there === undefined || here.joined === null || there.joined === null)
      return this.wrong("a station has not come back");
    for (const [one, other] of [
      [here, there],
      [there, here],
    ] as const) {
      const standing = one.log.standings().find((it) => it.link === link);
      if (standing?.stopped !== null || standing.theyCosigned !== one.store.nextIndex())
        this.wrong(
          `[SM22] of ${one.store.nextIndex()} entries ${standing?.theyCosigned} are cosigned: ${other.log.health()}`,
        );
    }
    const id = linkBytes(link);
    const states = [here, there].map(({ joined }) => joined?.peers.link(id)?.status());
    if (states.some((state) => state?.at !== "connected"))
      return this.wrong(`${a.name} and ${b.name} are not connected: ${JSON.stringify(states)}`);
    const [p, q] = [here.store.position(id), there.store.position(id)];
    if (p.sent !== q.taken || q.sent !== p.taken || p.acknowledged !== p.sent || q.acknowledged !== q.sent)
      this.wrong(`envelopes are lost or waiting: ${JSON.stringify([p, q])}`);
    const [x, y] = [here, there].map(
      ({ joined }) => joined?.calls.state().links[link]?.line ?? { at: "idle" as const },
    );
    if (x === undefined || y === undefined) return;
    this.lines(a, x, b, y);
    const [mine, theirs] = [here, there].map(({ links }) => links.generations(link));
    if (mine?.some(({ n, secret }) => theirs?.some((it) => it.n === n && idText(it.secret) !== idText(secret))))
      this.wrong(`${a.name} and ${b.name} hold different secrets of one generation`);
    if (!mine?.some(({ n }) => theirs?.some((it) => it.n === n)))
      this.wrong(`${a.name} and ${b.name} share no generation of the link's secret`);
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const pin = one.running.identity.state().peers.get(other.partyText());
      const { line } = other.home().pin;
      if (pin === undefined || pin.standing.type !== "good")
        this.wrong(`${one.name}'s pin of ${other.name} does not stand`);
      else if (idText(lastEntry(pin.line)) !== idText(lastEntry(line)))
        this.wrong(`${one.name} does not know ${other.name}'s present key`);
    }
  }

  /** [CA8]: in one call with each other's terminals, live, or in none. */
  private lines(a: Station, x: Line, b: Station, y: Line): void {
    const say = (it: Line): string => `${it.at}${openCall(it) === null ? "" : ` ${this.nameOf(openCall(it) ?? "")}`}`;
    if (openCall(x) !== openCall(y)) return this.wrong(`[CA8] ${a.name} is ${say(x)}, ${b.name} ${say(y)}`);
    if (openCall(x) === null) return;
    if (!isInCall(x) || !isInCall(y)) return this.wrong(`[CA8] at rest ${a.name} is ${say(x)}, ${b.name} ${say(y)}`);
    if (x.ours !== y.theirs || y.ours !== x.theirs) this.wrong(`[CA8] ${say(x)}: the terminals do not agree`);
    if (x.at !== "live" || y.at !== "live") this.wrong(`at rest ${a.name} is ${say(x)}, ${b.name} ${say(y)}`);
  }

  private seat(seat: Seat): void {
    const { alive } = seat.station;
    if (alive === null || alive.joined === null) return;
    if (seat.socket?.open !== true) return this.wrong(`${seat.station.name} ${seat.it.name} is not connected`);
    for (const [link, { line }] of Object.entries(alive.joined.calls.state().links)) {
      const pair = this.world().pairs.find((it) => it.link === link);
      if (pair !== undefined && this.forgetting.isForgetful(pair)) continue;
      const shown = seat.page.screen(link);
      if (openCall(shown) !== openCall(line))
        this.wrong(`[CA12] ${seat.station.name} is ${line.at}, ${seat.it.name} shows ${shown.at}`);
      const mine = isInCall(line) && line.ours === seat.id;
      if ((seat.page.inCall()?.call === openCall(line)) !== mine && isInCall(line))
        this.wrong(`[CA4] ${seat.station.name} ${seat.it.name} and its station do not agree on who is in the call`);
    }
  }

  private keyOf(station: Station): void {
    const { line, standing } = station.home().pin;
    this.rolls.set(station, station.home().successions.length);
    const age = station.machine.wall() - line.since;
    if (age > days(30) + hours(2) || age < 0 - hours(2))
      this.wrong(`${station.name}'s key is ${(age / 86_400_000).toFixed(1)} days old`);
    if (standing.type !== "good") this.wrong(`${station.name}'s own line is ${standing.type}`);
    if (station.keys.held() > 3) this.wrong(`${station.name} keeps ${station.keys.held()} keys`);
  }

  found(): readonly string[] {
    return this.faults;
  }
  reports(): Readonly<Record<string, number>> {
    return { ...this.codes, ...this.ledgers.differences() };
  }
  keyRolls(): number {
    return [...this.rolls.values()].reduce((sum, rolls) => sum + rolls, 0);
  }
  counts() {
    return {
      placed: this.placed.size,
      ...this.ledgers.counts(),
      ...this.forgetting.counts(),
    };
  }
}
