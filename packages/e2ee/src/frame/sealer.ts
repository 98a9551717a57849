// The sending side of one context: which key seals now, and when the next one takes over. Receivers install first; a sender
// switches when told that all have, or by itself when its time is up. Before the first key every frame is dropped. Lives as
// long as its leaf: a key is installed once, and a counter never starts again. Carries FR5 to FR8.
import { type Bytes, hex } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import type { Ms } from "@parley/base/time";
import { Counter, firstCounter } from "../sframe/counter.ts";
import type { FrameKey } from "../sframe/schedule.ts";
import { type GroupEpoch, isNewer } from "./groupEpoch.ts";
import { type Layout, madeUpBytes } from "./layout.ts";
import { type SealedFrame, sealFrame } from "./seal.ts";

type SendKey = { readonly of: GroupEpoch; readonly key: FrameKey; readonly counter: Counter };

type State =
  | { readonly at: "keyless" }
  | { readonly at: "switching"; readonly from: SendKey | null; readonly to: SendKey; readonly until: Ms }
  | { readonly at: "sealing"; readonly under: SendKey };

/** A frame that is being sealed; what it is sealed as is fixed from the start. */
export type Sealing = {
  readonly frame: Promise<SealedFrame>;
  readonly of: GroupEpoch;
  readonly kid: number;
  readonly ctr: number;
  /** Where the SFrame header begins in `frame`. */
  readonly headerAt: number;
};

/** Why a frame was dropped at the sender. */
export type Unsealed = "noKey" | "emptyFrame" | "counterSpent";

/** Why a key was not taken: an epoch that is not after the last one, or a key that has been here before. */
export type KeyRefusal = "epochNotNewer" | "keySeenBefore";

export class Sealer {
  private state: State = { at: "keyless" };
  private newest: GroupEpoch | null = null;
  /** Salts ever installed. The key itself cannot be read; equal salts mean equal keys, since both come of one derivation. */
  private readonly salts = new Set<string>();

  /**
   * Takes the key of a new epoch. It seals from `until` on, or from `switchTo` if that comes first; `until` is now when a
   * member was removed. `start` is `firstCounter` except in tests that begin near a limit.
   */
  install(of: GroupEpoch, key: FrameKey, until: Ms, now: Ms, start = firstCounter): Result<null, KeyRefusal> {
    if (this.newest !== null && !isNewer(of, this.newest)) return fail("epochNotNewer");
    const salt = hex(key.salt);
    if (this.salts.has(salt)) return fail("keySeenBefore");
    this.salts.add(salt);
    this.newest = of;
    this.state = { at: "switching", from: this.current(now), to: { of, key, counter: new Counter(start) }, until };
    return ok(null);
  }

  /** All have acknowledged this epoch: its key, if it is the one that waits, seals from the next frame on. */
  switchTo(of: GroupEpoch): void {
    if (this.state.at !== "switching" || isNewer(this.state.to.of, of)) return;
    this.state = { at: "sealing", under: this.state.to };
  }

  /** The epoch that a frame at `now` would be sealed under, or null before the first. */
  epoch(now: Ms): GroupEpoch | null {
    return this.current(now)?.of ?? null;
  }

  /** Seals a frame, or says why it is dropped. The counter is taken before this returns, so calls may overlap. */
  seal(layout: Layout, isKey: boolean, plaintext: Bytes, now: Ms): Sealing | Unsealed {
    const under = this.current(now);
    if (under === null) return "noKey";
    if (plaintext.length === 0) return "emptyFrame";
    const ctr = under.counter.take();
    if (ctr === null) return "counterSpent";
    return {
      frame: sealFrame(under.key, ctr, layout, isKey, plaintext),
      of: under.of,
      kid: under.key.kid,
      ctr,
      headerAt: madeUpBytes(layout, isKey).length,
    };
  }

  private current(now: Ms): SendKey | null {
    const state = this.state;
    switch (state.at) {
      case "keyless":
        return null;
      case "sealing":
        return state.under;
      case "switching":
        if (now < state.until) return state.from;
        this.state = { at: "sealing", under: state.to };
        return state.to;
      default:
        return state satisfies never;
    }
  }
}
