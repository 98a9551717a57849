// What a desk's page and its station say to each other, read off the browser's WebSocket: how often credentials, pins and
// relay credentials turned over, how far epochs and numbers have come. Signals between terminals pass there and over the data
// channel, signed and not sealed, so that what the product really sent is counted and not what it was told to send.
import type { Page } from "playwright-core";
import { fromBase64url } from "@parley/base/bytes";
import { decode } from "@parley/base/codec";
import { readDigest } from "@parley/e2ee/proof/digest";
import { pin } from "@parley/protocol/signed/pin";
import { signal, signedSignal } from "@parley/protocol/signed/signal";

export type DeskWire = {
  /** Messages from the station, by type. */
  readonly told: Map<string, number>;
  /** The highest epoch that the desk reported. */
  epoch: number;
  /** The highest number of a signal of this desk. */
  signals: number;
  /** Digests of frames sent, by (context, epoch), whose counters run over 2^32. */
  readonly crossings: Set<string>;
  /** Station keys since the root's certificate, as the desk has them pinned of each party. */
  readonly rolls: { ours: number; theirs: number };
};

const limit = 2 ** 32;

/** Listens to all that `page` says from now on; to be called before it opens its address. */
export function listenToDesk(page: Page): DeskWire {
  const wire: DeskWire = { told: new Map(), epoch: 0, signals: 0, crossings: new Set(), rolls: { ours: 0, theirs: 0 } };
  page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => heard(wire, payload.toString()));
    socket.on("framesent", ({ payload }) => said(wire, payload.toString()));
  });
  void page.exposeFunction("parleyChannelSaid", (bytes: number[]) => signalled(wire, Uint8Array.from(bytes)));
  void page.addInitScript(() => {
    const told = globalThis as unknown as { parleyChannelSaid?: (bytes: number[]) => void };
    const send = Object.getOwnPropertyDescriptor(RTCDataChannel.prototype, "send")?.value as (data: unknown) => void;
    RTCDataChannel.prototype.send = function (data: unknown): void {
      if (data instanceof Uint8Array) told.parleyChannelSaid?.([...data]);
      send.call(this, data);
    };
  });
  return wire;
}

type Text = Readonly<Record<string, unknown>>;

const messageOf = (text: string): Text => (text === "" ? {} : (JSON.parse(text) as Text));
const bytesOf = (text: unknown): Uint8Array<ArrayBuffer> =>
  (typeof text === "string" ? fromBase64url(text) : null) ?? new Uint8Array(0);

function heard(wire: DeskWire, text: string): void {
  const message = messageOf(text);
  const type = String(message["type"]);
  wire.told.set(type, (wire.told.get(type) ?? 0) + 1);
  if (type !== "pins" && type !== "admit") return;
  const pins = message["pins"] as Text;
  for (const whose of ["ours", "theirs"] as const) {
    const read = decode(pin, bytesOf(pins[whose]));
    if (read.ok) wire.rolls[whose] = read.value.line.entries.length - 1;
  }
}

function said(wire: DeskWire, text: string): void {
  const message = messageOf(text);
  if (message["type"] === "epoch") wire.epoch = Math.max(wire.epoch, Number(message["epoch"]));
  if (message["type"] === "signal") signalled(wire, bytesOf(message["body"]));
}

function signalled(wire: DeskWire, bytes: Uint8Array<ArrayBuffer>): void {
  const outer = decode(signedSignal, bytes);
  const inner = outer.ok ? decode(signal, outer.value.signal) : outer;
  if (!inner.ok || !("number" in inner.value)) return;
  const { number, body } = inner.value;
  wire.signals = Math.max(wire.signals, number);
  const read = body.type === "digest" ? readDigest(body.digest) : null;
  if (read === null || !read.ok) return;
  const { context, epoch, first, count } = read.value.digest;
  if (first < limit && first + count > limit) wire.crossings.add(`${context}/${epoch}`);
}
