// The browser that rehearses while no desk is open: started by the station, watched, started anew where it ends or is not heard of,
// and ended when a desk is there or the station stops. It is a terminal like any other, with a key of its own that an officer has
// approved once, in the role of a probe: nobody sits at it and no person's call is ever told to it ([DR25] [DR26] of docs/spec/drill.md).
import { type Cancel, type Clock, type Ms, ms, seconds } from "@parley/base/time";

/** A browser that runs. */
export type Running = {
  /** Resolves when it has ended, however that came. */
  readonly ended: Promise<void>;
  /** Ends it and everything that it started; resolves when it is gone. */
  readonly close: () => Promise<void>;
};

export type RehearserOptions = {
  readonly clock: Clock;
  /** Opens that page in a browser of its own. Throws where there is none to start. */
  readonly launch: (address: string) => Running;
  /** The page of a desk, at our own web port. */
  readonly address: string;
  /** Whether a terminal of ours has been approved as this browser. */
  readonly isEnrolled: () => boolean;
  /** Whether it is wanted now: no desk is open, or a drill is under way at it. */
  readonly isWanted: () => boolean;
  /** Whether it has proven itself to us. */
  readonly isOnline: () => boolean;
  /** It does not come, however often it is started; told once until it has come. */
  readonly onAway: (why: string) => void;
};

export type Rehearser = {
  /** Opens it once with this one-time address, whoever else is there: it becomes a terminal with it. */
  readonly enrol: (address: string) => void;
  /** A terminal came or went. */
  readonly look: () => void;
  readonly stop: () => Promise<void>;
};

const looksEvery: Ms = seconds(5);
/** From its start, or since it was last heard of, until it is taken for stuck: a small machine starts a browser in ten seconds. */
const comesWithin: Ms = seconds(60);
/** It is in no hurry to begin where a desk is only loaded anew, nor to end where one looks in. */
const settles: Ms = seconds(20);
/** Starts that came to nothing, after which it is said. */
const saysAfter = 3;

/** The pause before the next start: doubled each time, up to ten minutes. */
export const startPause = (tries: number): Ms => ms(Math.min(600_000, 1000 * 2 ** tries));

type State =
  | { readonly at: "off" }
  | { readonly at: "running"; readonly browser: Running; heard: Ms }
  | { readonly at: "ending" }
  | { readonly at: "stopped" };

export function superviseRehearser(options: RehearserOptions): Rehearser {
  const { clock } = options;
  let state: State = { at: "off" };
  let invited: string | null = null;
  let tries = 0;
  let notBefore: Ms = ms(0);
  /** Since when it is wanted, or not, without a break. */
  let wish: { readonly is: "wanted" | "unwanted"; readonly since: Ms } = { is: "unwanted", since: clock.elapsed() };
  let timer: Cancel = () => undefined;
  let closing: Promise<void> = Promise.resolve();

  const failed = (why: string): void => {
    tries += 1;
    notBefore = ms(clock.elapsed() + startPause(tries));
    if (tries === saysAfter) options.onAway(why);
  };

  const end = (browser: Running): void => {
    state = { at: "ending" };
    closing = browser.close().then(() => {
      if (state.at === "ending") state = { at: "off" };
    });
  };

  const start = (address: string): void => {
    try {
      const browser = options.launch(address);
      state = { at: "running", browser, heard: clock.elapsed() };
      void browser.ended.then(() => {
        if (state.at !== "running" || state.browser !== browser) return;
        state = { at: "off" };
        failed("it ended by itself");
      });
    } catch (error) {
      failed(error instanceof Error ? error.message : String(error));
    }
  };

  const look = (): void => {
    if (state.at === "stopped") return;
    const now = clock.elapsed();
    if (options.isEnrolled()) invited = null;
    const is = options.isWanted() && options.isEnrolled() ? "wanted" : "unwanted";
    if (is !== wish.is) wish = { is, since: now };
    const settled = now - wish.since >= settles;
    if (state.at === "running") {
      if (options.isOnline()) [state.heard, tries] = [now, 0];
      if (now - state.heard >= comesWithin) {
        failed("it does not come to the station");
        end(state.browser);
      } else if (invited === null && is === "unwanted" && settled) end(state.browser);
      return;
    }
    if (state.at !== "off" || now < notBefore) return;
    if (invited !== null) start(invited);
    else if (is === "wanted" && settled) start(options.address);
  };

  const again = (): void => {
    look();
    timer = clock.wait(looksEvery, again);
  };
  again();

  return {
    enrol: (address) => {
      invited = address;
      [tries, notBefore] = [0, ms(0)];
      // One that runs has no place for the address, and is none of ours yet.
      if (state.at === "running") end(state.browser);
      look();
    },
    look,
    stop: async () => {
      timer();
      const { at } = state;
      if (state.at === "running") end(state.browser);
      state = { at: "stopped" };
      if (at === "running" || at === "ending") await closing;
    },
  };
}
