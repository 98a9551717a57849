// What must hold in every world, watched as it goes and asked in full when all has been put right and has come to rest
// (docs/spec/sim.md). Reads what the stations hold and what their ledgers say; decides nothing.
import type { Bytes } from "@parley/base/bytes";
import { decode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { days, hours, minutes, seconds } from "@parley/base/time";
import { type Line, isInCall, openCall } from "@parley/call/state";
import type { ErrorCode, ParleyError } from "@parley/protocol/errorCodes";
import { type IdText, idText } from "@parley/protocol/ids";
import { callEntry, differingCallEntry } from "@parley/protocol/signed/callEntry";
import { lastEntry } from "@parley/protocol/signed/pin";
import { decodeEntry } from "@parley/ledger/entry";
import { type CallFact, callFact, callKind } from "@parley/station/run/callFacts";
import { differsKind } from "@parley/station/run/recordRun";
import type { Seat } from "./front.ts";
import type { Station } from "./station.ts";
import { type Pair, type World, linkBytes, seatsOf } from "./parts.ts";

/** What one station's ledger says of one call. */
type Account = {
  readonly link: IdText;
  missed: number;
  crossed: number;
  readonly finished: (CallFact & { type: "finished" })[];
  readonly ours: string[];
  readonly theirs: string[];
};
type Book = {
  next: number;
  readonly calls: Map<IdText, Account>;
  readonly joint: Map<IdText, string>;
  lastBytes: Uint8Array | null;
};

/** The longest that a ring may sound after the press: its minute, and what is not counted of its way (inbox.ts). */
const ghostAfter = seconds(60 + 30 + 5);

/** A call, who placed it, when, and on which link. */
type Placed = { readonly at: number; readonly name: string; readonly by: Station; readonly on: IdText };

/** Two calls of both sides this near may have crossed on their way, cuts and outages included. */
const crossesWithin = minutes(30);

/** A ring's minute less what its age may be overrated by: commits and sockets on the way. */
const ringHasAtLeast = seconds(50);

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
  private readonly books = new Map<Station, Book>();
  private readonly rolls = new Map<Station, number>();
  private readonly shown = new Map<string, number>();
  private readonly screens = new Map<Seat, string>();
  private readonly early = new Set<IdText>();
  private readonly differing = new Set<IdText>();
  private readonly placed = new Map<IdText, Placed>();

  constructor(world: () => World) {
    this.world = world;
  }

  wrong(what: string): void {
    const { trace, queue } = this.world();
    trace.note(`WRONG: ${what}`);
    if (this.faults.length < 20) this.faults.push(`${(queue.now() / 86_400_000).toFixed(3)} d: ${what}`);
  }

  reported(station: Station, { code, detail }: ParleyError): void {
    this.codes[code] = (this.codes[code] ?? 0) + 1;
    if (!code.startsWith("PEER_")) this.world().trace.note(`${station.name} reports ${code}`);
    if (never.includes(code)) this.wrong(`${station.name} reports ${code} ${detail}`);
  }

  refused(seat: Seat, code: string): void {
    this.codes[`refused ${code}`] = (this.codes[`refused ${code}`] ?? 0) + 1;
    this.world().trace.note(`${seat.station.name} ${seat.it.name} is refused ${code}`);
  }

  nameOf(call: IdText): string {
    return this.placed.get(call)?.name ?? "an unknown call";
  }

  lineTold(by: Station, on: IdText, line: Line): void {
    const call = openCall(line);
    if (call === null || this.placed.has(call)) return;
    this.placed.set(call, { at: this.world().queue.now(), name: `call ${this.placed.size + 1}`, by, on });
  }

  screenOf(seat: Seat, link: IdText): void {
    const line = seat.page.screen(link);
    this.wentBack(seat, line);
    const shows = `${line.at} ${line.at === "idle" ? "" : this.nameOf(line.call)}`;
    if (this.screens.get(seat) !== shows)
      this.world().trace.note(`${seat.station.name} ${seat.it.name} shows ${shows}`);
    this.screens.set(seat, shows);
    if (line.at === "ended" && (line.why === "unanswered" || line.why === "notDelivered")) this.gaveUp(seat, line);
    if (line.at !== "ringing" || line.side !== "called" || !line.desks.includes(seat.id)) return;
    const since = this.placed.get(line.call);
    const { queue } = this.world();
    if (since === undefined) return this.wrong(`${seat.it.name} rings for a call that nobody placed`);
    const { page } = seat;
    const look = (): void => {
      const still =
        seat.page === page && openCall(page.screen(link)) === line.call && page.screen(link).at === "ringing";
      const age = queue.now() - since.at;
      if (still && age > ghostAfter && !this.misled(since))
        this.wrong(
          `a ghost: ${seat.station.name} ${seat.it.name} rings ${Math.round(age / 1000)} s after ${since.name}`,
        );
    };
    look();
    queue.wait(since.at + ghostAfter + 1 - queue.now(), look);
  }

  /** [CA12] [CA15]: a page that a call was over for, or that sat in it, does not ring for it or sit in it anew. */
  private wentBack(seat: Seat, line: Line): void {
    if (line.at === "idle" || (isInCall(line) && line.ours !== seat.id)) return;
    const key = `${seat.id} ${seat.pages} ${line.call}`;
    const rank = line.at === "ringing" ? 0 : line.at === "ended" ? 2 : 1;
    const before = this.shown.get(key) ?? 0;
    if (rank < before)
      this.wrong(
        `[CA12] ${seat.station.name} ${seat.it.name} is taken back to ${line.at} in ${this.nameOf(line.call)}`,
      );
    this.shown.set(key, Math.max(rank, before));
  }

  /** A ring has its whole minute, whatever any clock says. */
  private gaveUp(seat: Seat, line: Line & { readonly at: "ended" }): void {
    const since = this.placed.get(line.call);
    if (since === undefined || this.early.has(line.call)) return;
    const age = this.world().queue.now() - since.at;
    if (age >= ringHasAtLeast || this.misled(since) || since.by.startedAt > since.at - 3000) return;
    this.early.add(line.call);
    this.wrong(
      `${seat.station.name} ${seat.it.name} gives ${since.name} up after ${Math.round(age / 1000)} s: ${line.side} ${line.why}`,
    );
  }

  /** A station that was down while its clock was set has nothing but that clock to tell a ring's age by. */
  private misled({ at }: Placed): boolean {
    return this.world().stations.some((it) => it.machine.setAt >= at && it.startedAt >= at);
  }

  /** Everything that must hold at rest. */
  async all(when: string): Promise<void> {
    const { world } = this;
    const before = this.faults.length;
    for (const station of world().stations) {
      if (station.alive === null) continue;
      await this.read(station);
      this.keyOf(station);
    }
    for (const pair of world().pairs) if (pair.link !== null && isWhole(world(), pair)) this.pair(pair, pair.link);
    for (const pair of world().pairs) if (pair.link !== null) this.records(pair, pair.link);
    for (const seat of seatsOf(world())) this.seat(seat);
    if (this.faults.length > before) world().trace.note(`judged ${when}`);
  }

  private pair({ a, b }: Pair, link: IdText): void {
    const [here, there] = [a, b].map((station) => station.running);
    if (here?.joined == null || there?.joined == null) return this.wrong("a station has not come back");
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
    for (const [mine, theirs] of [
      [a, b],
      [b, a],
    ] as const) {
      const pin = mine.running.identity.state().peers.get(theirs.partyText());
      const { line } = theirs.home().pin;
      if (pin === undefined || pin.standing.type !== "good")
        this.wrong(`${mine.name}'s pin of ${theirs.name} does not stand`);
      else if (idText(lastEntry(pin.line)) !== idText(lastEntry(line)))
        this.wrong(`${mine.name} does not know ${theirs.name}'s present key`);
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
    if (alive?.joined == null) return;
    if (seat.socket?.open !== true) return this.wrong(`${seat.station.name} ${seat.it.name} is not connected`);
    for (const [link, { line }] of Object.entries(alive.joined.calls.state().links)) {
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
    if (age > days(30) + hours(2) || age < -hours(2))
      this.wrong(`${station.name}'s key is ${(age / 86_400_000).toFixed(1)} days old`);
    if (standing.type !== "good") this.wrong(`${station.name}'s own line is ${standing.type}`);
    if (station.keys.held() > 3) this.wrong(`${station.name} keeps ${station.keys.held()} keys`);
  }

  /** Takes in what the ledger has more than last time; what was durable then has to be there still. */
  private async read(station: Station): Promise<void> {
    const book: Book = this.books.get(station) ?? { next: 0, calls: new Map(), joint: new Map(), lastBytes: null };
    this.books.set(station, book);
    const { store } = station.running;
    if (book.next > 0) {
      const [last] = certain(await store.events(book.next - 1, 1));
      if (last === undefined || Buffer.compare(last.bytes, book.lastBytes ?? last.bytes) !== 0)
        this.wrong(`${station.name}'s ledger has lost what was durable`);
    }
    for (;;) {
      const page = certain(await store.events(book.next, 500));
      for (const { kind, bytes } of page) {
        book.next += 1;
        book.lastBytes = bytes;
        const entry = certain(decodeEntry(bytes));
        if (entry.index !== book.next - 1)
          this.wrong(`${station.name}'s ledger says ${entry.index} at ${book.next - 1}`);
        if (kind === differsKind) this.differ(station, entry.body);
        if (kind !== callKind) continue;
        if (entry.type === "own") take(book, certain(decode(callFact, entry.body)), station.partyText());
        else book.joint.set(idText(certain(decode(callEntry, entry.body)).call), idText(entry.body));
      }
      if (page.length < 500) break;
    }
  }

  /** Two accounts of one call: right where the clocks do not agree, or where each side's people did what the other had not heard of. */
  private differ(station: Station, body: Bytes): void {
    const { proposed, fields } = certain(decode(differingCallEntry, body));
    const code = `accounts differ: ${fields.join(" ")}`;
    this.codes[code] = (this.codes[code] ?? 0) + 1;
    this.world().trace.note(`${station.name}: of ${this.nameOf(idText(proposed.call))} ${code}`);
  }

  /** [CA11]: once missed or once finished, on each side that took part. */
  private records({ a, b }: Pair, link: IdText): void {
    for (const [mine, theirs] of [
      [a, b],
      [b, a],
    ] as const) {
      const [book, other] = [this.books.get(mine), this.books.get(theirs)];
      for (const [call, account] of book?.calls ?? []) {
        const { missed, finished, ours } = account;
        if (account.link !== link) continue;
        const [end] = finished;
        const name = this.nameOf(call);
        if (finished.length > 1) this.wrong(`[CA11] ${mine.name} finished ${name} ${finished.length} times`);
        if (missed + finished.length > 1) this.wrong(`[CA11] ${mine.name} both missed and finished ${name}, or twice`);
        if (ours.filter((kind) => kind === "answered").length > 1)
          this.wrong(`[CA4] ${mine.name} answered ${name} twice`);
        const open = mine.alive?.joined == null || this.isOpen(mine, call);
        if (ours.length > 0 && missed + finished.length === 0 && !open)
          this.wrong(`[CA11] ${name} left no end in ${mine.name}'s ledger`);
        if (end?.side === "calling" && other !== undefined && isWhole(this.world(), { a, b, link: null })) {
          const [theirEnd] = other.calls.get(call)?.finished ?? [];
          if (theirEnd === undefined && !this.isOpen(theirs, call))
            this.wrong(`[CA11] ${mine.name} finished ${name}, ${theirs.name} did not`);
          else this.jointOf(call, mine, theirs);
        }
        // Whose answer crossed with their giving up has said so; anybody else's answer was heard.
        if (end?.side === "called" && account.crossed === 0 && isWhole(this.world(), { a, b, link }) && !open) {
          const heard = (other?.calls.get(call)?.finished.length ?? 0) > 0 || this.isOpen(theirs, call);
          if (!heard) this.wrong(`[CA11] ${mine.name} answered and finished ${name}, ${theirs.name} never heard of it`);
        }
      }
      this.missedBy(mine, theirs, link);
    }
  }

  /** Every ring that came to nothing was noted by the party that it was for, unless that party was calling itself. */
  private missedBy(calling: Station, called: Station, link: IdText): void {
    if (!isWhole(this.world(), { a: calling, b: called, link })) return;
    const [book, other] = [this.books.get(calling), this.books.get(called)];
    for (const [call, { at, name, by, on }] of this.placed) {
      if (by !== calling || on !== link || this.isOpen(calling, call) || this.isOpen(called, call)) continue;
      const crossing = [...this.placed.values()].some(
        (it) => it.by === called && it.on === link && Math.abs(it.at - at) < crossesWithin,
      );
      const account = other?.calls.get(call);
      const noted = (account?.missed ?? 0) + (account?.finished.length ?? 0);
      if (noted === 0 && !crossing && (book?.calls.get(call)?.finished.length ?? 0) === 0)
        this.wrong(`[CA11] ${called.name} has no word of ${name}`);
    }
  }

  /** What both sides finished is one entry that both signed, the same in both ledgers, or differing and said so by both. */
  private jointOf(call: IdText, mine: Station, theirs: Station): void {
    if (this.isOpen(mine, call) || this.isOpen(theirs, call)) return;
    const [here, there] = [mine, theirs].map((station) => station.alive?.joined?.recordOf(call)?.at ?? "none");
    if (here === "waiting" || here !== there)
      return this.wrong(`the record of ${this.nameOf(call)} is ${here} at ${mine.name}, ${there} at ${theirs.name}`);
    if (here === "differs") this.differing.add(call);
    if (this.books.get(mine)?.joint.get(call) !== this.books.get(theirs)?.joint.get(call))
      this.wrong(`the ledgers hold different entries of ${this.nameOf(call)}`);
  }

  private isOpen(station: Station, call: IdText): boolean {
    const lines = Object.values(station.alive?.joined?.calls.state().links ?? {});
    return lines.some(({ line }) => openCall(line) === call);
  }

  found(): readonly string[] {
    return this.faults;
  }
  reports(): Readonly<Record<string, number>> {
    return this.codes;
  }
  keyRolls(): number {
    return [...this.rolls.values()].reduce((sum, rolls) => sum + rolls, 0);
  }
  counts() {
    let [answered, missed, oneSided] = [0, 0, 0];
    for (const { calls } of this.books.values())
      for (const [call, { finished, missed: n }] of calls) {
        missed += n;
        if (finished[0]?.side !== "called") continue;
        answered += 1;
        const both = [...this.books.values()].filter((book) => (book.calls.get(call)?.finished.length ?? 0) > 0);
        if (both.length < 2) oneSided += 1;
      }
    return { placed: this.placed.size, answered, missed, oneSided, differing: this.differing.size };
  }
}

/** Adds a fact to the account of its call. */
function take(book: Book, fact: CallFact, us: string): void {
  const call = idText(fact.type === "proof" ? fact.receipt.call : fact.call);
  const account: Account = book.calls.get(call) ?? {
    link: idText(fact.type === "proof" ? fact.receipt.link : fact.link),
    missed: 0,
    crossed: 0,
    finished: [],
    ours: [],
    theirs: [],
  };
  book.calls.set(call, account);
  if (fact.type === "receipt") return; // of versions before, never of a world's own ledger
  if (fact.type === "missed") account.missed += 1;
  else if (fact.type === "crossed") account.crossed += 1;
  else if (fact.type === "finished") account.finished.push(fact);
  else account[idText(fact.receipt.by) === us ? "ours" : "theirs"].push(fact.receipt.kind);
}

/** Both stations are there and nothing stands between them. */
export const isWhole = (world: World, { a, b }: Pair): boolean =>
  a.alive !== null && b.alive !== null && !world.network.isCut(a.host, b.host);
