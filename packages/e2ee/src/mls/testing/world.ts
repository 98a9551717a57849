// Keepers in a made-up network, for tests: real keys, a manual clock, and between every two terminals two ways (the data
// channel and the stations) that lose, delay, repeat and reorder as a seed says. Keeps what each frame cipher would hold.
import { type Bytes, hex } from "@parley/base/bytes";
import { type Random, below } from "@parley/base/random";
import { type Ms, instant, minutes, ms } from "@parley/base/time";
import { type IdText, idText } from "@parley/protocol/ids";
import type { Engine, Identity, ValidateCredential } from "../group.ts";
import { Keeper } from "../keeper.ts";
import type { FrameEpoch, KeeperInput, KeeperOutput, KeptMember, Moment } from "../keeperPort.ts";
import { seeded, testCall, testEngine, testNow, testPsk } from "./call.ts";
import type { CallPsk } from "../psk.ts";

/** What the frame cipher of a terminal would know. */
export type Cipher = {
  /** Base keys by frame epoch, as hex. */
  readonly keys: Map<number, string>;
  sending: { at: FrameEpoch; leaf: number } | null;
  members: readonly KeptMember[];
};

export type Terminal = {
  readonly id: IdText;
  readonly identity: Identity;
  keeper: Keeper;
  cipher: Cipher;
  isUp: boolean;
  readonly log: KeeperOutput[];
};

type Flight = { readonly due: number; readonly from: IdText; readonly to: IdText; readonly bytes: Bytes };

export type WorldOptions = {
  readonly seed?: string;
  /** Of 100 messages on each way this many are lost. */
  readonly lost?: number;
  readonly repeated?: number;
  /** Longest delay, milliseconds. */
  readonly delay?: number;
  readonly rekeyEvery?: Ms;
  readonly psk?: CallPsk | null;
  /** Of all terminals alike; they take every credential where it is absent. */
  readonly validate?: ValidateCredential;
};

const emptyCipher = (): Cipher => ({ keys: new Map(), sending: null, members: [] });

export class World {
  now = 0;
  readonly terminals = new Map<IdText, Terminal>();
  readonly random: Random;
  /** Pairs that cannot reach each other, as "a b" with a < b. */
  readonly cut = new Set<string>();
  private flights: Flight[] = [];
  private readonly options: WorldOptions;
  private readonly engine: Engine;

  /** Terminals that all expect each other; or, with `expected`, the first so many, whom the others expect too. */
  static async make(
    identities: readonly Identity[],
    options: WorldOptions = {},
    expected = identities.length,
  ): Promise<World> {
    const world = new World(await testEngine(options.validate), options);
    for (const [n, identity] of identities.entries()) {
      const roster = identities.filter((_, i) => i < expected || i === n).map(rosterEntry);
      const id = idText(identity.credential.terminal);
      const keeper = world.keeperFor(identity, roster, "new");
      world.terminals.set(id, { id, identity, keeper, cipher: emptyCipher(), isUp: true, log: [] });
    }
    return world;
  }

  private constructor(engine: Engine, options: WorldOptions) {
    this.engine = engine;
    this.options = options;
    this.random = seeded(options.seed ?? "world");
  }

  private keeperFor(
    identity: Identity,
    roster: readonly { terminal: IdText; party: IdText }[],
    entering: "new" | "again",
  ): Keeper {
    const { rekeyEvery = minutes(5), psk = testPsk() } = this.options;
    const config = { engine: this.engine, identity, call: testCall, psk, roster, entering, rekeyEvery };
    return new Keeper(config, this.moment());
  }

  moment(): Moment {
    return { elapsed: ms(this.now), wall: instant(testNow + this.now) };
  }

  at(n: number): Terminal {
    const terminal = [...this.terminals.values()][n];
    if (terminal === undefined) throw new Error(`no terminal ${n}`);
    return terminal;
  }

