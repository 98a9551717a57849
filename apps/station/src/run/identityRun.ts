// Runs the duty of identities: its state is the ledger's identity events, replayed at start; each command decides, appends
// and then takes effect. Everybody who needs to know a pin, a terminal or an officer asks here.
import type { Random } from "@parley/base/random";
import { type Result, certain } from "@parley/base/result";
import type { Clock, Instant } from "@parley/base/time";
import type { ParleyError } from "@parley/protocol/errorCodes";
import { decodeEntry } from "@parley/ledger/entry";
import { ownRecord } from "@parley/ledger/record";
import { type IdText, idText } from "@parley/protocol/ids";
import { type StationEntry, entryHash } from "@parley/protocol/signed/chain";
import type { Digest } from "@parley/protocol/signed/hash";
import type { Pin } from "@parley/protocol/signed/pin";
import type { HybridKey, Verify } from "@parley/protocol/signed/signature";
import { apply } from "../duty/identity/apply.ts";
import { decide } from "../duty/identity/identity.ts";
import { type IdentityEvent, decodeIdentityEvent, encodeIdentityEvent, entriesOf } from "../duty/identity/events.ts";
import type { IdentityCommand, IdentityEffect, IdentityReply } from "../duty/identity/port.ts";
import { type Identity, nobody } from "../duty/identity/state.ts";
import type { Store, Transaction } from "../store/port.ts";
import type { KeyRing } from "./keyRing.ts";
import { replay } from "./replay.ts";
import { stationKeys } from "./stationKeys.ts";
import type { After, Writer } from "./writer.ts";

export const identityKind = "identity";

export type IdentityRun = {
  readonly state: () => Identity;
  /** The pin of a linked party. */
  readonly pinOf: (party: IdText) => Pin | null;
  /** A station key that a party had at any time, ours or a linked one's, by its keyIdOf; null for one unknown or revoked. */
  readonly stationKey: (party: IdText, key: IdText) => HybridKey | null;
  /** The station keys with which a linked party may have signed at that time of its clock; see StationKeys. */
  readonly keysAt: (party: IdText, at: Instant) => readonly HybridKey[];
  readonly command: (command: IdentityCommand) => Promise<Result<IdentityReply, ParleyError>>;
  /** The same inside a transaction that others share. */
  readonly within: (tx: Transaction, after: After, command: IdentityCommand) => Result<IdentityReply, ParleyError>;
};

export type IdentityRunOptions = {
  readonly store: Store;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly random: Random;
  readonly verify: Verify;
  readonly keys: KeyRing;
  /** A pairing in which our key was shown is under way. */
  readonly holdKey: () => boolean;
  readonly served: (manifest: Digest) => boolean;
  readonly onEffect: (effect: IdentityEffect) => void;
  /** The state has changed. */
  readonly onChange: () => void;
};

/** Replays the ledger and runs. A ledger that does not follow from itself throws: it was damaged, and nothing may go on. */
export async function runIdentity(options: IdentityRunOptions): Promise<IdentityRun> {
  const { store, writer, clock, keys } = options;
  const entries = new Map<IdText, StationEntry>();
  const known = stationKeys();
  let state = nobody;

  const take = (event: IdentityEvent): void => {
    state = apply(state, event);
    for (const entry of entriesOf(event)) entries.set(idText(entryHash(entry)), entry);
    known.take(event);
  };

  await replay(store, ({ kind, bytes }) => {
    if (kind === identityKind) take(certain(decodeIdentityEvent(certain(decodeEntry(bytes)).body)));
  });

  const within = (tx: Transaction, after: After, command: IdentityCommand): Result<IdentityReply, ParleyError> => {
    const context = {
      random: options.random,
      verify: options.verify,
      // Not asked for before there is one: a party that is being set up has no key in use yet.
      get signer() {
        return keys.signer();
      },
      nextKey: () => keys.next(),
      holds: (key: Digest) => keys.holds(key),
      holdKey: options.holdKey(),
      served: options.served,
      entry: (hash: Digest) => entries.get(idText(hash)) ?? null,
    };
    const decision = decide(state, command, context, clock.now());
    if (!decision.ok) return decision;
    const { events, effects, reply } = decision.value;
    for (const event of events) {
      tx.append(identityKind, ownRecord(identityKind, clock.now(), encodeIdentityEvent(event)));
      take(event);
    }
    for (const effect of effects) after(() => options.onEffect(effect));
    if (events.length > 0) after(options.onChange);
    return { ok: true, value: reply };
  };

  return {
    state: () => state,
    pinOf: (party) => state.peers.get(party) ?? null,
    stationKey: (party, key) => {
      const home = state.home?.pin;
      const pin = home !== undefined && idText(home.card.party) === party ? home : state.peers.get(party);
      if (pin?.revokedKeys.some((revoked) => idText(revoked) === key) ?? false) return null;
      return known.byId(party, key);
    },
    keysAt: (party, at) => {
      const pin = state.peers.get(party);
      return pin === undefined ? [] : known.at(pin, at);
    },
    within,
    command: (command) => writer.write((tx, after) => within(tx, after, command)),
  };
}
