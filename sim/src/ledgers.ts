// What the ledgers of a world say, and what must hold of them: every call has its one end in each, and both have the same of
// what the two did together. Reads the entries as anybody could who holds the file.
import type { Bytes } from "@parley/base/bytes";
import { decode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { seconds } from "@parley/base/time";
import { openCall } from "@parley/call/state";
import { decodeEntry, differsKind } from "@parley/ledger/entry";
import { type IdText, idText } from "@parley/protocol/ids";
import { callEntry, differingCallEntry } from "@parley/protocol/signed/callEntry";
import { type CallFact, callFact, callKind } from "@parley/station/run/callFacts";
import type { Pair, World } from "./parts.ts";
import type { Station } from "./station.ts";

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
  readonly proofs: Set<string>;
  lastBytes: Uint8Array | null;
};

/** A call, who placed it, when, and on which link. `pressed`: a station may hold a press back, but its minute runs. */
export type Placed = {
  readonly at: number;
  readonly pressed: number;
  readonly name: string;
  readonly by: Station;
  readonly on: IdText;
};

/** A ring that is not a minute old may meet one that the other side has just placed, and then be no call; an older one is missed. */
const crossesWithin = seconds(100);

export const nameIn = (placed: ReadonlyMap<IdText, Placed>, call: IdText): string =>
  placed.get(call)?.name ?? "an unknown call";

export class Ledgers {
  private readonly world: () => World;
  private readonly placed: ReadonlyMap<IdText, Placed>;
  private readonly wrong: (what: string) => void;
  private readonly books = new Map<Station, Book>();
  private readonly codes: Record<string, number> = {};
  private readonly differing = new Set<IdText>();

  constructor(world: () => World, placed: ReadonlyMap<IdText, Placed>, wrong: (what: string) => void) {
    this.world = world;
    this.placed = placed;
    this.wrong = wrong;
  }

  private nameOf(call: IdText): string {
    return nameIn(this.placed, call);
  }

  /** What was read of this ledger no longer counts. */
  forgotten(station: Station): void {
    this.books.delete(station);
  }

  /** Takes in what the ledger has more than last time; what was durable then has to be there still. */
  async read(station: Station): Promise<void> {
    const book: Book = this.books.get(station) ?? {
      next: 0,
      calls: new Map(),
      joint: new Map(),
      proofs: new Set(),
      lastBytes: null,
    };
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
        if (entry.type === "own") this.takeFact(book, entry.body, station);
        else this.takeJoint(book, entry.body);
      }
      if (page.length < 500) break;
    }
  }

  private takeFact(book: Book, body: Bytes, station: Station): void {
    const fact = certain(decode(callFact, body));
    take(book, fact, station.partyText());
    if (fact.type !== "proof") return;
    const whole = idText(body);
    if (book.proofs.has(whole))
      this.wrong(`[SM24] ${station.name} keeps a receipt of ${this.nameOf(idText(fact.receipt.call))} twice`);
    book.proofs.add(whole);
  }

  /** Clocks that nobody set run alike: how long the call was is told by both, but for what each says it cannot know. */
  private takeJoint(book: Book, body: Bytes): void {
    const { call, caller, called } = certain(decode(callEntry, body));
    book.joint.set(idText(call), idText(body));
    const lengths = Math.abs(caller.ended - caller.began - (called.ended - called.began));
    if (caller.uncertainty === null || called.uncertainty === null) return;
    if (lengths > caller.uncertainty + called.uncertainty && this.world().stations.every((it) => it.machine.setAt < 0))
      this.wrong(`the entry of ${this.nameOf(idText(call))} has two lengths that are ${lengths} ms apart`);
  }

  /** Two accounts of one call, between two honest stations. */
  private differ(station: Station, body: Bytes): void {
    const { caller, fields } = certain(decode(differingCallEntry, body));
    const code = `accounts differ: ${fields.join(" ")}`;
    this.codes[code] = (this.codes[code] ?? 0) + 1;
    this.wrong(`${station.name}: of ${this.nameOf(idText(caller.account.call))} the ${code}`);
  }

  /** [CA11]: once missed or once finished, on each side that took part. */
  records({ a, b }: Pair, link: IdText): void {
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
        const open = (mine.alive?.joined ?? null) === null || this.isOpen(mine, call);
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

  /** In which fields accounts differed, and how often. */
  differences(): Readonly<Record<string, number>> {
    return this.codes;
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
    return { answered, missed, oneSided, differing: this.differing.size };
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
  // `receipt` is of versions before, never of a world's own ledger; of `rang` the far side knows what it made of it.
  if (fact.type === "receipt" || fact.type === "rang") return;
  if (fact.type === "missed") account.missed += 1;
  else if (fact.type === "crossed") account.crossed += 1;
  else if (fact.type === "finished") account.finished.push(fact);
  else account[idText(fact.receipt.by) === us ? "ours" : "theirs"].push(fact.receipt.kind);
}

/** Both stations are there and nothing stands between them. */
export const isWhole = (world: World, { a, b }: Pair): boolean =>
  a.alive !== null && b.alive !== null && !world.network.isCut(a.host, b.host);
