// The terminals of one call without browsers, for tests: real keys, real chains and frames, one clock that is moved by hand,
// and a network that carries signals as the stations do. Each terminal has its key worker's session and its frame worker's
// streams, and binds a far terminal's camera as the page does. Nothing here is used outside tests.
import { type Bytes, concat, fromHex } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { type Clock, type Instant, type Ms, after, days, instant, ms } from "@parley/base/time";
import { encoderBytes } from "@parley/e2ee/frame/testing";
import { webRandom } from "@parley/e2ee/mls/testing/call";
import type { ReceiveStream } from "@parley/e2ee/worker/receiveStream";
import type { SendStream } from "@parley/e2ee/worker/sendStream";
import { Streams } from "@parley/e2ee/worker/streams";
import { Sink, fakeFrame } from "@parley/e2ee/worker/testing";
import { type IdText, type TerminalId, idText } from "@parley/protocol/ids";
import { chain as chainCodec } from "@parley/protocol/signed/chain";
import { pin, proveBundle } from "@parley/protocol/signed/pin";
import { rootIdOf } from "@parley/protocol/signed/root";
import type { Ed25519Key } from "@parley/protocol/signed/signature";
import { signerOfSeed, testVerify } from "@parley/protocol/signed/testing/keys";
import { type TestParty, epoch, testParty, testTerminal } from "@parley/protocol/signed/testing/party";
import { KeysSession } from "./keysSession.ts";
import type { FromKeys, PinBytes, ToKeys } from "./messages.ts";

/** The machine's clock: the MLS library holds key packages against it. */
const began: Instant = instant(Date.now());
const cameraContext = 1;
const pkcs8 = fromHex("302e020100300506032b657004220420") ?? new Uint8Array(0);
const parties: readonly TestParty[] = [testParty(1), testParty(2)];
const pins = parties.map((party) =>
  encode(pin, certain(certain(proveBundle(party.bundle(0), epoch)).prove(testVerify))),
);
const pinsOf = (side: 0 | 1): PinBytes => ({ ours: pins[side] as Bytes, theirs: pins[1 - side] as Bytes });
const call = idText(new Uint8Array(16).fill(4));
const link = idText(new Uint8Array(16).fill(5));

/** A terminal of either side: the id and the chain that its station gives it for `life` from `issued` on. */
export class Desk {
  readonly side: 0 | 1;
  readonly id: IdText;
  private readonly seed: Bytes;
  private readonly binary: TerminalId;

  constructor(n: number, side: 0 | 1) {
    this.side = side;
    this.seed = new Uint8Array(32).fill(n);
    this.binary = new Uint8Array(16).fill(n) as TerminalId;
    this.id = idText(this.binary);
  }

  get publicKey(): Ed25519Key {
    return signerOfSeed(this.seed).publicKey.slice(0, 32) as Ed25519Key;
  }

  privateKey(): Promise<CryptoKey> {
    return crypto.subtle.importKey("pkcs8", concat(pkcs8, this.seed), "Ed25519", false, ["sign"]);
  }

  chain(issued: Ms = ms(0), life: Ms = days(1)): Bytes {
    const party = parties[this.side] as TestParty;
    const from = after(began, issued);
    const terminal = testTerminal(party, party.stationKey(0), from, {
      terminal: this.binary,
      key: this.publicKey,
      issued: from,
      notAfter: after(from, life),
    });
    const root = rootIdOf(party.card().body.root);
    return encode(chainCodec, { root, station: { type: "certificate", it: party.certificate }, terminal });
  }
}

/** Whether pictures pass both ways. */
export const seeEachOther = (a: Page, b: Page) => async (): Promise<boolean> =>
  (await a.isSeenBy(b)) && (await b.isSeenBy(a));

/** One page of a desk: from its admission to a call until it is closed or loaded anew. */
export class Page {
  readonly desk: Desk;
  readonly told: FromKeys[] = [];
  /** Pictures of far terminals, by terminal. */
  readonly sinks = new Map<IdText, Sink>();
  readonly streams: Streams;
  readonly session: KeysSession;
  private readonly sending: SendStream;
  private readonly sent = new Sink();
  private readonly receiving = new Map<IdText, ReceiveStream>();
  private readonly work = new Set<Promise<void>>();
  /** What its frame worker warns of. */
  alarms: string[] = [];
  private pictures = 0;
  isOpen = true;

  private constructor(desk: Desk, world: CallWorld, begin: ToKeys & { type: "begin" }) {
    this.desk = desk;
    this.streams = new Streams({
      elapsed: world.clock.elapsed,
      post: (message) => {
        if (message.type === "digest") world.digest(this, message.bytes);
        if (message.type === "forgery") this.alarms.push(message.why);
        if (message.type === "claimedLate") this.alarms = this.alarms.filter((why) => why !== "unclaimed");
      },
    });
    this.sending = this.streams.attach(
      { direction: "send", stream: "send/cam", kind: "video", codec: "vp9", context: cameraContext },
      this.sent,
      () => undefined,
    ) as SendStream;
    this.session = new KeysSession(begin, {
      clock: world.clock,
      random: webRandom,
      subtle: crypto.subtle,
      post: (message) => this.heard(message, world),
      toFrames: (message) => {
        const done = this.streams.handle(message).finally(() => this.work.delete(done));
        this.work.add(done);
      },
    });
  }

