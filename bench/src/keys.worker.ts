// The worker that keys.ts starts in Chromium: keeps one group a size and makes a pass whenever it is asked.
import { instant } from "@parley/base/time";
import { KeysBench } from "./keysMeasure.ts";

declare const self: {
  onmessage: ((event: { readonly data: number }) => void) | null;
  postMessage(message: unknown): void;
};

const benches = new Map<number, Promise<KeysBench>>();
const random = (length: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(length));

self.onmessage = ({ data: n }) => {
  const made = benches.get(n) ?? KeysBench.make(n, crypto.subtle, random, instant(Date.now()), () => performance.now());
  benches.set(n, made);
  answer(made).then(
    (said) => self.postMessage(said),
    (error: unknown) => self.postMessage(String(error)),
  );
};

async function answer(made: Promise<KeysBench>): Promise<unknown> {
  const bench = await made;
  return { native: bench.native, times: await bench.pass() };
}
