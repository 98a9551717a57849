// What a station knows of ledgers beside its own entries: whose log and witness keys a root has certified, and which links
// stand still because a record contradicts what was signed. Each of these is an entry of the own ledger, read again at a start.
import { type Bytes, equal } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import type { Clock, Instant } from "@parley/base/time";
import { decodeEntry } from "@parley/ledger/entry";
import { ownRecord } from "@parley/ledger/record";
import { type ErrorCode, type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idText } from "@parley/protocol/ids";
import type { StopReason } from "@parley/protocol/peer/ledger";
import {
  type SignedLogCertificate,
  checkLogCertificate,
  refuseLogCertificate,
} from "@parley/protocol/signed/logCertificate";
import type { Pin } from "@parley/protocol/signed/pin";
import type { Verify } from "@parley/protocol/signed/signature";
import { type LedgerFact, ledgerFact, ledgerKind } from "../duty/ledger/facts.ts";
import type { Store, Transaction } from "../store/port.ts";
import type { LinksRun } from "./linksRun.ts";
import { ownLink } from "./ownIds.ts";
import { replay } from "./replay.ts";
import type { After } from "./writer.ts";

/** Why nothing may be done on a link: whose record it is about, and what was wrong. */
export type Stopped = { readonly whose: "theirs" | "ours"; readonly why: StopReason; readonly at: Instant };

export const stoppedCode = ({ whose, why }: Stopped): ErrorCode =>
  whose === "ours"
    ? "LEDGER_STOPPED"
    : why === "fork"
      ? "LEDGER_FORKED"
      : why === "rollback"
        ? "LEDGER_ROLLED_BACK"
        : "LEDGER_UNPROVEN";

/** Two checkpoints that cannot both be of one record. */
export type Contradiction = {
  readonly whose: "theirs" | "ours";
  readonly why: StopReason;
  readonly known: Bytes;
  readonly shown: Bytes;
};

export type LogFacts = {
  /** The root's certificate for our keys; null before there is one. */
  readonly own: () => SignedLogCertificate | null;
  readonly certificateOf: (party: IdText) => SignedLogCertificate | null;
  readonly stopped: (link: IdText) => Stopped | null;
  readonly certified: (tx: Transaction, certificate: SignedLogCertificate) => void;
  /** Takes a party's certificate in where it stands under its pinned root, newer ones written down; or says why it does not. */
  readonly adopt: (tx: Transaction, after: After, party: IdText, shown: SignedLogCertificate) => ParleyError | null;
  /** The link stands still from now on. */
  readonly halt: (tx: Transaction, after: After, link: IdText, party: PartyId, stop: Contradiction) => void;
};

export type LogFactsOptions = {
  readonly store: Store;
  readonly clock: Clock;
  readonly verify: Verify;
  readonly pinOf: (party: IdText) => Pin | null;
  readonly links: Pick<LinksRun, "of">;
  /** Any link stands still now, or stands again. */
  readonly onChange: () => void;
  readonly report: (error: ParleyError) => void;
};

export async function openLogFacts(options: LogFactsOptions): Promise<LogFacts> {
  const { store, clock, links, report } = options;
  const certificates = new Map<IdText, SignedLogCertificate>();
  const stops = new Map<IdText, Stopped>();
  let own: SignedLogCertificate | null = null;

  const apply = (fact: LedgerFact): void => {
    switch (fact.type) {
      case "certified":
        own = fact.certificate;
        for (const [link, { whose }] of stops) if (whose === "ours") stops.delete(link);
        return;
      case "peerCertified": {
        const party = idText(fact.certificate.body.party);
        certificates.set(party, fact.certificate);
        for (const [link, { whose }] of stops)
          if (whose === "theirs" && links.of(link)?.party === party) stops.delete(link);
        return;
      }
      case "stopped":
        stops.set(idText(fact.link), { whose: fact.whose, why: fact.why, at: fact.at });
        return;
    }
    fact satisfies never;
  };
  await replay(store, ({ kind, bytes }) => {
    if (kind === ledgerKind) apply(certain(decode(ledgerFact, certain(decodeEntry(bytes)).body)));
  });

  const note = (tx: Transaction, fact: LedgerFact): void => {
    tx.append(ledgerKind, ownRecord(ledgerKind, clock.now(), encode(ledgerFact, fact)));
    apply(fact);
  };

  const halt = (tx: Transaction, after: After, link: IdText, party: PartyId, stop: Contradiction): void => {
    if (stops.has(link)) return;
    const now = clock.now();
    note(tx, { type: "stopped", link: ownLink(link), party, ...stop, at: now });
    after(() => report(problem(stoppedCode({ ...stop, at: now }), link)));
    after(options.onChange);
  };

  const adopt = (tx: Transaction, after: After, party: IdText, shown: SignedLogCertificate): ParleyError | null => {
    const pin = options.pinOf(party);
    if (pin === null) return problem("LEDGER_KEY_UNPROVEN", "nobody is pinned");
    const known = certificates.get(party);
    if (known !== undefined && shown.body.serial < known.body.serial)
      return problem("LEDGER_KEY_UNPROVEN", `serial ${shown.body.serial} after ${known.body.serial}`);
    const same = known !== undefined && shown.body.serial === known.body.serial;
    if (same && equal(shown.body.logKey, known.body.logKey) && equal(shown.body.witnessKey, known.body.witnessKey))
      return null;
    if (same) return problem("LEDGER_KEY_UNPROVEN", "two certificates of one serial");
    const wrong = refuseLogCertificate(pin.card, shown);
    if (wrong !== null) return wrong;
    if (!options.verify(checkLogCertificate(shown, pin.card.root)))
      return problem("LEDGER_KEY_UNPROVEN", "the root did not sign it");
    note(tx, { type: "peerCertified", certificate: shown });
    after(options.onChange);
    return null;
  };

  return {
    own: () => own,
    certificateOf: (party) => certificates.get(party) ?? null,
    stopped: (link) => stops.get(link) ?? null,
    certified: (tx, certificate) => note(tx, { type: "certified", certificate }),
    adopt,
    halt,
  };
}
