// A whole station: the only file that knows every room. Opens what lies on disk, runs the duties, and joins them to the
// terminals' port, the peer port and the relay. `parley station` and the demo start it; nothing in here waits for a person.
import { type Bytes, equal, fromHex } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Result, certain, fail, ok } from "@parley/base/result";
import { type Clock, hours } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idText } from "@parley/protocol/ids";
import { payloadKinds } from "@parley/protocol/peer/envelope";
import { decodeNotice, encodeNotice } from "@parley/protocol/signed/notice";
import { keyIdOf, rootIdOf } from "@parley/protocol/signed/root";
import { ed25519Half } from "@parley/protocol/signed/signature";
import { oldestProtocolVersion, protocolVersion } from "@parley/protocol/versions";
import type { Config } from "./config.ts";
import { bundleOf } from "./duty/identity/home.ts";
import type { IdentityEffect } from "./duty/identity/port.ts";
import { successionsFor, verifyIntroduction } from "./greetings.ts";
import { nodeVerify } from "./keys/hybrid.ts";
import { type KeyFolder, Ring, openKeyFolder } from "./keys/ring.ts";
import { nodeKem } from "./keys/xwing.ts";
import type { PeerLink } from "./peer/peerLink.ts";
import { type PeerPort, startPeerPort } from "./peer/peerPort.ts";
import { tlsNet } from "./peer/tlsNet.ts";
import { verifiedBy } from "./peer/tlsIdentity.ts";
import type { Arrival } from "./peer/inbox.ts";
import { type CallsRun, runCalls } from "./run/callsRun.ts";
import { decodeFromPeer } from "./run/callsWire.ts";
import { type IdentityRun, runIdentity } from "./run/identityRun.ts";
import { type LinksRun, runLinks } from "./run/linksRun.ts";
import { type PairingRun, runPairing } from "./run/pairingRun.ts";
import { type Writer, makeWriter } from "./run/writer.ts";
import { openPostgres } from "./store/postgres.ts";
import type { Store } from "./store/port.ts";
import { openSqlite } from "./store/sqlite.ts";
import { type Terminals, openTerminals } from "./terminals.ts";
import { type RelayRun, startRelay } from "./relayRun.ts";

export type StationOptions = {
  readonly dataDir: string;
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  /** The folder of the built terminal, and the hash of its manifest in hex. */
  readonly served: { readonly files: string; readonly manifest: string };
  /** $CREDENTIALS_DIRECTORY, or undefined. */
  readonly credentials: string | undefined;
  readonly report: (error: ParleyError) => void;
  /** Storage has failed: the process is to end, and to begin again from the disk. */
  readonly onFault: (error: ParleyError) => void;
};

/** The inside of a station before it listens: enough for `parley init`, and for everything else once it is set up. */
export type Inside = {
  readonly store: Store;
  readonly folder: KeyFolder;
  readonly identity: IdentityRun;
  readonly links: LinksRun;
  readonly pairing: PairingRun;
  readonly keys: Ring;
  readonly writer: Writer;
  readonly close: () => Promise<void>;
};

export type Station = Inside & {
  readonly calls: CallsRun;
  readonly terminals: Terminals;
  readonly peers: PeerPort;
  readonly relay: RelayRun;
  readonly ports: { readonly web: number; readonly peer: number };
};

/** Everything of a station that must know of each other before anything is open. */
type Late = { peers: PeerPort | null; terminals: Terminals | null; calls: CallsRun | null };

export async function openInside(
  options: StationOptions,
  late: Late = { peers: null, terminals: null, calls: null },
): Promise<Result<Inside, ParleyError>> {
  const { dataDir, config, clock, random, report } = options;
  const opened =
    config.database === null
      ? await openSqlite(dataDir)
      : await openPostgres({ url: config.database, schema: "parley", held: "refuse" });
  if (!opened.ok) return opened;
  const store = opened.value;
  const folder = openKeyFolder(dataDir, options.credentials, random);
  if (!folder.ok) return folder;
  const keys = new Ring(folder.value.files, folder.value.sealingKey, random);
  const writer = makeWriter(store, options.onFault);
  const namesOf = () => {
    const line = certainHome(identity).pin.line;
    return { key: keyIdOf(line.key), next: line.nextKey };
  };

  const onEffect = (effect: IdentityEffect): void => {
    switch (effect.type) {
      case "useKey":
        void keys.use(namesOf()).then((used) => (used.ok ? late.peers?.adopt(keys.identity()) : report(used.error)));
        return;
      case "tellPeers":
        for (const { link } of links.all()) tell(links.peer(link), encodeNotice(effect.notice));
        return;
      case "tellPeer": {
        const link = links.all().find(({ party }) => party === idText(effect.party));
        return tell(link === undefined ? null : links.peer(link.link), encodeNotice(effect.notice));
      }
      case "renewTerminals":
        return late.terminals?.renewAll();
      case "evictTerminal":
        return late.terminals?.dismiss(idText(effect.terminal));
      case "alarm":
        return report(problem(effect.code, effect.detail));
      case "peerStopped":
        return report(effect.error);
      case "cutOffParty":
      case "peerStands":
        return;
    }
    return effect satisfies never;
  };
  const tell = (peer: PeerLink | null, notice: Bytes): void => {
    void peer?.send(payloadKinds.identity, notice).then((sent) => (sent.ok ? undefined : report(sent.error)));
  };

  const changed = (): void => late.terminals?.changed();
  let pairing: PairingRun | null = null;
  const identity: IdentityRun = await runIdentity({
    store,
    writer,
    clock,
    random,
    verify: nodeVerify,
    keys,
    holdKey: () => pairing?.holdKey() ?? false,
    served: (manifest) => equal(manifest, fromHex(options.served.manifest) ?? new Uint8Array(0)),
    onEffect,
    onChange: changed,
  });
  if (identity.state().home !== null) {
    const used = await keys.use(namesOf());
    if (!used.ok) return used;
  }
  const pinOf = (party: IdText) => identity.state().peers.get(party) ?? null;
  const links = await runLinks({
    store,
    clock,
    random,
    sealingKey: keys.sealingKey,
    pinOf,
    onChange: () => late.terminals?.linksChanged(),
    report,
  });
  pairing = await runPairing({
    store,
    writer,
    clock,
    random,
    sealingKey: keys.sealingKey,
    means: () => ({
      random,
      kem: nodeKem,
      verify: nodeVerify,
      signer: keys.signer(),
      party: certainHome(identity).pin.card.party,
      linkedRoot: (party) => {
        const pin = pinOf(idText(party));
        return pin === null ? null : rootIdOf(pin.card.root);
      },
    }),
    bundle: () => (identity.state().home === null ? null : bundleOf(certainHome(identity))),
    dial: async (address, offer, standing) =>
      late.peers === null ? fail(problem("PEER_CLOSED")) : late.peers.dialPairing(address, offer, standing),
    onPaired: (tx, after, link, secret, peer) => {
      certain(identity.within(tx, after, { type: "pinPeer", pin: peer }));
      links.make(tx, after, link, peer.card.party, secret);
    },
    onChange: changed,
    report,
  });
  return ok({ store, folder: folder.value, identity, links, pairing, keys, writer, close: () => store.close() });
}

