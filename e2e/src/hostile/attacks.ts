// What a party in the middle of media can put in the place of a sealed frame. Each attack gets the frame as the sender sealed
// it and gives back what goes on instead. It has everything a relay that ends DTLS would have, and for some attacks more: the
// encoder's own frame, or the group's real key. Pure but for randomness and WebCrypto; runs in a worker, for tests alone.
import { type Bytes, concat, utf8 } from "@parley/base/bytes";
import { sealFrame } from "@parley/e2ee/frame/seal";
import { readHeader, writeHeader } from "@parley/e2ee/sframe/header";
import type { FrameKey } from "@parley/e2ee/sframe/schedule";

export type Tampered = "mic" | "cam";

export const outsiderModes = [
  /** The encoder's frame as it is. */
  "clear",
  /** The same with a trailer that says that it need not be opened, as some relays mark frames of their own. */
  "saysNotEncrypted",
  "wrongKey",
  "bitFlip",
  "truncated",
  /** KIDs that no member has. */
  "bogusKid",
  /** KIDs of an epoch that never comes. */
  "epochToCome",
  /** Frames of this stream from before, which were opened then. */
  "replay",
  /** Frames that the same sender sealed for its other stream. */
  "otherStream",
  "zeroLength",
  /** Frames that the test hands in: of another call, or of another link. */
  "given",
] as const;

export const insiderModes = [
  /** Sealed with the group's real key under the counter of a frame that the sender did seal. */
  "otherFrame",
  /** Sealed with the group's real key under counters that the sender has not used. */
  "unclaimed",
] as const;

export type Mode = (typeof outsiderModes)[number] | (typeof insiderModes)[number];

/** What an attack may use; `n` counts the frames that it has replaced. */
export type Loot = {
  readonly n: number;
  readonly sealed: Bytes;
  readonly clear: Bytes;
  readonly isKey: boolean;
  /** Sealed frames of this stream and of the sender's other one, from before; none is empty once a call has run a while. */
  readonly own: readonly Bytes[];
  readonly other: readonly Bytes[];
  readonly given: readonly Bytes[];
  /** A clear frame of this stream from before. */
  readonly earlier: Bytes;
  /** The sender's real key of that KID. */
  readonly keyOf: (kid: number) => FrameKey | undefined;
};

const turn = (frames: readonly Bytes[], n: number): Bytes => frames[n % frames.length] ?? new Uint8Array(0);

const headerOf = (sealed: Bytes) => {
  const header = readHeader(sealed);
  if (header === null) throw new Error("the sender wrote a frame without an SFrame header");
  return { kid: Number(header.kid), ctr: Number(header.ctr), length: header.length };
};

/** The frame under another KID, everything else as it was. */
function underKid(sealed: Bytes, kidOf: (kid: number) => number): Bytes {
  const { kid, ctr, length } = headerOf(sealed);
  const header = new Uint8Array(17);
  return concat(header.slice(0, writeHeader(header, 0, kidOf(kid), ctr)), sealed.slice(length));
}

async function sealedAs(key: FrameKey | undefined, ctr: number, isKey: boolean, plain: Bytes): Promise<Bytes> {
  if (key === undefined) throw new Error("no key to forge with");
  return new Uint8Array(await sealFrame(key, ctr, "bare", isKey, plain));
}

async function strangersKey(kid: number): Promise<FrameKey> {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  return { kid, key, salt: crypto.getRandomValues(new Uint8Array(12)) };
}

/** How far ahead of the sender's own counters `unclaimed` counts: within the replay window, so that each opens. */
const ahead = 100;

export async function tampered(mode: Mode, loot: Loot): Promise<Bytes> {
  const { n, sealed, clear, isKey } = loot;
  const { kid, ctr } = headerOf(sealed);
  switch (mode) {
    case "clear":
      return clear;
    case "saysNotEncrypted":
      return concat(clear, utf8("not encrypted"));
    case "wrongKey":
      return sealedAs(await strangersKey(kid), ctr, isKey, clear);
    case "bitFlip": {
      const bent = sealed.slice();
      const bit = (n * 7919) % (bent.length * 8);
      bent[bit >> 3] = (bent[bit >> 3] as number) ^ (1 << (bit & 7));
      return bent;
    }
    case "truncated":
      return sealed.slice(0, 1 + ((n * 7919) % (sealed.length - 1)));
    case "bogusKid":
      return underKid(sealed, () => 0xff_ff_00 + (n % 256));
    case "epochToCome":
      return underKid(sealed, (was) => (was & ~15) | ((was + 2) & 15));
    case "replay":
      return turn(loot.own, n);
    case "otherStream":
      return turn(loot.other, n);
    case "zeroLength":
      return new Uint8Array(0);
    case "given":
      return turn(loot.given, n);
    case "otherFrame":
      return sealedAs(loot.keyOf(kid), ctr, isKey, loot.earlier);
    case "unclaimed":
      return sealedAs(loot.keyOf(kid), ctr + ahead, isKey, clear);
    default:
      return mode satisfies never;
  }
}
