// The network between simulated stations: PeerNet over the queue. A connection keeps its order and loses nothing while it
// lives, as TCP does; connections do not keep order among each other. What goes wrong with TCP goes wrong here: a short cut
// delays, a long one kills without telling, connections are reset, dials fail, die half-way or find a closed door, and a
// path may be slow ([SM3]).
import { type Bytes, hex } from "@parley/base/bytes";
import { fail, ok } from "@parley/base/result";
import { type Ms, ms, seconds } from "@parley/base/time";
import { type ErrorCode, problem } from "@parley/protocol/errorCodes";
import type { ConnectionEvents, Door, PeerConnection, PeerNet } from "@parley/station/peer/net";
import type { PeerIdentity } from "@parley/station/peer/tlsIdentity";
import type { Queue } from "./queue.ts";
import type { Dice } from "./random.ts";

type End = { readonly host: Host; events: ConnectionEvents | null; open: boolean; free: number };
type Pipe = { readonly ends: readonly [End, End]; readonly path: Path; dead: boolean };

type Path = {
  /** `from`: only what that host sends is held; null where both are. */
  cut: { readonly since: number; readonly from: string | null } | null;
  /** What was sent while it was cut, and by which connection. */
  held: { readonly pipe: Pipe; readonly go: () => void }[];
  slowest: Ms;
};

type Host = { readonly name: string; readonly isAlive: () => boolean; identity: PeerIdentity; door: Door | null };

export type Network = {
  /** The network as a program at `name` has it; the one before it there is gone. */
  readonly at: (name: string, identity: PeerIdentity, isAlive: () => boolean) => PeerNet;
  readonly cut: (a: string, b: string) => void;
  /** The same for what `from` sends alone; `mend` ends it. */
  readonly cutOneWay: (from: string, to: string) => void;
  readonly mend: (a: string, b: string) => void;
  readonly isCut: (a: string, b: string) => boolean;
  /** Whether a dial from `a` would arrive at a program at `b`. */
  readonly reaches: (a: string, b: string) => boolean;
  /** Dials to `name` arrive or not, as behind a firewall. */
  readonly shut: (name: string, shut: boolean) => void;
  /** The name `name` is not found, or is again. */
  readonly unname: (name: string, gone: boolean) => void;
  /** Connections are forgotten on the way: they are dead, and neither end is told. */
  readonly forget: (a: string, b: string) => void;
  /** What reaches `name` before `until` waits. */
  readonly hold: (name: string, until: number) => void;
  readonly slow: (a: string, b: string, slowest: Ms) => void;
  /** Breaks every connection between the two; both learn of it. */
  readonly reset: (a: string, b: string) => void;
  /** The program at `name` is gone: the far ends learn of it, unless the path is cut. */
  readonly died: (name: string) => void;
  /** Messages and dials on their way. */
  readonly busy: () => number;
  /** Whether a connection is dead at an end that does not know it yet. */
  readonly unnoticed: () => boolean;
};

/** A cut that is longer than this has killed the connections under it. */
const tcpGivesUp = seconds(15);
const dialGivesUp = seconds(10);
export const usualSlowest: Ms = ms(60);