function certainHome(identity: IdentityRun) {
  const { home } = identity.state();
  if (home === null) throw new Error("a station that is not set up was asked who it is");
  return home;
}

/** Starts a station that `parley init` has set up. ID_NOT_SET_UP, and whatever its ports and its disk refuse. */
export async function startStation(options: StationOptions): Promise<Result<Station, ParleyError>> {
  const { config, clock, random, report } = options;
  const late: Late = { peers: null, terminals: null, calls: null };
  const inside = await openInside(options, late);
  if (!inside.ok) return inside;
  const { store, identity, links, pairing, keys, writer } = inside.value;
  if (identity.state().home === null) {
    await store.close();
    return fail(problem("ID_NOT_SET_UP"));
  }
  const us = (): PartyId => certainHome(identity).pin.card.party;

  const relay = await startRelay(config.turn, options);
  if (!relay.ok) return relay;

  const calls = await runCalls({
    store,
    writer,
    clock,
    random,
    us,
    links,
    desks: () => late.terminals?.desks() ?? [],
    sign: (message) => keys.signer().signEd25519(message),
    tell: (to, message) => late.terminals?.tell(to, message),
    admit: (to, message) => late.terminals?.admit(to, message),
    refuse: (to, code) => late.terminals?.refuse(to, code),
    onFact: (tx, _after, event) => {
      if (event.type === "finished") links.wasUsed(tx, event.link, event.answered);
    },
  });
  late.calls = calls;

  const onArrival = async (link: PeerLink, arrival: Arrival): Promise<void> => {
    const { envelope } = arrival;
    const pin = identity.state().peers.get(idText(link.peer));
    await writer.write((tx, after) => {
      if (arrival.take(tx) !== "fresh" || pin === undefined) return;
      if (envelope.kind === payloadKinds.identity) {
        const notice = decodeNotice(envelope.payload);
        const heard = notice.ok
          ? identity.within(tx, after, { type: "fromPeer", party: link.peer, notice: notice.value })
          : notice;
        if (!heard.ok) report(heard.error);
      } else if (envelope.kind === payloadKinds.call) {
        const verify = verifiedBy(ed25519Half(pin.line.key));
        const read = decodeFromPeer(envelope.payload, link.id, link.peer, arrival.age(), verify);
        if (!read.ok) report(read.error);
        else if (read.value.type !== "entry")
          calls.within(tx, after, { from: "peer", link: idText(link.id), message: read.value });
      }
    });
  };

  const net = tlsNet({ host: config.peer.host, port: config.peer.port, identity: keys.identity(), clock });
  const peers = await startPeerPort(
    {
      here: us(),
      versions: { oldest: oldestProtocolVersion, newest: protocolVersion },
      net,
      store,
      clock,
      random,
      identity: keys.identity(),
      standing: links.standing,
      successions: async (_link, peer) => successionsFor(identity, peer),
      verifyIntroduction: (claim) => verifyIntroduction(identity, clock, claim),
      onArrival,
      report: ({ error }) => report(error),
    },
    { anyLive: pairing.anyLive, live: pairing.live, opened: pairing.opened },
  );
  if (!peers.ok) return peers;
  late.peers = peers.value;

  const terminals = await openTerminals({
    ...options,
    identity,
    links,
    pairing,
    calls,
    store,
    relay: relay.value,
  });
  if (!terminals.ok) {
    await peers.value.close();
    return terminals;
  }
  late.terminals = terminals.value;

  links.start(peers.value);
  pairing.start();
  calls.start();
  let stopTick = clock.wait(hours(1), function tick() {
    void identity.command({ type: "tick" });
    stopTick = clock.wait(hours(1), tick);
  });
  void identity.command({ type: "tick" });

  return ok({
    ...inside.value,
    calls,
    terminals: terminals.value,
    peers: peers.value,
    relay: relay.value,
    ports: { web: terminals.value.port, peer: peers.value.port },
    close: async () => {
      stopTick();
      calls.stop();
      pairing.stop();
      await terminals.value.close();
      await peers.value.close();
      await relay.value.close();
      await store.close();
    },
  });
}
