// A network and a clock in memory for whole stations: deterministic from a seed, with the misdeeds of real networks to order.
// Connections are reliable and in order while they live, as TCP's are; a cut swallows what is sent and tells nobody.
import { type Bytes, hex } from "@parley/base/bytes";
import { type Random, below } from "@parley/base/random";
import { fail, ok } from "@parley/base/result";
import { type Cancel, type Clock, type Ms, instant, ms } from "@parley/base/time";
import { problem } from "@parley/protocol/errorCodes";
import type { ConnectionEvents, Door, PeerConnection, PeerNet } from "./net.ts";
import type { PeerIdentity } from "./tlsIdentity.ts";

/** Numbers that look random and are the same for the same seed (xorshift32, Marsaglia 2003). */
export function seeded(seed: number): Random {
  let x = (seed * 2654435761 + 1) | 0 || 1;
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      bytes[i] = x & 0xff;
    }
    return bytes;
  };
}

type Timer = { readonly at: number; readonly order: number; readonly ring: () => void };

export type SimulatedTime = {
  readonly clock: Clock;
  /** Lets `length` pass, each timer at its time, everything that follows from one settled before the next. */
  readonly pass: (length: Ms) => Promise<void>;
};

export function simulatedTime(): SimulatedTime {
  const timers = new Set<Timer>();
  let now = 0;
  let order = 0;
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const next = (): Timer | null => {
    let first: Timer | null = null;
    for (const timer of timers)
      if (first === null || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer;
    return first;
  };
  return {
    clock: {
      now: () => instant(1_700_000_000_000 + now),
      elapsed: () => ms(now),
      wait: (delay, then) => {
        const timer: Timer = { at: now + Math.max(0, delay), order: order++, ring: then };
        timers.add(timer);
        return () => void timers.delete(timer);
      },
    },
    pass: async (length) => {
      const end = now + length;
      await settle();
      for (let timer = next(); timer !== null && timer.at <= end; timer = next()) {
        now = Math.max(now, timer.at);
        timers.delete(timer);
        timer.ring();
        await settle();
      }
      now = end;
    },
  };
}

/** A clock whose timers stop when the process that holds it dies. */
export function mortal(clock: Clock): { readonly clock: Clock; readonly die: () => void } {
  let alive = true;
  return {
    clock: { ...clock, wait: (delay, then) => clock.wait(delay, () => alive && then()) },
    die: () => {
      alive = false;
    },
  };
}

type Half = {
  readonly host: string;
  events: ConnectionEvents | null;
  readonly connection: PeerConnection;
  open: boolean;
};

export type SimulatedNetwork = {
  /** The network as the process at `host` has it; listens on any port. */
  readonly at: (host: string, identity: PeerIdentity) => PeerNet;
  /** From now on nothing passes between the two, and what is open between them is dead without knowing it. */
  readonly cut: (a: string, b: string) => void;
  readonly mend: (a: string, b: string) => void;
  /** Whether dials towards `host` arrive at all, as behind a firewall. */
  readonly shut: (host: string, shut: boolean) => void;
  /** The process at `host` dies: it hears nothing more, and the far ends of its connections learn of it. */
  readonly kill: (host: string) => void;
  /** Connections between living ends now open. */
  readonly open: () => number;
};

export function simulatedNetwork(clock: Clock, random: Random, slowest: Ms): SimulatedNetwork {
  const doors = new Map<string, { readonly door: Door; readonly identity: PeerIdentity }>();
  const cuts = new Set<string>();
  const shut = new Set<string>();
  const pairs = new Set<readonly [Half, Half, { dead: boolean }]>();
  const between = (a: string, b: string): string => [a, b].toSorted().join(" ");
  const delay = (): Ms => ms(1 + below(random, slowest));

  const connect = (from: string, fromKey: Bytes, to: string, toKey: Bytes): readonly [Half, Half] => {
    const binding = random(32);
    const fate = { dead: false };
    const half = (host: string, peerHost: string, peerKey: Bytes, other: () => Half): Half => {
      let free = 0;
      /** Hands over in order, each after a delay of its own. */
      const later = (then: () => void): void => {
        free = Math.max(free, clock.elapsed() + delay());
        clock.wait(ms(free - clock.elapsed()), () => fate.dead || then());
      };
      const self: Half = {
        host,
        events: null,
        open: true,
        connection: {
          key: peerKey,
          binding,
          remote: peerHost,
          start: (events) => {
            self.events = events;
          },
          send: (message) => {
            if (self.open && !cuts.has(between(host, peerHost)))
              later(() => other().open && other().events?.message(message));
          },
          waiting: () => 0,
          admit: () => undefined,
          close: () => {
            if (!self.open) return;
            self.open = false;
            const ended = (end: Half): void => {
              if (end.open || end === self) end.events?.closed("PEER_LOST", "closed");
              end.open = false;
            };
            clock.wait(ms(0), () => ended(self));
            if (!cuts.has(between(host, peerHost))) later(() => ended(other()));
          },
        },
      };
      return self;
    };
    const near: Half = half(from, to, toKey, () => far);
    const far: Half = half(to, from, fromKey, () => near);
    pairs.add([near, far, fate]);
    return [near, far];
  };

  return {
    at: (host, first) => {
      let identity = first;
      return {
        listen: (door) => {
          doors.set(host, { door, identity });
          return Promise.resolve(
            ok({
              port: 1,
              close: () => {
                doors.delete(host);
                return Promise.resolve();
              },
            }),
          );
        },
        adopt: (next) => {
          identity = next;
          const mine = doors.get(host);
          if (mine !== undefined) doors.set(host, { ...mine, identity: next });
        },
        dial: (address, purpose, standing, done): Cancel => {
          let waiting = true;
          const stop = clock.wait(delay(), () => {
            waiting = false;
            const there = doors.get(address.host);
            if (cuts.has(between(host, address.host)) || shut.has(address.host)) {
              stopTwo = clock.wait(ms(10_000), () => done(fail(problem("PEER_TIMED_OUT", address.host))));
              return;
            }
            if (there === undefined) return done(fail(problem("PEER_UNREACHABLE", address.host)));
            const standingHere = standing(there.identity.key);
            const standingThere = there.door.standing(identity.key);
            if (standingHere === "refused" || standingThere === "refused")
              return done(fail(problem("PEER_KEY_UNKNOWN", hex(there.identity.key.subarray(0, 4)))));
            const [near, far] = connect(host, identity.key, address.host, there.identity.key);
            there.door.arrived(purpose, far.connection);
            done(ok(near.connection));
          });
          let stopTwo: Cancel = () => undefined;
          return () => {
            if (waiting) stop();
            else stopTwo();
          };
        },
      };
    },
    cut: (a, b) => {
      cuts.add(between(a, b));
      for (const [near, far, fate] of pairs) if (between(near.host, far.host) === between(a, b)) fate.dead = true;
    },
    mend: (a, b) => void cuts.delete(between(a, b)),
    shut: (host, now) => void (now ? shut.add(host) : shut.delete(host)),
    kill: (host) => {
      doors.delete(host);
      for (const pair of pairs) {
        const [near, far, fate] = pair;
        const mine = near.host === host ? near : far.host === host ? far : null;
        if (mine === null) continue;
        pairs.delete(pair);
        mine.open = false;
        const other = mine === near ? far : near;
        if (!fate.dead && other.open)
          clock.wait(delay(), () => {
            if (other.open) other.events?.closed("PEER_LOST", "reset");
            other.open = false;
          });
        mine.events = null;
      }
    },
    open: () => [...pairs].filter(([near, far, fate]) => near.open && far.open && !fate.dead).length,
  };
}
