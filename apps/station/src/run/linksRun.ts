// The links of this station: which there are, their secrets, and the standing connections that carry them. A link is made
// inside the transaction that ends its pairing, so there is never one without the other.
import type { Bytes } from "@parley/base/bytes";
import { base64url, equal } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { certain } from "@parley/base/result";
import { type Clock, type Instant, instant } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type LinkId, type PartyId, idOf, idText } from "@parley/protocol/ids";
import type { Pin } from "@parley/protocol/signed/pin";
import { keyIdOf } from "@parley/protocol/signed/root";
import { ed25519Half } from "@parley/protocol/signed/signature";
import type { Standing } from "../peer/net.ts";
import type { PeerLink } from "../peer/peerLink.ts";
import type { PeerPort } from "../peer/peerPort.ts";
import type { Store, Transaction } from "../store/port.ts";
import { fromDoc, toDoc } from "./json.ts";
import { linkDoc, secretsDoc } from "./linkDocs.ts";
import { type Generation, openSecret, sealSecret } from "./secrets.ts";
import type { After } from "./writer.ts";

/** The documents of links. */
export const linkKind = "link";
/** The outstanding step of a link's secret (continuityRun). */
export const continuityDocKind = "continuity";
const secretKind = "linkSecret";

/** A link as it is kept. */
export type LinkRecord = {
  readonly link: IdText;
  readonly party: IdText;
  readonly since: Instant;
  /** When the last answered call on it began; null before the first. */
  readonly used: Instant | null;
  /** Made by a pairing since this data was restored from a backup: its secret was never in that. */
  readonly sinceRestore?: true;
};

type Kept = { readonly record: LinkRecord; readonly generations: readonly Generation[] };

/** Whether the far station is there now, and since when it has been or has not. */
export type Reachable = { readonly up: boolean; readonly since: Instant };

export type LinksRun = {
  readonly all: () => readonly LinkRecord[];
  readonly of: (link: IdText) => LinkRecord | null;
  /**
   * Newest first. None where they may not be used: after a restore from a backup, since they may have been used since, and where
   * they cannot be read. Then no call is placed or answered until the link is keyed anew.
   */
  readonly generations: (link: IdText) => readonly Generation[];
  readonly peer: (link: IdText) => PeerLink | null;
  /** Puts a payload into the link's outbox. Where it has none, or no room in it, that is reported and nothing else happens. */
  readonly put: (tx: Transaction, after: After, link: IdText, kind: number, payload: Bytes) => void;
  readonly reachable: (link: IdText) => Reachable;
  readonly standing: (key: Bytes) => Standing;
  /** A pairing is done: the link begins with this secret. */
  readonly make: (tx: Transaction, after: After, link: LinkId, party: PartyId, secret: Bytes) => void;
  /** The link with this party was keyed again: it goes on under another id, with new numbers and this secret. */
  readonly rekey: (tx: Transaction, after: After, link: LinkId, party: PartyId, secret: Bytes) => void;
  readonly keepSecrets: (tx: Transaction, link: IdText, generations: readonly Generation[]) => void;
  readonly wasUsed: (tx: Transaction, link: IdText, at: Instant) => void;
  /** The link is over for good: its connection, its secret and what it had yet to send. */
  readonly drop: (tx: Transaction, after: After, link: IdText) => void;
  /** Opens the standing connections of all links. */
  readonly start: (port: PeerPort) => void;
};

export type LinksRunOptions = {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly sealingKey: Bytes;
  /** The pin of a linked party. */
  readonly pinOf: (party: IdText) => Pin | null;
  readonly onChange: () => void;
  readonly report: (error: ParleyError) => void;
};

/** Leaves a link without a secret: it must be paired anew before it carries another call. */
export function forgetSecret(tx: Transaction, link: IdText, sealingKey: Bytes, random: Random): void {
  const none: SecretDoc = { generations: [] };
  tx.put(secretKind, link, sealSecret(toDoc(none), link, sealingKey, random));
  // Nor may a step that was begun with the forgotten secret ever be finished.
  tx.remove(continuityDocKind, link);
}

type SecretDoc = { readonly generations: readonly { readonly n: number; readonly secret: string }[] };

