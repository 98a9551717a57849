// The inside of a station: its duties over whatever storage, keys, network and cryptography it is given, joined to each other;
// joined.ts joins them to its peers. station.ts gives it files, TLS and browsers; the simulator gives it a disk, a network and
// people of its own, and runs everything in here as it is. Nothing in here touches the machine.
import type { Bytes } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import type { Sha256 } from "@parley/ledger/hash";
import { type Result, certain, fail, ok } from "@parley/base/result";
import { type Clock, days } from "@parley/base/time";
import { type ErrorCode, type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, idText } from "@parley/protocol/ids";
import type { Kem } from "@parley/protocol/pairing/kem";
import { payloadKinds } from "@parley/protocol/peer/envelope";
import type { Versions } from "@parley/protocol/peer/hello";
import type { Digest } from "@parley/protocol/signed/hash";
import { encodeNotice } from "@parley/protocol/signed/notice";
import { keyIdOf } from "@parley/protocol/signed/root";
import type { Verify } from "@parley/protocol/signed/signature";
import type { Desk, ToTerminal } from "./duty/calls/port.ts";
import { bundleOf } from "./duty/identity/home.ts";
import type { IdentityEffect } from "./duty/identity/port.ts";
import type { VerifiedBy } from "./peer/net.ts";
import type { PeerLink } from "./peer/peerLink.ts";
import type { PeerPort } from "./peer/peerPort.ts";
import type { AlarmsRun } from "./run/alarmsRun.ts";
import type { ChecksRun } from "./run/checksRun.ts";
import { refuseDamage } from "./run/damage.ts";
import type { DrillTerminalsPort, DrillsSettings } from "./run/drillsRun.ts";
import { type IdentityRun, runIdentity } from "./run/identityRun.ts";
import type { KeyRing } from "./run/keyRing.ts";
import { type LinksRun, runLinks } from "./run/linksRun.ts";
import type { KeyMaker } from "./run/logKeys.ts";
import { type LogRun, runLog } from "./run/logRun.ts";
import { type PairingRun, runPairing } from "./run/pairingRun.ts";
import type { PeopleSettings } from "./run/peopleRun.ts";
import type { Reach } from "./run/probeRun.ts";
import type { Recorded } from "./run/recordRun.ts";
import { type Writer, makeWriter } from "./run/writer.ts";
import type { Store } from "./store/port.ts";

/** Checking and agreeing, as the station needs them at once: signing is the key ring's. */
export type Cryptography = {
  readonly verify: Verify;
  readonly verifiedBy: VerifiedBy;
  readonly kem: Kem;
  /** The ledger's own keys and hashes. */
  readonly ed25519Of: KeyMaker;
  readonly sha: Sha256;
};

export type InsideOptions = {
  readonly store: Store;
  readonly keys: KeyRing;
  readonly cryptography: Cryptography;
  readonly clock: Clock;
  /** The same clock for connections between stations, where somebody wants to know whose timers are whose. */
  readonly peerClock?: Clock;
  readonly random: Random;
  /** Whether terminal code with this manifest hash is, or was, served here. */
  readonly served: (manifest: Digest) => boolean;
  readonly report: (error: ParleyError) => void;
  /** Storage has failed: the process is to end, and to begin again from the disk. */
  readonly onFault: (error: ParleyError) => void;
  /** How this station tries relays and web ports of linked parties for them; none where it cannot. */
  readonly reach?: Reach;
  /** How the lines are rehearsed; none where they are not. */
  readonly drills?: DrillsSettings;
  /** When officers are asked whether they are here; none where nobody is, nor is heard of another side's. */
  readonly people?: PeopleSettings;
  /** Other versions of the protocol than this program's: what an older or newer station would speak, in tests. */
  readonly versions?: Versions;
};

/** What the duties need of the party's terminals. */
export type TerminalsPort = {
  readonly desks: () => readonly Desk[];
  /** To one terminal, or to all that are on. */
  readonly tell: (to: IdText | null, message: Exclude<ToTerminal, { type: "refused" | "admit" }>) => void;
  readonly admit: (to: IdText, message: ToTerminal & { type: "admit" }) => void;
  readonly refuse: (to: IdText, code: ErrorCode) => void;
  /** How far the record of a finished call has come, for all to see; terminals without a screen need not know. */
  readonly recorded?: (call: IdText, recorded: Recorded) => void;
  /** The identities or pairings have changed. */
  readonly changed: () => void;
  /** A link came, went, or its station did. */
  readonly linksChanged: () => void;
  /** This terminal's relayed paths end: the call that they were for is with a party that was cut off. */
  readonly unrelay?: (terminal: IdText) => void;
  /** This terminal is no longer one of ours. */
  readonly dismiss: (terminal: IdText) => void;
  /** Every terminal that is on asks for a new credential. */
  readonly renewAll: () => void;
  readonly drills?: DrillsPort;
  /** How people stand, ours or another side's, has changed. */
  readonly peopleChanged?: () => void;
};

/** The same of drills; terminals that cannot take part have none. */
export type DrillsPort = DrillTerminalsPort & {
  /** With those at which nobody sits. */
  readonly desks: () => readonly Desk[];
  readonly line: (to: IdText, message: Exclude<ToTerminal, { type: "refused" | "admit" }>) => void;
  readonly admit: (to: IdText, message: ToTerminal & { type: "admit" }) => void;
};