export function makeNetwork(queue: Queue, dice: Dice, dialFails: () => boolean): Network {
  const hosts = new Map<string, Host>();
  const paths = new Map<string, Path>();
  const shut = new Set<string>();
  const unnamed = new Set<string>();
  const holds = new Map<string, number>();
  const pipes = new Set<Pipe>();
  const dead = new Set<Pipe>();
  let busy = 0;

  const pathOf = (a: string, b: string): Path => {
    const name = [a, b].toSorted().join(" ");
    const path = paths.get(name) ?? { cut: null, held: [], slowest: usualSlowest };
    paths.set(name, path);
    return path;
  };

  const later = (delay: number, then: () => void): void => {
    busy++;
    queue.wait(delay, () => {
      busy--;
      then();
    });
  };

  const isHeld = ({ cut }: Path, end: End): boolean =>
    cut !== null && (cut.from === null || cut.from === end.host.name);

  /** After everything that this end sent before, to the far end. */
  const carry = (pipe: Pipe, end: End, then: () => void): void => {
    const [one, other] = pipe.ends;
    const to = (one === end ? other : one).host.name;
    const go = (): void => {
      const arrives = queue.now() + dice.span(ms(1), pipe.path.slowest);
      end.free = Math.max(end.free, arrives, holds.get(to) ?? 0);
      later(end.free - queue.now(), () => {
        if (pipe.dead) return;
        if (!isHeld(pipe.path, end)) then();
        else pipe.path.held.push({ pipe, go: then });
      });
    };
    if (!isHeld(pipe.path, end)) go();
    else pipe.path.held.push({ pipe, go });
  };

  const told = (end: End, code: ErrorCode, detail: string): void => {
    if (!end.open) return;
    end.open = false;
    if (end.host.isAlive()) end.events?.closed(code, detail);
  };

  const connectionOf = (pipe: Pipe, end: End, far: End, key: Bytes, binding: Bytes): PeerConnection => ({
    key,
    binding,
    remote: far.host.name,
    start: (events) => {
      end.events = events;
    },
    send: (message) => {
      if (!end.open || !end.host.isAlive()) return;
      carry(pipe, end, () => {
        if (far.open && far.host.isAlive()) far.events?.message(message);
      });
    },
    waiting: () => 0,
    admit: () => undefined,
    close: () => {
      if (!end.open) return;
      queue.wait(0, () => told(end, "PEER_CLOSED", "closed here"));
      carry(pipe, end, () => {
        told(far, "PEER_LOST", "closed there");
        pipes.delete(pipe);
      });
    },
  });

  const connect = (near: Host, far: Host, path: Path) => {
    const [a, b]: [End, End] = [
      { host: near, events: null, open: true, free: 0 },
      { host: far, events: null, open: true, free: 0 },
    ];
    const pipe: Pipe = { ends: [a, b], path, dead: false };
    pipes.add(pipe);
    const binding = dice.bytes(32);
    return {
      near: connectionOf(pipe, a, b, far.identity.key, binding),
      far: connectionOf(pipe, b, a, near.identity.key, binding),
    };
  };

  const between = (a: string, b: string): Pipe[] => [...pipes].filter(({ path }) => path === pathOf(a, b));

  const dial = (
    host: Host,
    to: string,
    ...[purpose, standing, done]: [
      Parameters<PeerNet["dial"]>[1],
      Parameters<PeerNet["dial"]>[2],
      Parameters<PeerNet["dial"]>[3],
    ]
  ): (() => void) => {
    let waits = true;
    const answer = (delay: number, then: () => void): void =>
      later(delay, () => {
        if (waits && host.isAlive()) then();
      });
    const failed = (delay: number, code: ErrorCode): void =>
      answer(delay, () => {
        waits = false;
        done(fail(problem(code, to)));
      });
    const path = pathOf(host.name, to);
    const travel = (): number => dice.span(ms(1), path.slowest);
    if (path.cut !== null || shut.has(to)) failed(dialGivesUp, "PEER_TIMED_OUT");
    else if (unnamed.has(to)) failed(0, "PEER_UNREACHABLE");
    else if (dialFails()) failed(travel(), dice.chance(0.5) ? "PEER_UNREACHABLE" : "PEER_LOST");
    else
      answer(travel() + travel(), () => {
        const there = hosts.get(to);
        if (path.cut !== null) return failed(dialGivesUp, "PEER_TIMED_OUT");
        if (there === undefined || there.door === null || !there.isAlive()) return failed(0, "PEER_UNREACHABLE");
        const name = hex(there.identity.key.subarray(0, 4));
        if (standing(there.identity.key) === "refused" || there.door.standing(host.identity.key) === "refused") {
          waits = false;
          return done(fail(problem("PEER_KEY_UNKNOWN", name)));
        }
        waits = false;
        const both = connect(host, there, path);
        if (purpose === "pair" && !there.door.pairing()) both.far.close("reset");
        else there.door.arrived(purpose, both.far);
        done(ok(both.near));
      });
    return () => {
      waits = false;
    };
  };

  return {
    busy: () => busy,
    unnoticed: () => {
      for (const pipe of dead) if (!pipe.ends.some(({ open, host }) => open && host.isAlive())) dead.delete(pipe);
      return dead.size > 0;
    },
    at: (name, identity, isAlive) => {
      const host: Host = { name, isAlive, identity, door: null };
      hosts.set(name, host);
      return {
        listen: (door) => {
          host.door = door;
          const close = (): Promise<void> => {
            host.door = null;
            return Promise.resolve();
          };
          return Promise.resolve(ok({ port: 1, close }));
        },
        adopt: (next) => {
          host.identity = next;
        },
        dial: (address, purpose, standing, done) => dial(host, address.host, purpose, standing, done),
      };
    },
    cut: (a, b) => {
      pathOf(a, b).cut ??= { since: queue.now(), from: null };
    },
    cutOneWay: (from, to) => {
      pathOf(from, to).cut ??= { since: queue.now(), from };
    },
    unname: (name, gone) => void (gone ? unnamed.add(name) : unnamed.delete(name)),
    forget: (a, b) => {
      for (const pipe of between(a, b)) kill(pipe);
    },
    hold: (name, until) => void holds.set(name, until),
    mend: (a, b) => {
      const path = pathOf(a, b);
      if (path.cut === null) return;
      const killed = queue.now() - path.cut.since > tcpGivesUp;
      path.cut = null;
      const { held } = path;
      path.held = [];
      if (killed) for (const pipe of between(a, b)) kill(pipe);
      for (const { pipe, go } of held) if (!pipe.dead) go();
    },
    reaches: (a, b) => {
      const there = hosts.get(b);
      const open = pathOf(a, b).cut === null && !shut.has(b) && !unnamed.has(b);
      return open && there !== undefined && there.door !== null && there.isAlive();
    },
    isCut: (a, b) => pathOf(a, b).cut !== null,
    shut: (name, now) => void (now ? shut.add(name) : shut.delete(name)),
    slow: (a, b, slowest) => {
      pathOf(a, b).slowest = slowest;
    },
    reset: (a, b) => {
      for (const pipe of between(a, b)) {
        kill(pipe);
        for (const end of pipe.ends) later(dice.span(ms(1), pipe.path.slowest), () => told(end, "PEER_LOST", "reset"));
      }
    },
    died: (name) => {
      for (const pipe of pipes) {
        const [a, b] = pipe.ends;
        if (a.host.name !== name && b.host.name !== name) continue;
        const other = a.host.name === name ? b : a;
        const silent = pipe.path.cut !== null;
        kill(pipe);
        if (!silent) later(dice.span(ms(1), pipe.path.slowest), () => told(other, "PEER_LOST", "reset"));
      }
    },
  };

  function kill(pipe: Pipe): void {
    pipe.dead = true;
    pipes.delete(pipe);
    dead.add(pipe);
  }
}