  async give(terminal: Terminal, input: KeeperInput): Promise<void> {
    for (const output of await terminal.keeper.handle(input, this.moment())) this.take(terminal, output);
  }

  private take(terminal: Terminal, output: KeeperOutput): void {
    const { cipher } = terminal;
    terminal.log.push(output);
    if (output.type === "toTerminal") this.post(terminal.id, output.to, output.bytes);
    if (output.type === "installKeys") cipher.keys.set(output.at.epoch, hex(output.baseKey));
    if (output.type === "sendWith") cipher.sending = { at: output.at, leaf: output.ownLeaf };
    if (output.type === "moved") cipher.members = output.members;
  }

  private post(from: IdText, to: IdText, bytes: Bytes): void {
    const { lost = 0, repeated = 0, delay = 20 } = this.options;
    for (let way = 0; way < 2; way++) {
      if (below(this.random, 100) < lost) continue;
      const times = below(this.random, 100) < repeated ? 2 : 1;
      for (let i = 0; i < times; i++)
        this.flights.push({ due: this.now + 1 + below(this.random, delay), from, to, bytes });
    }
  }

  /** `who` learns that `newcomer` may take part. */
  admit(who: Terminal, newcomer: Terminal): Promise<void> {
    return this.give(who, { type: "admit", ...rosterEntry(newcomer.identity) });
  }

  cutBetween(a: Terminal, b: Terminal): void {
    this.cut.add(pair(a.id, b.id));
  }

  heal(): void {
    this.cut.clear();
  }

  /** The terminal forgets everything and starts again, as after a reload. */
  async reload(terminal: Terminal): Promise<void> {
    const roster = [...this.terminals.values()].map((each) => rosterEntry(each.identity));
    terminal.keeper = this.keeperFor(terminal.identity, roster, "again");
    terminal.cipher = emptyCipher();
    terminal.isUp = true;
    await this.give(terminal, { type: "start" });
  }

  async start(): Promise<void> {
    for (const terminal of this.terminals.values()) await this.give(terminal, { type: "start" });
  }

  /** Lets time pass, in steps of 50 ms, until `until` holds or `longest` milliseconds are over; whether it held. */
  async run(longest: number, until: () => boolean = () => false): Promise<boolean> {
    const end = this.now + longest;
    while (this.now < end) {
      if (until()) return true;
      this.now += 50;
      const due = this.flights.filter((flight) => flight.due <= this.now).toSorted((a, b) => a.due - b.due);
      this.flights = this.flights.filter((flight) => flight.due > this.now);
      for (const { from, to, bytes } of due) {
        const terminal = this.terminals.get(to);
        if (terminal?.isUp !== true || this.cut.has(pair(from, to))) continue;
        await this.give(terminal, { type: "message", from, bytes });
      }
      for (const terminal of this.terminals.values()) if (terminal.isUp) await this.give(terminal, { type: "tick" });
    }
    return until();
  }

  /** Whether all terminals that are up seal with one epoch of one group under one key, and every one can open it. */
  agree(who: readonly Terminal[] = [...this.terminals.values()].filter((terminal) => terminal.isUp)): boolean {
    const [first] = who;
    const at = first?.cipher.sending?.at;
    if (first === undefined || at === undefined) return false;
    const key = first.cipher.keys.get(at.epoch);
    return who.every(({ cipher }) => {
      const theirs = cipher.sending?.at;
      return (
        theirs !== undefined &&
        theirs.epoch === at.epoch &&
        hex(theirs.group) === hex(at.group) &&
        cipher.keys.get(at.epoch) === key &&
        cipher.members.length === who.length
      );
    });
  }
}

const pair = (a: IdText, b: IdText): string => (a < b ? `${a} ${b}` : `${b} ${a}`);

const rosterEntry = ({ credential }: Identity): { terminal: IdText; party: IdText } => ({
  terminal: idText(credential.terminal),
  party: idText(credential.party),
});
