// All links of a station and the door they share. Carries [LK6]-[LK12], [LK18]: finds the link that a caller's first message
// names, and turns away whoever names none. The one place that the rest of the station starts links from.
import { type Bytes, equal } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import type { ErrorCode, ParleyError } from "@parley/protocol/errorCodes";
import { problem } from "@parley/protocol/errorCodes";
import { type LinkId, type PartyId, idText } from "@parley/protocol/ids";
import { type GoodbyeReason, type Hello, helloSignedBytes } from "@parley/protocol/peer/hello";
import { allowance } from "./allowance.ts";
import { type Channel, channelOver } from "./channel.ts";
import { type LinkRun, runLink } from "./link.ts";
import type { Address, PeerConnection, Standing } from "./net.ts";
import { type PairChannel, answerPairing, dialPairing } from "./pairChannel.ts";
import type { LinkTerms, PeerDeps, PeerLink } from "./peerLink.ts";
import { introduceWithin } from "./timing.ts";
import { type PeerIdentity, verifiedBy as byNode } from "./tlsIdentity.ts";

/** Callers without a link that are reported in a minute; the rest are turned away without a word in the log. */
const strangersReported = 60;

/** Hellos with successions that are verified in a minute for one link; an honest peer sends one a month, and each costs us some milliseconds. */
const introductionsOfOne = 12;

/** What the pairing duty gives, so that those who are not linked yet can reach it. */
export type PairingDoor = {
  /** Whether any offer of ours waits for an answer. */
  readonly anyLive: () => boolean;
  /** Whether this one does. */
  readonly live: (offer: Bytes) => boolean;
  readonly opened: (channel: PairChannel) => void;
  /** What to do if it is true that a station with this key holds a link which does not run here; null where it proves nothing. */
  readonly provenBy?: (held: {
    readonly link: LinkId;
    readonly party: PartyId;
    readonly key: Bytes;
  }) => (() => void) | null;
};

export type PeerPort = {
  /** Where we listen; what the system chose when asked for port 0. */
  readonly port: number;
  /** Runs a link, for as long as it is not closed. Each link once. */
  readonly open: (terms: LinkTerms) => PeerLink;
  readonly link: (id: LinkId) => PeerLink | null;
  readonly links: () => readonly PeerLink[];
  /** Our station key has rolled: every connection is made anew under the next one. */
  readonly adopt: (identity: PeerIdentity) => void;
  /** Calls the station that made an offer. `standing` may refuse its key, as when the offer names another. */
  readonly dialPairing: (
    address: Address,
    offer: Bytes,
    standing: (key: Bytes) => Standing,
  ) => Promise<Result<PairChannel, ParleyError>>;
  readonly networkIsBack: () => void;
  /** Says goodbye on every link and listens no more. */
  readonly close: () => Promise<void>;
};

/** Opens the door and answers at it. `PEER_PORT_TAKEN` when the address cannot be listened on. */
export async function startPeerPort(deps: PeerDeps, pairing: PairingDoor): Promise<Result<PeerPort, ParleyError>> {
  const { net, versions, clock, verifiedBy = byNode } = deps;
  const runs = new Map<string, { readonly run: LinkRun; readonly mayIntroduce: () => boolean }>();
  const mayReport = allowance(strangersReported, clock);
  let identity = deps.identity;

  /** The first message of whoever came for a link, and not longer than `introduceWithin` for it to come. */
  const answerLink = (connection: PeerConnection): void => {
    const { remote } = connection;
    const turnAway = (reason: GoodbyeReason, code: ErrorCode, detail: string): void => {
      stop();
      if (mayReport()) deps.report({ link: null, remote, error: problem(code, detail) });
      channel.end(reason);
    };
    const stop = clock.wait(introduceWithin, () => turnAway("silent", "PEER_TIMED_OUT", "said nothing"));
    const channel: Channel = channelOver(connection, versions, clock, {
      hello: (hello) => {
        const found = runs.get(idText(hello.link));
        if (found === undefined) {
          if (!proves(hello, connection))
            return turnAway("unknown", "PEER_LINK_UNKNOWN", "a hello for a link that is not ours");
          // The link is made in a moment; whoever dialled it dials again.
          return turnAway("crossed", "PEER_ENDED", "the link is being made");
        }
        if (hello.successions.length > 0 && !found.mayIntroduce())
          return turnAway("crossed", "PEER_BUSY", "successions too often");
        stop();
        found.run.answer(channel, hello);
      },
      frame: () => turnAway("malformed", "PEER_BROKE_RULES", "no hello"),
      wrong: turnAway,
      closed: () => stop(),
    });
  };

  /** Whether this hello, for a link that does not run here, ends a pairing of ours well ([PR15]). */
  const proves = (hello: Hello, { key, binding }: PeerConnection): boolean => {
    const done = pairing.provenBy?.({ link: hello.link, party: hello.from, key }) ?? null;
    if (done === null || !equal(hello.to, deps.here)) return false;
    const { signature, ...body } = hello;
    if (!verifiedBy(key)(helloSignedBytes("dialler", binding, body), signature)) return false;
    done();
    return true;
  };

  const listening = await net.listen({
    standing: deps.standing,
    pairing: pairing.anyLive,
    arrived: (purpose, connection) => {
      if (purpose === "link") answerLink(connection);
      else answerPairing(connection, versions, clock, pairing.live, pairing.opened);
    },
  });
  if (!listening.ok) return fail(listening.error);

  return ok({
    port: listening.value.port,
    open: (terms) => {
      const key = idText(terms.id);
      if (runs.has(key)) throw new Error("that link runs already");
      const run = runLink(
        terms,
        deps,
        () => identity,
        () => runs.delete(key),
      );
      runs.set(key, { run, mayIntroduce: allowance(introductionsOfOne, clock) });
      return run.link;
    },
    link: (id) => runs.get(idText(id))?.run.link ?? null,
    links: () => [...runs.values()].map(({ run }) => run.link),
    adopt: (next) => {
      identity = next;
      net.adopt(next);
      for (const { run } of runs.values()) run.link.renew();
    },
    dialPairing: (address, offer, standing) => dialPairing(net, address, offer, versions, clock, standing),
    networkIsBack: () => {
      for (const { run } of runs.values()) run.link.networkIsBack();
    },
    close: async () => {
      for (const { run } of runs.values()) run.link.close();
      await listening.value.close();
    },
  });
}
