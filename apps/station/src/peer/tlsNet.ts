// The real network of the station link: the door and the dialler over TLS, with one identity that can be replaced while it runs.
import { ok } from "@parley/base/result";
import type { Clock } from "@parley/base/time";
import { type Accepting, type DoorBounds, accept, usualBounds } from "./accept.ts";
import { dialler } from "./dial.ts";
import type { PeerNet } from "./net.ts";
import type { PeerIdentity } from "./tlsIdentity.ts";

export type TlsNetOptions = {
  /** Address to listen on, as "::" for all. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly identity: PeerIdentity;
  readonly clock: Clock;
  /** Only what differs from `usualBounds`. */
  readonly bounds?: Partial<DoorBounds>;
};

export function tlsNet(options: TlsNetOptions): PeerNet {
  let identity = options.identity;
  let accepting: Accepting | null = null;
  return {
    listen: async (door) => {
      const { host, port, clock } = options;
      const listening = await accept(
        { host, port, clock, identity, bounds: { ...usualBounds, ...options.bounds } },
        door,
      );
      if (!listening.ok) return listening;
      accepting = listening.value;
      return ok(listening.value);
    },
    dial: dialler(() => identity, options.clock),
    adopt: (next) => {
      identity = next;
      accepting?.adopt(next);
    },
  };
}
