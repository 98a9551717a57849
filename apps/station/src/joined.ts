// The inside of a station joined to its peers: its calls and drills over the links, and each envelope that arrives handed to the
// duty that it is for. Like inside.ts it touches nothing of the machine, and the simulator runs it as it is.
import type { Bytes } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type Ms, after as later, hours, ms } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idText } from "@parley/protocol/ids";
import { payloadKinds } from "@parley/protocol/peer/envelope";
import { decodeNotice } from "@parley/protocol/signed/notice";
import { ed25519Half } from "@parley/protocol/signed/signature";
import { oldestProtocolVersion, protocolVersion } from "@parley/protocol/versions";
import { type Calls, noCalls } from "./duty/calls/port.ts";
import { handOverDue, tickDue } from "./duty/identity/home.ts";
import { successionsFor, verifyIntroduction } from "./greetings.ts";
import type { Arrival } from "./peer/inbox.ts";
import type { PeerNet } from "./peer/net.ts";
import type { PeerLink } from "./peer/peerLink.ts";
import { type PeerPort, startPeerPort } from "./peer/peerPort.ts";
import { type Aftermath, runAftermath } from "./run/aftermath.ts";
import { type CallsRun, runCalls } from "./run/callsRun.ts";
import { type VerifyReceipt, decodeFromPeer } from "./run/callsWire.ts";
import { type DrillsRun, runDrills } from "./run/drillsRun.ts";
import { stoppedCode } from "./run/logFacts.ts";
import { type PeopleRun, runPeople } from "./run/peopleRun.ts";
import { type ProbesRun, runProbes } from "./run/probeRun.ts";
import { turnAwayStrangers } from "./run/strangers.ts";
import { type Inside, type InsideOptions, type Late, certainHome } from "./inside.ts";

/** How often it is looked whether the station key is due to hand over. */
const tickEvery: Ms = hours(1);

/** The inside with its peers: calls can be made once `begin` was called. */
export type Joined = {
  readonly calls: CallsRun;
  /** The lines of drills, and what decides about them; null where nothing is rehearsed. */
  readonly drills: { readonly calls: CallsRun; readonly run: DrillsRun } | null;
  /** Whether officers are here; null where nobody is asked or told. */
  readonly people: PeopleRun | null;
  readonly recordOf: Aftermath["recordOf"];
  /** A terminal of ours reports what its call's first keys with both parties exported. */
  readonly exported: (from: Parameters<Aftermath["exported"]>[3]) => Promise<void>;
  readonly peers: PeerPort;
  readonly probes: ProbesRun;
  /** Opens every link, and goes on with whatever a restart interrupted. */
  readonly begin: () => void;
  readonly stop: () => Promise<void>;
};

