// What frames.ts measures, in whatever thread it is run: sealing and opening a frame through the worker's own streams, against
// AES-256-GCM of WebCrypto over the same bytes, in turns of one loop, so that a busy moment of the machine falls on both.
import { ms } from "@parley/base/time";
import type { GroupEpoch } from "@parley/e2ee/frame/groupEpoch";
import { contextOf, keyIdOf } from "@parley/e2ee/sframe/keyId";
import { deriveFrameKey, importBaseKey } from "@parley/e2ee/sframe/schedule";
import type { EncodedFrame, Onward } from "@parley/e2ee/worker/encoded";
import { ReceiveStream } from "@parley/e2ee/worker/receiveStream";
import { SendStream } from "@parley/e2ee/worker/sendStream";
import { newOpener } from "@parley/e2ee/frame/opener";
import { ReceiveKeys } from "@parley/e2ee/frame/receiveKeys";
import { Sealer } from "@parley/e2ee/frame/sealer";

export type FramesPlan = { readonly bytes: number; readonly batch: number; readonly rounds: number };

/** Microseconds a frame, sealed and opened, one number for each round. */
export type FramesTimes = {
  readonly raw: readonly number[];
  readonly parley: readonly number[];
  /** The same with the hashes of the media digest on both sides. */
  readonly withDigest: readonly number[];
};

/** Sealed and opened before anything is timed, each way: what half a minute of a call has compiled. */
const warmFrames = 2_000;

const context = contextOf("camera");
const of: GroupEpoch = { group: new Uint8Array(32), generation: 0, epoch: 1 };

/** Bytes that were passed on are the browser's at once, in the rival's loop as in ours: they are not left to the collector. */
const takeAway = (bytes: ArrayBuffer): void => void bytes.transfer(0);

type Once = () => Promise<void>;

async function rawOnce(plaintext: Uint8Array<ArrayBuffer>): Promise<Once> {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const view = new DataView(new ArrayBuffer(12));
  let n = 0;
  return async () => {
    view.setUint32(8, n++);
    const algorithm = { name: "AES-GCM", iv: view };
    const sealed = await crypto.subtle.encrypt(algorithm, key, plaintext);
    const opened = await crypto.subtle.decrypt(algorithm, key, sealed);
    takeAway(sealed);
    takeAway(opened);
  };
}

/** A sender and a receiver of the worker, joined by nothing but a variable. */
async function parleyOnce(plaintext: Uint8Array<ArrayBuffer>, digest: boolean): Promise<Once> {
  const base = await importBaseKey(new Uint8Array(32).fill(digest ? 1 : 2));
  const kid = keyIdOf(context, 0, of.epoch);
  const sealer = new Sealer();
  const keys = new ReceiveKeys();
  const elapsed = () => ms(performance.now());
  sealer.install(of, await deriveFrameKey(base, kid, "seal"), ms(0), ms(0));
  keys.install(of, [{ context, leaf: 0, key: await deriveFrameKey(base, kid, "open") }]);
  keys.agree(of, ms(0));
  const frame: EncodedFrame = { data: plaintext.buffer, type: "delta", getMetadata: () => ({ mimeType: "video/VP9" }) };
  // The sender's sealed bytes are what the receiver gets; the receiver's opened bytes go to a decoder that is not here.
  const onward: Onward = { pass: (to, data) => void (to.data = data) };
  const hashing: Promise<unknown>[] = [];
  const note = digest
    ? (bytes: BufferSource) => void hashing.push(crypto.subtle.digest("SHA-256", bytes))
    : () => undefined;
  const send = new SendStream("bench", context, "vp9", onward, {
    elapsed,
    sealerOf: () => sealer,
    sealed: (_, sframe) => note(sframe),
    began: () => undefined,
    shut: () => undefined,
  });
  const opener = newOpener<EncodedFrame>("video", { contexts: [context], leaves: [0] }, []);
  const receive = new ReceiveStream("bench", opener, "vp9", onward, {
    elapsed,
    keys,
    askKeyFrame: () => undefined,
    told: () => undefined,
    opened: (_, __, sframe) => note(sframe),
    began: () => undefined,
    resumed: () => undefined,
    fault: (error) => {
      throw error;
    },
  });
  return async () => {
    frame.data = plaintext.buffer;
    await send.push(frame);
    const sealed = frame.data;
    await receive.push(frame);
    if (frame.data.byteLength !== plaintext.length) throw new Error("a frame did not come back");
    takeAway(sealed);
    takeAway(frame.data);
    if (digest) await Promise.all(hashing.splice(0));
  };
}

export async function measureFrames({ bytes, batch, rounds }: FramesPlan): Promise<FramesTimes> {
  const plaintext = new Uint8Array(bytes);
  crypto.getRandomValues(plaintext.subarray(0, 60_000));
  const ways = {
    raw: await rawOnce(plaintext),
    parley: await parleyOnce(plaintext, false),
    withDigest: await parleyOnce(plaintext, true),
  };
  const time = async (once: Once): Promise<number> => {
    const began = performance.now();
    for (let i = 0; i < batch; i++) await once();
    return ((performance.now() - began) * 1000) / batch;
  };
  const times = { raw: [] as number[], parley: [] as number[], withDigest: [] as number[] };
  const names = ["raw", "parley", "withDigest"] as const;
  for (const name of names) for (let n = 0; n < warmFrames; n++) await ways[name]();
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(round + i) % names.length] ?? "raw"; // each goes first as often as the others
      times[name].push(await time(ways[name]));
    }
  }
  return times;
}
