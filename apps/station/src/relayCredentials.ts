// What terminals in a call are given to reach the relay, and given anew before it runs out ([CL12] of docs/spec/cli.md): a call
// has no set end, a credential has. The browser sets the next one without disturbing anything and uses it when it looks for a
// path again.
import type { Cancel, Clock } from "@parley/base/time";
import { between, ms } from "@parley/base/time";
import type { IdText } from "@parley/protocol/ids";
import type { ToTerminal } from "@parley/protocol/terminal/messages";
import type { RelayRun } from "./relayRun.ts";

type Ice = (ToTerminal & { type: "iceServers" })["iceServers"];

export type RelayCredentials = {
  /** Servers for a terminal that is let into a call; from now on it is told the next ones in time, for as long as the call is open. */
  readonly give: (to: IdText, link: IdText, call: IdText) => Ice;
  readonly close: () => void;
};

export type RelayCredentialsOptions = {
  readonly clock: Clock;
  readonly relay: RelayRun;
  /** Whether this call is open on this link. */
  readonly isOpen: (link: IdText, call: IdText) => boolean;
  /** A terminal that is away misses it, and is admitted anew when it is back. */
  readonly tell: (to: IdText, message: ToTerminal & { type: "iceServers" }) => void;
};

export function relayCredentials({ clock, relay, isOpen, tell }: RelayCredentialsOptions): RelayCredentials {
  /** By terminal: a terminal is in one call at a time. */
  const waiting = new Map<IdText, Cancel>();

  const give = (to: IdText, link: IdText, call: IdText): Ice => {
    waiting.get(to)?.();
    waiting.delete(to);
    const given = relay.serversFor(call, to);
    if (given === null) return [];
    const delay = ms(Math.max(1000, between(clock.now(), given.renewAt)));
    const renew = (): void => {
      waiting.delete(to);
      if (isOpen(link, call)) tell(to, { type: "iceServers", call, iceServers: give(to, link, call) });
    };
    waiting.set(to, clock.wait(delay, renew));
    return given.servers.map((server) => ({ ...server, urls: [...server.urls] }));
  };

  return {
    give,
    close: () => {
      for (const cancel of waiting.values()) cancel();
    },
  };
}