/** What comes to be only after the rooms that will need it. */
export type Late = {
  peers: PeerPort | null;
  terminals: TerminalsPort | null;
  /** None where lines are not checked. */
  checks: Pick<ChecksRun, "heard" | "shown" | "findings"> | null;
  /** None where nobody is called by alarms. */
  alarms: Pick<AlarmsRun, "heard"> | null;
  strangers: () => Promise<void>;
};
export const nothingYet = (): Late => ({
  peers: null,
  terminals: null,
  checks: null,
  alarms: null,
  strangers: async () => undefined,
});

/** The inside before it has peers and terminals: enough for `parley init`, and for everything else once it is set up. */
export type Inside = {
  readonly store: Store;
  readonly identity: IdentityRun;
  readonly links: LinksRun;
  readonly pairing: PairingRun;
  readonly writer: Writer;
  readonly log: LogRun;
};

/** Reads the disk and runs the duties. STORE_CORRUPT, and the error of a key in use that is not to be had. */
export async function openInside(options: InsideOptions, late: Late): Promise<Result<Inside, ParleyError>> {
  const { store, keys, cryptography, clock, random, report } = options;
  const sound = await refuseDamage(store);
  if (!sound.ok) return sound;
  const { verify, kem } = cryptography;
  let log: LogRun | null = null;
  const writer = makeWriter(store, options.onFault, () => log?.stir(), { clock, onFull: report });
  const namesOf = () => {
    const line = certainHome(identity).pin.line;
    return { key: keyIdOf(line.key), next: line.nextKey };
  };

  let using: Promise<void> = Promise.resolve();
  const onEffect = (effect: IdentityEffect): void => {
    switch (effect.type) {
      case "useKey":
        using = keys.use(namesOf()).then((used) => (used.ok ? late.peers?.adopt(keys.identity()) : report(used.error)));
        return;
      case "tellPeers":
        for (const { link } of links.all()) tell(links.peer(link), encodeNotice(effect.notice));
        return;
      case "tellPeer": {
        const link = links.all().find(({ party }) => party === idText(effect.party));
        return tell(link === undefined ? null : links.peer(link.link), encodeNotice(effect.notice));
      }
      case "renewTerminals":
        // By the new key, which takes a moment to be at hand.
        void using.then(() => late.terminals?.renewAll());
        return;
      case "evictTerminal":
        return late.terminals?.dismiss(idText(effect.terminal));
      case "alarm":
        return report(problem(effect.code, effect.detail));
      case "peerStopped":
        return report(effect.error);
      case "rekey":
        void pairing
          ?.command({ type: "rekey", party: effect.party, lifetime: days(1) })
          .then((asked) => (asked.ok ? undefined : report(asked.error)));
        return;
      case "cutOffParty":
        return void late.strangers();
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
    verify,
    keys,
    holdKey: () => pairing?.holdKey() ?? false,
    served: options.served,
    onEffect,
    onChange: changed,
  });
  if (identity.state().home !== null) {
    const used = await keys.use(namesOf());
    if (!used.ok) return used;
  }
  const links = await runLinks({
    store,
    clock,
    random,
    sealingKey: keys.sealingKey,
    pinOf: identity.pinOf,
    onChange: () => {
      late.terminals?.linksChanged();
      log?.stir();
    },
    report,
  });
  log = await runLog({
    store,
    writer,
    clock,
    random,
    sha: cryptography.sha,
    verify,
    verifiedBy: cryptography.verifiedBy,
    ed25519Of: cryptography.ed25519Of,
    sealingKey: keys.sealingKey,
    card: () => identity.state().home?.pin.card ?? null,
    pinOf: identity.pinOf,
    links,
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
      kem,
      verify,
      signer: keys.signer(),
      party: certainHome(identity).pin.card.party,
      pinned: (party) => identity.pinOf(idText(party)),
    }),
    bundle: () => (identity.state().home === null ? null : bundleOf(certainHome(identity))),
    dial: async (address, offer, standing) =>
      late.peers === null ? fail(problem("PEER_CLOSED")) : late.peers.dialPairing(address, offer, standing),
    connected: (link) => links.reachable(idText(link)).up,
    onRekeyed: (tx, after, link, secret, peer) => {
      certain(identity.within(tx, after, { type: "repinPeer", pin: peer }));
      links.rekey(tx, after, link, peer.card.party, secret);
    },
    onDistrusted: (tx, after, link) => {
      links.keepSecrets(tx, idText(link), []);
      after(() => report(problem("LINK_MUST_REKEY", idText(link))));
    },
    linked: () =>
      [...identity.state().peers.values()].map(({ card }) => ({ party: card.party, stations: card.stations })),
    onPaired: (tx, after, link, secret, peer) => {
      certain(identity.within(tx, after, { type: "pinPeer", pin: peer }));
      links.make(tx, after, link, peer.card.party, secret);
    },
    onChange: changed,
    report,
  });
  return ok({ store, identity, links, pairing, writer, log });
}

/** Our own party; throws before it is set up. */
export function certainHome(identity: IdentityRun) {
  const { home } = identity.state();
  if (home === null) throw new Error("a station that is not set up was asked who it is");
  return home;
}