export async function runLinks(options: LinksRunOptions): Promise<LinksRun> {
  const { store, clock } = options;
  const kept = new Map<IdText, Kept>();
  const watched = new Map<IdText, Reachable>();
  let port: PeerPort | null = null;

  const secrets = new Map<IdText, Bytes>();
  for (const { key, bytes } of certain(await store.docs(secretKind))) secrets.set(key, bytes);
  for (const { key, bytes } of certain(await store.docs(linkKind))) {
    const sealed = secrets.get(key);
    const plain = sealed === undefined ? null : openSecret(sealed, key, options.sealingKey);
    const read = plain === null ? null : fromDoc(secretsDoc, plain, key);
    // A link whose secret cannot be read stays, without a way to call: that is shown, never worked round.
    if (read?.ok !== true) options.report(problem("SECRET_UNREADABLE", key));
    const generations = read?.ok === true ? read.value.generations : [];
    kept.set(key, { record: certain(fromDoc(linkDoc, bytes, key)), generations });
  }

  const restored = (): boolean => store.origin() === "restored";
  const usable = ({ record, generations }: Kept): readonly Generation[] =>
    restored() && record.sinceRestore !== true ? [] : generations;
  for (const [link, it] of kept) {
    if (it.generations.length > 0 && usable(it).length === 0) options.report(problem("LINK_MUST_REKEY", link));
  }

  const keepSecrets = (tx: Transaction, link: IdText, generations: readonly Generation[]): void => {
    const doc: SecretDoc = { generations: generations.map(({ n, secret }) => ({ n, secret: base64url(secret) })) };
    tx.put(secretKind, link, sealSecret(toDoc(doc), link, options.sealingKey, options.random));
    const before = kept.get(link);
    if (before !== undefined) kept.set(link, { ...before, generations });
  };

  const peerOf = (link: IdText): PeerLink | null => {
    const id = idOf<LinkId>(link, 16);
    return id === null ? null : (port?.link(id) ?? null);
  };

  const open = ({ link, party }: LinkRecord): void => {
    const [id, peer] = [idOf<LinkId>(link, 16), idOf<PartyId>(party, 32)];
    if (port === null || id === null || peer === null) return;
    const handle = port.open({ id, peer, addresses: () => options.pinOf(party)?.card.stations ?? [] });
    watched.set(link, { up: false, since: clock.now() });
    handle.watch((status) => {
      const up = status.at === "connected";
      if (watched.get(link)?.up === up) return;
      watched.set(link, { up, since: clock.now() });
      options.onChange();
    });
  };

  const begin = (tx: Transaction, after: After, base: LinkRecord, secret: Bytes): void => {
    const record: LinkRecord = restored() ? { ...base, sinceRestore: true } : base;
    tx.put(linkKind, record.link, toDoc(record));
    kept.set(record.link, { record, generations: [] });
    keepSecrets(tx, record.link, [{ n: 0, secret }]);
    after(() => {
      open(record);
      options.onChange();
    });
  };

  const drop = (tx: Transaction, after: After, link: IdText): void => {
    const id = idOf<LinkId>(link, 16);
    if (id === null || !kept.delete(link)) return;
    // Before its numbers are forgotten, so that nothing acknowledges by the old ones.
    peerOf(link)?.close();
    tx.remove(linkKind, link);
    tx.remove(secretKind, link);
    tx.remove(continuityDocKind, link);
    tx.forget(id);
    watched.delete(link);
    after(options.onChange);
  };

  return {
    all: () => [...kept.values()].map(({ record }) => record),
    of: (link) => kept.get(link)?.record ?? null,
    generations: (link) => {
      const it = kept.get(link);
      return it === undefined ? [] : usable(it);
    },
    peer: peerOf,
    put: (tx, after, link, kind, payload) => {
      const peer = peerOf(link);
      const sent = peer?.put(tx, kind, payload);
      if (sent?.ok === true) after(() => peer?.wake());
      else after(() => options.report(sent?.ok === false ? sent.error : problem("LINK_UNKNOWN", link)));
    },
    reachable: (link) => watched.get(link) ?? { up: false, since: instant(0) },
    standing: (key) => {
      for (const { record } of kept.values()) {
        const pin = options.pinOf(record.party);
        if (pin === null) continue;
        if (
          pin.revokedKeys.some((revoked) => equal(revoked, keyIdOf(pin.line.key))) &&
          equal(ed25519Half(pin.line.key), key)
        )
          return "refused";
        if (equal(ed25519Half(pin.line.key), key)) return "known";
      }
      return "stranger";
    },
    make: (tx, after, link, party, secret) => {
      begin(tx, after, { link: idText(link), party: idText(party), since: clock.now(), used: null }, secret);
    },
    rekey: (tx, after, link, party, secret) => {
      const before = [...kept.values()].map(({ record }) => record).filter((it) => it.party === idText(party));
      const [since = clock.now()] = before.map((it) => it.since);
      const used = before.find((it) => it.used !== null)?.used ?? null;
      for (const it of before) drop(tx, after, it.link);
      begin(tx, after, { link: idText(link), party: idText(party), since, used }, secret);
    },
    keepSecrets,
    wasUsed: (tx, link, at) => {
      const before = kept.get(link);
      if (before === undefined) return;
      const record = { ...before.record, used: at };
      kept.set(link, { ...before, record });
      tx.put(linkKind, link, toDoc(record));
    },
    drop,
    start: (it) => {
      port = it;
      for (const { record } of kept.values()) open(record);
    },
  };
}
