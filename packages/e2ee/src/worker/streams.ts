// Everything that the frame worker holds for one call: send keys by context, the one table of receive keys, the streams, the
// account of what was sealed and the watch over what was opened. Messages come in by `handle`, frames through the streams.
// One of these lives as long as its leaf: another one would count from 0 again under the same keys.
import type { Bytes } from "@parley/base/bytes";
import { type Ms, ms } from "@parley/base/time";
import type { GroupEpoch } from "../frame/groupEpoch.ts";
import { newOpener } from "../frame/opener.ts";
import { ReceiveKeys } from "../frame/receiveKeys.ts";
import { Sealer, type Sealing } from "../frame/sealer.ts";
import { Account } from "../proof/account.ts";
import { type Sign, signDigest } from "../proof/digest.ts";
import { Watch } from "../proof/watch.ts";
import { keyIdOf, keyIdParts } from "../sframe/keyId.ts";
import type { Onward } from "./encoded.ts";
import type { FromFrames, StreamStats, ToFrames, TransformOptions } from "./messages.ts";
import { ReceiveStream } from "./receiveStream.ts";
import { Members } from "./members.ts";
import { SendStream } from "./sendStream.ts";

/** The worker's edges. */
export type Edges = {
  /** Monotonic, in ms. */
  readonly elapsed: () => Ms;
  readonly post: (message: FromFrames) => void;
};

/** Digests that may wait for their epoch; 20 kB each at most. */
const earlyKept = 64;

const sha256 = async (bytes: Bytes): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

export class Streams {
  private readonly edges: Edges;
  private readonly sealers = new Map<number, Sealer>();
  private readonly keys = new ReceiveKeys();
  private readonly members = new Members();
  private readonly account = new Account();
  private readonly watch = new Watch();
  private readonly sending = new Set<SendStream>();
  private readonly receiving = new Set<ReceiveStream>();
  /** Digests of senders that are not known yet. */
  private readonly early: Bytes[] = [];
  /** Hashes under way. */
  private readonly hashing = new Set<Promise<void>>();
  private sign: Sign | null = null;

  constructor(edges: Edges) {
    this.edges = edges;
  }

  /** The stream of a transform, until `detach`. `askKeyFrame` asks the far encoder for a key frame; of a receiver only. */
  attach(options: TransformOptions, onward: Onward, askKeyFrame: () => void): SendStream | ReceiveStream {
    const { stream: name, codec } = options;
    this.edges.post({ type: "attached", stream: name, direction: options.direction });
    if (options.direction === "send") {
      const stream = new SendStream(name, options.context, codec, onward, {
        elapsed: this.edges.elapsed,
        sealerOf: (context) => this.sealerOf(context),
        sealed: (sealing, sframe) => this.noteSealed(sealing, sframe),
        began: (of) => this.edges.post({ type: "sealing", stream: name, of }),
        shut: () => this.edges.post({ type: "shut", stream: name }),
      });
      this.sending.add(stream);
      return stream;
    }
    const state = newOpener<never>(options.kind, options.binding, options.curtained);
    const stream = new ReceiveStream(name, state, codec, onward, {
      elapsed: this.edges.elapsed,
      keys: this.keys,
      askKeyFrame,
      told: (alarm) =>
        this.edges.post(
          alarm.type === "calm"
            ? { type: "calm", stream: name }
            : { type: "alarm", stream: name, why: alarm.why, frames: alarm.frames },
        ),
      opened: ({ of, leaf, context }, ctr, sframe) => this.noteOpened(of, leaf, context, ctr, sframe),
      began: (of) => this.edges.post({ type: "opening", stream: name, of }),
      resumed: (withKeyFrame) => {
        for (const each of this.receiving) if (each !== stream || !withKeyFrame) each.resumed();
      },
      fault: this.fault,
    });
    this.receiving.add(stream);
    return stream;
  }

  detach(stream: SendStream | ReceiveStream): void {
    if (stream.direction === "send") this.sending.delete(stream);
    else this.receiving.delete(stream);
  }

