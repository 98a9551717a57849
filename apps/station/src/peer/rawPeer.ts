// For the tests of this folder: the far end by hand. A TLS connection with any settings, the WebSocket on it, and single
// frames, so that a test can do what no station of ours does.
import { type ConnectionOptions, type TLSSocket, connect } from "node:tls";
import { WebSocket } from "ws";
import type { Bytes } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import type { EnvelopeId, LinkId, PartyId } from "@parley/protocol/ids";
import { type Envelope, type UnsignedEnvelope, envelopeSignedBytes } from "@parley/protocol/peer/envelope";
import {
  type LinkFrame,
  type UnsignedHello,
  decodeFirstFrame,
  decodeLinkFrame,
  encodeLinkFrame,
  helloSignedBytes,
  linkPath,
} from "@parley/protocol/peer/hello";
import { tlsProfile } from "./accept.ts";
import { bindingOf } from "./socket.ts";
import { realRandom } from "./testing.ts";
import type { PeerIdentity } from "./tlsIdentity.ts";

export type Ended = { readonly ended: string };

/** A secure connection to `port`, or how it ended. Resolves at the client's end of the handshake. */
export function rawTls(
  port: number,
  identity: PeerIdentity | null,
  more: ConnectionOptions = {},
): Promise<TLSSocket | Ended> {
  return new Promise((resolve) => {
    const base = identity === null ? { rejectUnauthorized: false } : tlsProfile(identity);
    const tls = connect({ ...base, host: "127.0.0.1", port, ...more });
    tls.once("secureConnect", () => resolve(tls));
    tls.on("error", (error: NodeJS.ErrnoException) => resolve({ ended: error.code ?? error.message }));
    tls.once("close", () => resolve({ ended: "closed" }));
  });
}

/** What the far end does with a connection on which nothing is said: everything it sends, until it closes. */
export function drained(tls: TLSSocket): Promise<Bytes> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    tls.on("data", (part: Buffer) => parts.push(part));
    tls.on("close", () => resolve(new Uint8Array(Buffer.concat(parts))));
  });
}

export type RawPeer = {
  readonly tls: TLSSocket;
  readonly binding: Bytes;
  readonly heard: LinkFrame[];
  readonly isClosed: () => boolean;
  readonly closed: Promise<void>;
  readonly send: (message: Bytes | string) => void;
  readonly say: (frame: LinkFrame) => void;
  /** The next frame that the far end sends, or null when it closes first. */
  readonly next: () => Promise<LinkFrame | null>;
};

/** The WebSocket over `tls`, or how it ended. */
export function rawSocket(tls: TLSSocket, path = linkPath): Promise<RawPeer | Ended> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://station${path}`, { createConnection: () => tls, perMessageDeflate: false });
    const heard: LinkFrame[] = [];
    let read = 0;
    let isClosed = false;
    let awake: () => void = () => undefined;
    const closed = new Promise<void>((done) => {
      socket.on("close", () => {
        isClosed = true;
        awake();
        done();
        resolve({ ended: "closed" });
      });
    });
    socket.on("error", (error) => resolve({ ended: error.message }));
    socket.on("message", (data: Buffer) => {
      const bytes = new Uint8Array(data);
      const first = decodeFirstFrame(bytes);
      heard.push(first.ok ? first.value : certain(decodeLinkFrame(bytes)));
      awake();
    });
    const next = async (): Promise<LinkFrame | null> => {
      while (heard[read] === undefined && !isClosed)
        await new Promise<void>((done) => {
          awake = done;
        });
      return heard[read++] ?? null;
    };
    socket.on("open", () =>
      resolve({
        tls,
        binding: bindingOf(tls),
        heard,
        closed,
        isClosed: () => isClosed,
        send: (message) => socket.send(message),
        say: (frame) => socket.send(encodeLinkFrame(frame)),
        next,
      }),
    );
  });
}

/** The whole way to an open WebSocket, or an exception that says how it ended. */
export async function rawPeer(port: number, identity: PeerIdentity, path = linkPath): Promise<RawPeer> {
  const tls = await rawTls(port, identity);
  if ("ended" in tls) throw new Error(tls.ended);
  const raw = await rawSocket(tls, path);
  if ("ended" in raw) throw new Error(raw.ended);
  return raw;
}

export type HelloBody = {
  readonly link: LinkId;
  readonly from: PartyId;
  readonly to: PartyId;
} & Partial<UnsignedHello>;

/** A right hello of the dialler on this connection, unless `body` or `binding` say otherwise. */
export function helloOn(raw: RawPeer, identity: PeerIdentity, body: HelloBody, binding = raw.binding): LinkFrame {
  const whole = { oldest: 1, newest: 1, taken: 0, successions: new Uint8Array(), ...body };
  return { type: "hello", ...whole, signature: identity.sign(helloSignedBytes("dialler", binding, whole)) };
}

/** A right envelope, signed, unless `more` says otherwise. */
export function envelopeOf(
  identity: PeerIdentity,
  ends: { readonly link: LinkId; readonly from: PartyId; readonly to: PartyId },
  more: Partial<UnsignedEnvelope> = {},
): Envelope {
  const id = realRandom(16) as EnvelopeId;
  const unsigned = {
    version: 1,
    id,
    ...ends,
    sequence: 1,
    spent: 0,
    kind: 1,
    payload: new Uint8Array([1, 2, 3]),
    ...more,
  };
  return { ...unsigned, signature: identity.sign(envelopeSignedBytes(unsigned)) };
}
