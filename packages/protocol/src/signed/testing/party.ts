// A whole party for tests: two roots, as many station keys as are asked for, and what they have signed.
import { type Instant, after, days, instant, ms } from "@parley/base/time";
import type { PartyId, TerminalId } from "../../ids.ts";
import type { Ed25519Key, HybridSigner } from "../signature.ts";
import { testSigner } from "./keys.ts";
import { type PartyCard, type SignedCard, signCard } from "../partyCard.ts";
import type { Bundle } from "../pin.ts";
import { keyIdOf, partyIdOf, rootIdOf } from "../root.ts";
import {
  type SignedStationCertificate,
  signStationCertificate,
  stationCertificateHash,
} from "../stationCertificate.ts";
import { type SignedSuccession, signSuccession } from "../succession.ts";
import type { Digest } from "../hash.ts";
import { type TerminalCertificate, signTerminalCertificate } from "../terminalCertificate.ts";

export const epoch: Instant = instant(Date.UTC(2026, 0, 1));
export const month = days(30);

export type TestParty = {
  readonly id: PartyId;
  readonly name: string;
  readonly roots: readonly HybridSigner[];
  /** Station key `n` since the first certificate. */
  readonly stationKey: (n: number) => HybridSigner;
  readonly card: (change?: Partial<PartyCard>, generation?: number) => SignedCard;
  readonly certificate: SignedStationCertificate;
  /** The entry by which key `n` - 1 hands over to key `n`, signed `n` months after `epoch`. */
  readonly succession: (n: number) => SignedSuccession;
  /** Up to and with succession `n`. */
  readonly bundle: (n: number) => Bundle;
};

/** Party number `n`; numbers apart from each other have no key in common. */
export function testParty(n: number, name = `Party ${n}`): TestParty {
  const base = n * 100_000;
  const roots = [0, 1, 2].map((g) => testSigner(base + g));
  const [root, next] = roots as [HybridSigner, HybridSigner];
  const id = partyIdOf(root.publicKey);
  const keys = new Map<number, HybridSigner>();
  const stationKey = (k: number): HybridSigner => {
    const key = keys.get(k) ?? testSigner(base + 10 + k);
    keys.set(k, key);
    return key;
  };
  const card = (change: Partial<PartyCard> = {}, generation = 0): SignedCard => {
    const signer = roots[generation] as HybridSigner;
    const after1 = roots[generation + 1] ?? next;
    const body: PartyCard = {
      party: id,
      generation,
      root: signer.publicKey,
      nextRoot: rootIdOf(after1.publicKey),
      serial: 1,
      issued: epoch,
      name,
      place: "Harbour House",
      timeZone: "Europe/Lisbon",
      stations: [{ host: "station.example", port: 7443 }],
      ...change,
    };
    return signCard(body, signer);
  };
  const certificate = signStationCertificate(
    {
      party: id,
      generation: 0,
      serial: 1,
      key: stationKey(0).publicKey,
      nextKey: keyIdOf(stationKey(1).publicKey),
      issued: epoch,
    },
    root,
  );
  const made = new Map<number, SignedSuccession>();
  const succession = (k: number): SignedSuccession => {
    const known = made.get(k);
    if (known !== undefined) return known;
    const body = {
      party: id,
      certificate: stationCertificateHash(certificate),
      index: k,
      oldKey: keyIdOf(stationKey(k - 1).publicKey),
      newKey: stationKey(k).publicKey,
      nextKey: keyIdOf(stationKey(k + 1).publicKey),
      issued: after(epoch, ms(k * month)),
    };
    const it = signSuccession(body, stationKey(k - 1), stationKey(k));
    made.set(k, it);
    return it;
  };
  const bundle = (k: number): Bundle => ({
    lineage: [card()],
    certificate,
    successions: Array.from({ length: k }, (_, i) => succession(i + 1)),
  });
  return { id, name, roots, stationKey, card, certificate, succession, bundle };
}

/** A terminal certificate of this party's station key `signer`, good for a week from `issued`. */
export const testTerminal = (
  party: TestParty,
  signer: HybridSigner,
  issued: Instant,
  change: Partial<TerminalCertificate> = {},
) =>
  signTerminalCertificate(
    {
      party: party.id,
      stationKey: keyIdOf(signer.publicKey),
      terminal: new Uint8Array(16).fill(7) as TerminalId,
      key: new Uint8Array(32).fill(9) as Ed25519Key,
      role: "principal",
      name: "Desk",
      manifest: new Uint8Array(32).fill(5) as Digest,
      issued,
      notAfter: after(issued, days(7)),
      ...change,
    },
    signer,
  );
