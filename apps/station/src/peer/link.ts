// One link of this station, alive: carries out what session.ts decides, and joins connection, outbox and inbox.
// Carries [LK22]-[LK38] together with them. It decides nothing itself about when to dial, whom to keep or what is dead.
import { type Bytes, compare } from "@parley/base/bytes";
import { type Cancel, ms } from "@parley/base/time";
import { type ErrorCode, type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { End, GoodbyeReason, Hello, LinkFrame } from "@parley/protocol/peer/hello";
import { allowance } from "./allowance.ts";
import { type Channel, type ChannelEvents, channelOver } from "./channel.ts";
import { inbox } from "./inbox.ts";
import { judgeHello, makeHello } from "./introduction.ts";
import type { PeerConnection } from "./net.ts";
import { outbox } from "./outbox.ts";
import type { LinkTerms, PeerDeps, PeerLink } from "./peerLink.ts";
import { posting } from "./posting.ts";
import { recollection } from "./recollection.ts";
import { runSession } from "./sessionRun.ts";
import type { Conn, Greeting, SessionEffect } from "./sessionState.ts";
import { type LinkStatus, statusOf } from "./status.ts";
import { type PeerIdentity, verifiedBy as byNode } from "./tlsIdentity.ts";

/** A link as the peer port runs it. */
export type LinkRun = {
  readonly link: PeerLink;
  /** The peer has dialled; `hello` is its first message, not judged yet. */
  readonly answer: (channel: Channel, hello: Hello) => void;
};

/** What happened on a link that is reported in a minute, so that nobody can fill the log. */
const reportsOfOne = 120;

/** What a number stands for: a dial, or a connection with the successions that our hello on it will carry, once they are read. */
type Attached =
  | { readonly at: "dialling"; readonly cancel: Cancel }
  | { readonly at: "connected"; readonly channel: Channel; readonly successions: Bytes | null };

/** Runs a link until it is closed, which calls `closed`. `identity()` is the station key in force. */
export function runLink(terms: LinkTerms, deps: PeerDeps, identity: () => PeerIdentity, closed: () => void): LinkRun {
  const { here, versions, net, store, clock, random, verifyIntroduction, verifiedBy = byNode } = deps;
  const { id, peer } = terms;
  const conns = new Map<Conn, Attached>();
  const watchers = new Set<(status: LinkStatus) => void>();
  const memory = recollection(id, store);
  let current: Conn | null = null;
  let nextAddress = 0;
  let version = versions.oldest;
  let since = clock.now();

  const mayReport = allowance(reportsOfOne, clock);
  const report = (error: ParleyError, remote = ""): void => {
    if (mayReport()) deps.report({ link: id, remote, error });
  };

  const out = outbox({ link: id, here, peer, store, clock, sign: (bytes) => identity().sign(bytes), trouble: report });
  const into = inbox({
    link: id,
    here,
    peer,
    versions,
    store,
    clock,
    onArrival: (arrival) => deps.onArrival(link, arrival),
    trouble: report,
    wentBack: () => session.apply({ type: "freeze", code: "PEER_RESTORED" }),
  });

  const detach = (conn: Conn): Attached | undefined => {
    const attached = conns.get(conn);
    conns.delete(conn);
    if (current === conn) {
      current = null;
      into.end();
      out.end();
    }
    return attached;
  };

  const say = (conn: Conn, frame: LinkFrame): void => {
    const attached = conns.get(conn);
    if (attached?.at === "connected") attached.channel.say(frame);
  };

  const refuse = (conn: Conn, remote: string, reason: GoodbyeReason, error: ParleyError): void => {
    report(error, remote);
    session.apply({ type: "refused", conn, reason, code: error.code });
  };

  const lost = (conn: Conn, code: ErrorCode): void => {
    detach(conn);
    session.apply({ type: "lost", conn, code });
  };

  /** What a connection of ours tells, once it has a number. */
  const eventsOf = (conn: Conn, remote: string, hello: ChannelEvents["hello"]): ChannelEvents => ({
    hello,
    frame: (frame) => heard(conn, remote, frame),
    wrong: (reason, code, detail) => refuse(conn, remote, reason, problem(code, detail)),
    closed: (code, detail) => {
      report(problem(code, detail), remote);
      lost(conn, code);
    },
  });

  const heard = (conn: Conn, remote: string, frame: Exclude<LinkFrame, { type: "hello" }>): void => {
    switch (frame.type) {
      case "envelope":
        return into.arrived(frame.envelope);
      case "ack":
        if (!out.acknowledged(frame.upTo))
          refuse(
            conn,
            remote,
            "malformed",
            problem("PEER_BROKE_RULES", `acknowledges ${frame.upTo}, which was not sent`),
          );
        return;
      case "ping":
        return say(conn, { type: "pong", nonce: frame.nonce });
      case "pong":
        return session.apply({ type: "pong", conn, nonce: frame.nonce });
      case "goodbye":
        report(problem("PEER_ENDED", `${frame.reason}; speaks ${frame.oldest} to ${frame.newest}`), remote);
        return session.apply({ type: "goodbye", conn, reason: frame.reason });
      default:
        return frame satisfies never;
    }
  };

  const dial = (conn: Conn): void => {
    const addresses = terms.addresses();
    const which = nextAddress++ % Math.max(1, addresses.length);
    const address = addresses[which];
    const cancel =
      address === undefined
        ? clock.wait(ms(0), () => lost(conn, "PEER_UNREACHABLE"))
        : net.dial(address, "link", deps.standing, (outcome) => {
            if (outcome.ok) return meet(conn, outcome.value, which);
            report(outcome.error, `${address.host} port ${address.port}`);
            lost(conn, outcome.error.code);
          });
    conns.set(conn, { at: "dialling", cancel });
  };

  /** Reads the successions that our hello will carry; false when the connection was gone before. */
  const prepare = async (conn: Conn, channel: Channel): Promise<boolean> => {
    const successions = await deps.successions(id, peer);
    if (!conns.has(conn)) return false;
    conns.set(conn, { at: "connected", channel, successions });
    return true;
  };

  /** Judges the far end's hello, written as `end`; null when it was turned away or is gone. */
  const judge = async (conn: Conn, end: End, channel: Channel, hello: Hello): Promise<Greeting | null> => {
    const { connection } = channel;
    const expected = { link: id, here, peer };
    const judged = await judgeHello(end, connection, hello, expected, versions, { verifiedBy, verifyIntroduction });
    if (!conns.has(conn)) return null;
    if (!judged.ok) {
      turnAway(conn, judged.error.reason, judged.error.error);
      return null;
    }
    const { taken } = hello;
    const remembered = memory.compare(taken);
    if (remembered === "agrees") {
      connection.admit();
      return judged.value;
    }
    const { sent, acknowledged } = store.position(id);
    const detail = `it has taken ${taken} of ${sent}, and had acknowledged ${acknowledged}`;
    if (remembered === "crossed") turnAway(conn, "crossed", problem("PEER_ENDED", detail));
    else {
      turnAway(conn, "restored", problem(remembered, detail));
      session.apply({ type: "freeze", code: remembered });
    }
    return null;
  };

  /** Ends a connection that has not become ours, whether the session knows it or not. */
  const turnAway = (conn: Conn, reason: GoodbyeReason, error: ParleyError): void => {
    const attached = conns.get(conn);
    refuse(conn, attached?.at === "connected" ? attached.channel.connection.remote : "", reason, error);
    end(conn, reason);
  };

  /** Our dial is through: greets, and judges the answer. */
  const meet = (conn: Conn, connection: PeerConnection, address: number): void => {
    const channel: Channel = channelOver(
      connection,
      versions,
      clock,
      eventsOf(conn, connection.remote, (hello) => {
        void judge(conn, "answerer", channel, hello).then((greeting) => {
          // The address that led to the peer is the first to be dialled again.
          if (greeting === null) return;
          nextAddress = address;
          session.apply({ type: "greeted", conn, greeting });
        });
      }),
    );
    conns.set(conn, { at: "connected", channel, successions: null });
    void prepare(conn, channel).then((ready) => {
      if (ready) session.apply({ type: "dialled", conn });
    });
  };

  const answer = (channel: Channel, hello: Hello): void => {
    const conn = session.fresh();
    channel.tell(eventsOf(conn, channel.connection.remote, () => undefined));
    conns.set(conn, { at: "connected", channel, successions: null });
    void judge(conn, "dialler", channel, hello).then(async (greeting) => {
      if (greeting !== null && (await prepare(conn, channel))) session.apply({ type: "accepted", conn, greeting });
    });
  };

  const greet = (conn: Conn, as: End): void => {
    const attached = conns.get(conn);
    if (attached?.at !== "connected" || attached.successions === null) return;
    const { channel, successions } = attached;
    const body = { ...versions, link: id, from: here, to: peer, taken: store.position(id).taken, successions };
    channel.say({ type: "hello", ...makeHello(as, channel.connection, body, identity()) });
  };

  const begin = (conn: Conn, greeting: Greeting): void => {
    const attached = conns.get(conn);
    if (attached?.at !== "connected") return;
    const { channel } = attached;
    const { remote, key } = channel.connection;
    current = conn;
    version = greeting.version;
    memory.agreed();
    into.begin({
      verify: verifiedBy(key),
      acknowledge: (upTo) => channel.say({ type: "ack", upTo }),
      refuse: (reason, code, detail) => refuse(conn, remote, reason, problem(code, detail)),
    });
    out.begin((envelope) => channel.say({ type: "envelope", envelope }));
    channel.open();
  };

  const end = (conn: Conn, reason: GoodbyeReason | null): void => {
    const attached = detach(conn);
    if (attached?.at === "dialling") attached.cancel();
    else attached?.channel.end(reason);
  };

  const carryOut = (effect: SessionEffect): void => {
    switch (effect.type) {
      case "dial":
        return dial(effect.conn);
      case "greet":
        return greet(effect.conn, effect.as);
      case "begin":
        return begin(effect.conn, effect.greeting);
      case "ping":
        return say(effect.conn, { type: "ping", nonce: effect.nonce });
      case "drop":
        return end(effect.conn, effect.reason);
      default:
        return effect satisfies never;
    }
  };

  const session = runSession(compare(here, peer) < 0 ? "here" : "there", clock, random, carryOut, (before) => {
    if (before.at !== session.state().at) since = clock.now();
    for (const watcher of watchers) watcher(link.status());
  });

  const { put, send } = posting(id, store, random, out, () => (session.state().at === "closed" ? null : version));

  const link: PeerLink = {
    id,
    peer,
    send,
    put,
    wake: out.wake,
    status: () => statusOf(session.state(), since),
    watch: (listener) => {
      watchers.add(listener);
      return () => void watchers.delete(listener);
    },
    networkIsBack: () => session.apply({ type: "networkIsBack" }),
    renew: () => session.apply({ type: "renew" }),
    thaw: () => {
      memory.agreed();
      session.apply({ type: "thaw" });
    },
    close: () => {
      session.apply({ type: "close" });
      closed();
    },
  };

  session.start();
  return { link, answer };
}