  static async open(desk: Desk, world: CallWorld, chain: Bytes, entering: "new" | "again"): Promise<Page> {
    const { port1, port2 } = new MessageChannel();
    port1.close();
    const begin = {
      type: "begin",
      call,
      link,
      side: desk.side === 0 ? "calling" : "called",
      entering,
      caller: world.caller.id,
      generation: 0,
      psk: new Uint8Array(32).fill(9),
      terminal: desk.id,
      privateKey: await desk.privateKey(),
      publicKey: desk.publicKey,
      chain,
      pins: pinsOf(desk.side),
      epochMs: world.epochMs,
      frames: port2,
    } as const;
    const page = new Page(desk, world, begin);
    await page.session.start();
    return page;
  }

  private heard(message: FromKeys, world: CallWorld): void {
    if (!this.isOpen) return;
    this.told.push(message);
    if (message.type === "send") world.carry(this.desk.id, message.to, message.bytes);
    if (message.type === "member") this.bind(message.terminal, message.leaf);
  }

  private bind(terminal: IdText, leaf: number): void {
    const stream = `receive/cam/${terminal}`;
    const binding = { contexts: [cameraContext], leaves: [leaf] };
    if (this.receiving.has(terminal)) return void this.streams.handle({ type: "bind", stream, binding });
    const sink = new Sink();
    this.sinks.set(terminal, sink);
    this.receiving.set(
      terminal,
      this.streams.attach(
        { direction: "receive", stream, kind: "video", codec: "vp9", binding, curtained: [] },
        sink,
        () => undefined,
      ) as ReceiveStream,
    );
  }

  /** Whether a picture sealed here now is opened there. */
  async isSeenBy(other: Page): Promise<boolean> {
    await this.sending.push(fakeFrame(encoderBytes(this.pictures++), "key"));
    for (const bytes of this.sent.take()) await other.receiving.get(this.desk.id)?.push(fakeFrame(bytes, "key"));
    return (other.sinks.get(this.desk.id)?.take().length ?? 0) > 0;
  }

  /** Resolves when all that was handed in has been done. */
  async quiet(): Promise<void> {
    await this.session.handle({ type: "pins", pins: pinsOf(this.desk.side) });
    await Promise.all(this.work);
  }

  /** How many signals it has sent. */
  get said(): number {
    return this.told.filter(({ type }) => type === "send").length;
  }

  /** The leaf at which a far terminal sits. */
  leafOf({ id }: Desk): number | undefined {
    return this.told.flatMap((it) => (it.type === "member" && it.terminal === id ? [it.leaf] : [])).at(-1);
  }

  get refusals(): string[] {
    return this.told.flatMap((message) =>
      message.type === "refused" || message.type === "fault" ? [JSON.stringify(message)] : [],
    );
  }
}

type Timer = { readonly due: number; readonly run: () => void };

export class CallWorld {
  readonly caller: Desk;
  readonly epochMs: number;
  readonly pages = new Map<IdText, Page>();
  /** Desks that nothing comes from or goes to. */
  private readonly cut = new Set<IdText>();
  private now = 0;
  private timers: Timer[] = [];
  private flights: { readonly from: IdText; readonly to: IdText; readonly bytes: Bytes }[] = [];

  constructor(caller: Desk, epochMs = 300_000) {
    this.caller = caller;
    this.epochMs = epochMs;
  }

  readonly clock: Clock = {
    now: () => after(began, ms(this.now)),
    elapsed: () => ms(this.now),
    wait: (delay, then) => {
      const timer = { due: this.now + delay, run: then };
      this.timers.push(timer);
      return () => void (this.timers = this.timers.filter((each) => each !== timer));
    },
  };

  elapsed(): Ms {
    return ms(this.now);
  }

  /** The desk's page is closed, without a word. */
  close({ id }: Desk): void {
    const page = this.pages.get(id);
    if (page !== undefined) page.isOpen = false;
    this.pages.delete(id);
  }

  cutOff({ id }: Desk): void {
    this.cut.add(id);
  }

  heal(): void {
    this.cut.clear();
  }

  /** Media digests, over the data channels. */
  digest(from: Page, bytes: Bytes): void {
    for (const page of this.pages.values())
      if (page.desk.side !== from.desk.side && !this.cut.has(page.desk.id) && !this.cut.has(from.desk.id))
        void page.streams.handle({ type: "digest", bytes });
  }

  carry(from: IdText, to: IdText, bytes: Bytes): void {
    this.flights.push({ from, to, bytes });
  }

  /** The desk's page is loaded, and admitted to the call; an earlier one of it is gone. */
  async open(desk: Desk, entering: "new" | "again", chain = desk.chain()): Promise<Page> {
    this.close(desk);
    const page = await Page.open(desk, this, chain, entering);
    this.pages.set(desk.id, page);
    return page;
  }

  /** Carries what was said, or the first `most` of it, and answers how much that was; whoever hears may say more. */
  async deliver(most = this.flights.length): Promise<number> {
    const carried = this.flights.splice(0, most);
    for (const { from, to, bytes } of carried) {
      const page = this.pages.get(to);
      if (page === undefined || this.cut.has(from) || this.cut.has(to)) continue;
      await page.session.handle({ type: "signal", bytes });
    }
    return carried.length;
  }

  /** Lets time pass in steps of 50 ms until `until` holds; whether it did within `longest`. */
  async run(longest: number, until: () => boolean | Promise<boolean> = () => false): Promise<boolean> {
    const end = this.now + longest;
    for (;;) {
      if (await until()) return true;
      if (this.now >= end) return false;
      this.now += 50;
      const due = this.timers.filter((timer) => timer.due <= this.now);
      this.timers = this.timers.filter((timer) => timer.due > this.now);
      for (const timer of due) timer.run();
      for (const page of this.pages.values()) await page.quiet();
      if (this.now % 250 === 0) for (const page of this.pages.values()) await page.streams.tick();
      await this.deliver();
    }
  }
}