  /** Resolves when all that the message let open has been opened. */
  async handle(message: ToFrames): Promise<void> {
    const now = this.edges.elapsed();
    switch (message.type) {
      case "identity": {
        const { signKey } = message;
        const name = signKey.algorithm.name;
        this.sign = async (bytes) => new Uint8Array(await crypto.subtle.sign({ name }, signKey, bytes));
        return;
      }
      case "installReceive":
        this.keys.install(message.of, message.keys);
        this.members.add(message.of, message.members);
        await Promise.all([
          this.toAll({ type: "keysChanged" }),
          ...this.early.splice(0).map((d) => this.takeDigest(d)),
        ]);
        return;
      case "installSend":
        return this.installSend(message, now);
      case "agree":
        this.keys.agree(message.of, now);
        for (const sealer of this.sealers.values()) sealer.switchTo(message.of);
        return;
      case "forget":
        this.keys.forget(message.leaf, message.heir);
        await Promise.all([this.toAll({ type: "keysChanged" }), ...this.hashing]);
        return this.watch.forget(message.leaf);
      case "returned":
        await Promise.all(this.hashing);
        for (const clear of this.watch.returned(message.leaf)) this.edges.post(clear);
        return;
      case "bind":
        return this.toAll({ type: "bind", binding: message.binding }, message.stream);
      case "route":
        for (const stream of this.sendersNamed(message.stream)) {
          stream.route(message.context);
          this.edges.post({ type: "routed", stream: stream.name, context: message.context });
        }
        return;
      case "shutter":
        await Promise.all(this.sendersNamed(message.stream).map((stream) => stream.shutterTo({ type: message.to })));
        return;
      case "release":
        return this.toAll({ type: "release" }, message.stream);
      case "digest":
        return this.takeDigest(message.bytes);
      case "askStats":
        return this.edges.post({ type: "stats", streams: [...this.sending, ...this.receiving].map(statsOf) });
      default:
        return message satisfies never;
    }
  }

  /** To be called four times a second: drops what waited too long, raises what is overdue, signs what was sealed. */
  async tick(): Promise<void> {
    const now = this.edges.elapsed();
    this.keys.sweep(now);
    await this.toAll({ type: "tick" });
    await Promise.all(this.hashing);
    for (const alarm of this.watch.tick(now)) this.edges.post(alarm);
    await this.sendDigests(now);
  }

  private sendersNamed(name: string): SendStream[] {
    return [...this.sending].filter((stream) => stream.name === name);
  }

  private sealerOf(context: number): Sealer {
    let sealer = this.sealers.get(context);
    if (sealer === undefined) this.sealers.set(context, (sealer = new Sealer()));
    return sealer;
  }

  private installSend({ of, leaf, keys, within, start }: ToFrames & { type: "installSend" }, now: Ms): void {
    for (const { context, key } of keys) {
      if (key.kid !== keyIdOf(context, leaf, of.epoch)) throw new Error("a send key under a KID that is not its own");
      const taken = this.sealerOf(context).install(of, key, ms(now + within), now, start);
      if (!taken.ok) this.edges.post({ type: "keyRefused", of, context, why: taken.error });
    }
  }

  private async toAll(event: Parameters<ReceiveStream["take"]>[0], name?: string): Promise<void> {
    const streams = [...this.receiving].filter((stream) => name === undefined || stream.name === name);
    await Promise.all(streams.map((stream) => stream.take(event)));
  }

  private noteSealed({ of, kid, ctr }: Sealing, sframe: Bytes): void {
    const { leaf, context } = certainParts(kid);
    const now = this.edges.elapsed();
    this.afterHash(sframe, (hash) => this.account.note(of, leaf, context, ctr, hash, now));
  }

  private noteOpened(of: GroupEpoch, leaf: number, context: number, ctr: number, sframe: Bytes): void {
    const now = this.edges.elapsed();
    this.afterHash(sframe, (hash) => {
      for (const alarm of this.watch.saw(of, leaf, context, ctr, hash, now)) this.edges.post(alarm);
    });
  }

  /** Hashing holds no frame up: it goes on beside, and only digests and alarms wait for it. */
  private afterHash(sframe: Bytes, then: (hash: Bytes) => void): void {
    const hashed = sha256(sframe)
      .then(then)
      .catch(this.fault)
      .finally(() => this.hashing.delete(hashed));
    this.hashing.add(hashed);
  }

  private async sendDigests(now: Ms): Promise<void> {
    if (this.sign === null) return;
    for (const { digest, hashes } of this.account.cut(now)) {
      this.edges.post({ type: "digest", bytes: await signDigest(digest, hashes, this.sign) });
    }
  }

  private async takeDigest(bytes: Bytes): Promise<void> {
    const read = await this.members.verified(bytes);
    if (!read.ok) {
      // Its epoch may be ahead of ours by a moment, as its frames may be: tried again when keys come.
      if (read.error === "unknownSender" && this.early.length < earlyKept) this.early.push(bytes);
      return this.edges.post({ type: "digestRefused", why: read.error });
    }
    const { leaf, context } = read.value.signed.digest;
    if (!this.keys.carries(leaf, context)) return this.edges.post({ type: "digestRefused", why: "notOurs" });
    for (const alarm of this.watch.claim(read.value.of, read.value.signed, this.edges.elapsed()))
      this.edges.post(alarm);
  }

  readonly fault = (error: unknown): void => {
    this.edges.post({ type: "fault", detail: error instanceof Error ? error.message : String(error) });
  };
}

function certainParts(kid: number) {
  const parts = keyIdParts(kid);
  if (parts === null) throw new Error(`a key of ours under the KID ${kid}`);
  return parts;
}

function statsOf({ name, direction, tally }: SendStream | ReceiveStream): StreamStats {
  const { passed, dropped, keyFramesAsked } = tally;
  return { stream: name, direction, passed, dropped: { ...dropped }, keyFramesAsked };
}
