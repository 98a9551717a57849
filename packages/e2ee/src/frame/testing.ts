// What tests of this package share: epochs, keys derived as in a call, frames with known bytes.
import type { Bytes } from "@parley/base/bytes";
import { type Ms, ms } from "@parley/base/time";
import { keyIdOf } from "../sframe/keyId.ts";
import { type FrameKey, deriveFrameKey, importBaseKey } from "../sframe/schedule.ts";
import type { GroupEpoch } from "./groupEpoch.ts";

/** Epoch `epoch` of the call's group number `generation`. */
export const epochOf = (epoch: number, generation = 0): GroupEpoch => ({
  group: new Uint8Array([0x67, generation]),
  generation,
  epoch,
});

/** A key as every member of the group derives it; groups of different `call` share nothing. */
export async function frameKey(
  of: GroupEpoch,
  context: number,
  leaf: number,
  use: "seal" | "open",
  call = 0,
): Promise<FrameKey> {
  const secret = new Uint8Array(32).fill(call);
  new DataView(secret.buffer).setUint32(0, of.epoch);
  new DataView(secret.buffer).setUint32(4, of.generation);
  return deriveFrameKey(await importBaseKey(secret), keyIdOf(context, leaf, of.epoch), use);
}

/** `length` bytes that differ from those of any other `n` below 2^32. */
export function encoderBytes(n: number, length = 100): Bytes {
  const bytes = new Uint8Array(Math.max(length, 4));
  for (let i = 4; i < bytes.length; i++) bytes[i] = (n * 31 + i * 7) & 0xff;
  new DataView(bytes.buffer).setUint32(0, n);
  return bytes.slice(0, length);
}

/** A clock that stands until it is moved. */
export class ManualClock {
  private at: Ms = ms(1_000);
  readonly elapsed = (): Ms => this.at;
  move(by: number): void {
    this.at = ms(this.at + by);
  }
}