/** Opens the door for peers. ID_NOT_SET_UP, and whatever the network refuses. */
export async function joinPeers(
  inside: Inside,
  options: InsideOptions,
  late: Late,
  net: PeerNet,
): Promise<Result<Joined, ParleyError>> {
  const { store, identity, links, pairing, writer, log } = inside;
  const { keys, cryptography, clock, random, report, peerClock = clock } = options;
  if (identity.state().home === null) return fail(problem("ID_NOT_SET_UP"));
  const us = (): PartyId => certainHome(identity).pin.card.party;

  const lines = (): readonly Calls[] => [calls.state(), drillCalls?.state() ?? noCalls];
  const aftermath = await runAftermath({
    lines,
    store,
    clock,
    random,
    keys,
    verifiedBy: cryptography.verifiedBy,
    identity,
    links,
    tell: (call, recorded) => late.terminals?.recorded?.(call, recorded),
    report,
  });
  const ofEveryLine = {
    store,
    writer,
    clock,
    random,
    us,
    links,
    stopped: (link: IdText) => {
      const stop = log.stopped(link);
      return stop === null ? null : stoppedCode(stop);
    },
    sign: (message: Bytes) => keys.signer().signEd25519(message),
  };
  const calls = await runCalls({
    ...ofEveryLine,
    purpose: "talk",
    desks: () => late.terminals?.desks() ?? [],
    tell: (to, message) => late.terminals?.tell(to, message),
    admit: (to, message) => late.terminals?.admit(to, message),
    refuse: (to, code) => late.terminals?.refuse(to, code),
    ...aftermath.hooks,
    onLines: (tx, after, now) => {
      aftermath.hooks.onLines(tx, after, now);
      drills?.talk(tx, after, now);
    },
  });

  let drills: DrillsRun | null = null;
  const drillCalls =
    options.drills === undefined
      ? null
      : await runCalls({
          ...ofEveryLine,
          purpose: "drill",
          desks: () => {
            const engaged = drills?.engaged() ?? [];
            const desks = late.terminals?.drills?.desks() ?? [];
            return desks.flatMap((desk) => (engaged.includes(desk.terminal) ? [{ ...desk, online: true }] : []));
          },
          tell: (to, message) => {
            for (const terminal of to === null ? (drills?.engaged() ?? []) : [to])
              late.terminals?.drills?.line(terminal, message);
          },
          admit: (to, message) => late.terminals?.drills?.admit(to, message),
          refuse: () => undefined,
          ...aftermath.drillHooks,
          onLines: (tx, after, now) => {
            aftermath.drillHooks.onLines(tx, after, now);
            drills?.lines(tx, after, now);
          },
        });
  if (drillCalls !== null && options.drills !== undefined)
    drills = await runDrills({
      store,
      writer,
      clock,
      random,
      us,
      links,
      settings: options.drills,
      calls: drillCalls,
      talking: calls.state,
      terminals: () => late.terminals?.drills ?? null,
      sign: aftermath.sign,
      verify: aftermath.verify,
      report,
    });

  const people =
    options.people === undefined
      ? null
      : await runPeople({
          store,
          writer,
          clock,
          random,
          us,
          zone: () => certainHome(identity).pin.card.timeZone,
          links,
          settings: options.people,
          sign: aftermath.sign,
          verify: aftermath.verify,
          onChange: () => late.terminals?.peopleChanged?.(),
          report,
        });

  const probes = runProbes({
    clock,
    random,
    pinOf: identity.pinOf,
    dial: net.dial,
    reach: options.reach ?? null,
    report,
  });

  const verifyReceipt =
    (peer: PartyId): VerifyReceipt =>
    (message, signature, at) =>
      identity.keysAt(idText(peer), at).some((key) => cryptography.verifiedBy(ed25519Half(key))(message, signature));

  const onArrival = async (link: PeerLink, arrival: Arrival): Promise<void> => {
    const { envelope } = arrival;
    const pin = identity.pinOf(idText(link.peer));
    await writer.write((tx, after) => {
      if (arrival.take(tx) !== "fresh" || pin === null) return;
      if (envelope.kind === payloadKinds.identity) {
        const notice = decodeNotice(envelope.payload);
        const heard = notice.ok
          ? identity.within(tx, after, { type: "fromPeer", party: link.peer, notice: notice.value })
          : notice;
        if (!heard.ok) report(heard.error);
      } else if (envelope.kind === payloadKinds.drill) {
        drills?.heard(tx, after, link, envelope.payload, arrival.age(), verifyReceipt(link.peer));
      } else if (envelope.kind === payloadKinds.people) {
        people?.heard(tx, after, link, envelope.payload, arrival.age());
      } else if (envelope.kind === payloadKinds.call) {
        const verify = verifyReceipt(link.peer);
        const read = decodeFromPeer(envelope.payload, link.id, link.peer, arrival.age(), verify);
        if (!read.ok) return report(read.error);
        const { payload, message } = read.value;
        // The record first: how long the message was on its way belongs to what the call's end makes of it.
        aftermath.heard(tx, after, idText(link.id), payload, arrival.age());
        if (message !== null) calls.within(tx, after, { from: "peer", link: idText(link.id), message });
      } else if (envelope.kind === payloadKinds.keys) {
        aftermath.heardKeys(tx, after, lines(), idText(link.id), envelope.payload);
      } else if (envelope.kind === payloadKinds.ledger) {
        log.heard(tx, after, idText(link.id), envelope.payload);
      } else if (envelope.kind === payloadKinds.notice) {
        after(() => probes.heard(link, envelope.payload, arrival.age()));
      } else if (envelope.kind === payloadKinds.check) {
        after(() => late.checks?.heard(link, envelope.payload, arrival.age()));
      } else if (envelope.kind === payloadKinds.alarm) {
        late.alarms?.heard(tx, after, idText(link.id), envelope.payload);
      }
    });
  };

  /** That the clock was set shows here first, where a peer refuses a key for which the last look came too early ([ID36]). */
  const handOverIfLate = (): void => {
    const { home } = identity.state();
    const aLookAgo = later(clock.now(), ms(-2 * tickEvery));
    if (home !== null && handOverDue(home, aLookAgo)) void identity.command({ type: "tick" });
  };

  const peers = await startPeerPort(
    {
      here: us(),
      versions: options.versions ?? { oldest: oldestProtocolVersion, newest: protocolVersion },
      net,
      store,
      clock: peerClock,
      random,
      identity: keys.identity(),
      verifiedBy: cryptography.verifiedBy,
      standing: links.standing,
      successions: async (_link, peer) => successionsFor(identity, peer),
      verifyIntroduction: (claim) => verifyIntroduction(identity, clock, claim),
      onArrival,
      report: ({ error }) => {
        report(error);
        handOverIfLate();
      },
    },
    { anyLive: pairing.anyLive, live: pairing.live, opened: pairing.opened, provenBy: pairing.provenBy },
  );
  if (!peers.ok) return peers;
  late.peers = peers.value;

  late.strangers = () =>
    turnAwayStrangers({
      clock,
      writer,
      links,
      calls,
      pinOf: identity.pinOf,
      unrelay: (terminal) => late.terminals?.unrelay?.(terminal),
    });

  let stopTick = (): void => undefined;
  const tick = (): void => {
    stopTick = clock.wait(tickEvery, tick);
    if (tickDue(identity.state(), clock.now())) void identity.command({ type: "tick" });
  };
  return ok({
    calls,
    drills: drillCalls === null || drills === null ? null : { calls: drillCalls, run: drills },
    people,
    recordOf: aftermath.recordOf,
    exported: (from) => writer.write((tx, after) => aftermath.exported(tx, after, lines(), from)),
    peers: peers.value,
    probes,
    begin: () => {
      links.start(peers.value);
      pairing.start();
      calls.start();
      drillCalls?.start();
      drills?.start();
      people?.start();
      log.start();
      void late.strangers();
      tick();
    },
    stop: async () => {
      stopTick();
      log.stop();
      people?.stop();
      drills?.stop();
      drillCalls?.stop();
      calls.stop();
      pairing.stop();
      await peers.value.close();
    },
  });
}
