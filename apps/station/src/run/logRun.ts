// Runs the duty of the ledger: keeps the tree, signs its checkpoints, has the linked stations cosign them and cosigns theirs.
// What is signed is durable first; what was cosigned is written in the transaction that sends the answer, so that no crash lets
// a station forget what it signed ([LG30]-[LG37]). Cosignatures are documents, never entries: they would need cosigning in turn.
import { type Bytes, equal, utf8 } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import type { Random } from "@parley/base/random";
import { certain } from "@parley/base/result";
import { type Cancel, type Clock, type Instant, hours, seconds } from "@parley/base/time";
import { encodeAddCheckpoint } from "@parley/ledger/addCheckpoint";
import { signCheckpoint } from "@parley/ledger/checkpoint";
import { decodeEntry } from "@parley/ledger/entry";
import type { Sha256 } from "@parley/ledger/hash";
import { logKeyOf, witnessKeyOf } from "@parley/ledger/logNames";
import { type Ed25519Check, type Note, encodeNote } from "@parley/ledger/note";
import { proveConsistency } from "@parley/ledger/proof";
import { ownRecord } from "@parley/ledger/record";
import { type ErrorCode, type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idOf, idText } from "@parley/protocol/ids";
import { payloadKinds } from "@parley/protocol/peer/envelope";
import { type LedgerPayload, type StopReason, ledgerPayload } from "@parley/protocol/peer/ledger";
import {
  type SignedLogCertificate,
  checkLogCertificate,
  refuseLogCertificate,
} from "@parley/protocol/signed/logCertificate";
import type { PartyCard } from "@parley/protocol/signed/partyCard";
import type { Pin } from "@parley/protocol/signed/pin";
import type { HybridSigner, Verify } from "@parley/protocol/signed/signature";
import { type LedgerFact, ledgerFact, ledgerKind } from "../duty/ledger/facts.ts";
import { type LogContext, judgeConflict, signedCheckpoint, takeCosignature } from "../duty/ledger/log.ts";
import { judgeOffer } from "../duty/ledger/witness.ts";
import type { VerifiedBy } from "../peer/net.ts";
import type { Store, Transaction } from "../store/port.ts";
import { type Witnessing, openLogDocs } from "./logDocs.ts";
import { type KeyMaker, type LogKeys, drawLogKeys, readLogKeys } from "./logKeys.ts";
import type { LinksRun } from "./linksRun.ts";
import { ownLink } from "./ownIds.ts";
import { openRecordTree } from "./recordTree.ts";
import { replay } from "./replay.ts";
import type { After, Writer } from "./writer.ts";

/** How long entries gather before they are signed and offered: what one call writes is one checkpoint. */
const gathers = seconds(10);
/** How long after a refusal the next offer is made. */
const refusedFor = hours(1);

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

/** How our record stands with one linked party. */
export type LogStanding = {
  readonly link: IdText;
  readonly party: IdText;
  /** Entries of ours that they have cosigned, and of theirs that we have. */
  readonly theyCosigned: number;
  readonly weCosigned: number;
  readonly stopped: Stopped | null;
};

export type LogRun = {
  /** The root's certificate for our keys; null before there is one. */
  readonly certificate: () => SignedLogCertificate | null;
  /** A linked party's, as the link brought it. */
  readonly certificateOf: (party: IdText) => SignedLogCertificate | null;
  /** Why this link stands still; null while it does not. */
  readonly stopped: (link: IdText) => Stopped | null;
  readonly standings: () => readonly LogStanding[];
  /** Whether checkpoints can be signed: the root has certified no keys, they cannot be read, or the disk is not what was signed. */
  readonly health: () => "good" | "uncertified" | "unreadable" | "broken";
  /** Entries under the newest checkpoint that we signed. */
  readonly signedSize: () => number;
  /** The root, at hand, begins the log: the first, or anew under other keys. */
  readonly begin: (tx: Transaction, after: After, root: HybridSigner) => SignedLogCertificate;
  readonly heard: (tx: Transaction, after: After, link: IdText, payload: Bytes) => void;
  /** Something was written, or a link came up: a checkpoint will be due. */
  readonly stir: () => void;
  /** Signs and offers what is due now; resolves when that is durable. */
  readonly round: () => Promise<void>;
  /** Before this nothing is signed by itself. */
  readonly start: () => void;
  readonly stop: () => void;
};

export type LogRunOptions = {
  readonly store: Store;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly random: Random;
  readonly sha: Sha256;
  readonly verify: Verify;
  readonly verifiedBy: VerifiedBy;
  readonly ed25519Of: KeyMaker;
  readonly sealingKey: Bytes;
  readonly card: () => PartyCard | null;
  readonly pinOf: (party: IdText) => Pin | null;
  readonly links: Pick<LinksRun, "all" | "of" | "put" | "reachable">;
  /** Any link stands still now, or stands again. */
  readonly onChange: () => void;
  readonly report: (error: ParleyError) => void;
};

export async function runLog(options: LogRunOptions): Promise<LogRun> {
  const { store, writer, clock, sha, links, report } = options;
  const certificates = new Map<IdText, SignedLogCertificate>();
  const stops = new Map<IdText, Stopped>();
  let own: SignedLogCertificate | null = null;
  let keys: LogKeys | null = null;
  let isBroken = false;

  const apply = (fact: LedgerFact): void => {
    switch (fact.type) {
      case "certified":
        own = fact.certificate;
        isBroken = false;
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

  const tree = await openRecordTree(store, sha);
  certain(await tree.catchUp());
  const docs = await openLogDocs(store);
  const certificateInUse = (): SignedLogCertificate | null => own;
  const begun = certificateInUse();
  if (begun !== null) {
    keys = await readLogKeys(store, begun.body.serial, options.sealingKey, options.ed25519Of);
    if (keys === null) report(problem("SECRET_UNREADABLE", "the record's keys"));
  }

  const check = ({ publicKey, message, signature }: Ed25519Check): boolean =>
    options.verifiedBy(publicKey)(message, signature);

  const context = (certificate: SignedLogCertificate): LogContext => ({
    sha,
    check,
    log: logKeyOf(certificate.body),
    size: tree.size(),
    rootAt: tree.root,
  });

  /** What we signed last must still be what the disk holds; otherwise nothing more is signed. */
  const broken = (): boolean => {
    if (own === null) return false;
    const bytes = docs.signed(own.body.serial);
    const signed = bytes === null ? null : signedCheckpoint(bytes, context(own));
    if (signed === null) return false;
    return signed.size > tree.size() || !equal(tree.root(signed.size), signed.root);
  };
  isBroken = broken();
  if (isBroken) report(problem("LEDGER_OWN_BROKEN"));

  let timer: Cancel | null = null;
  let at: "waiting" | "running" | "stopped" = "waiting";

  const hasStopped = (): boolean => at === "stopped";

  const stir = (): void => {
    if (timer !== null || at !== "running" || own === null || keys === null || isBroken) return;
    if (store.nextIndex() === tree.size() && !links.all().some(({ link }) => isDue(link))) return;
    timer = clock.wait(gathers, () => {
      timer = null;
      void round();
    });
  };

  /** Whether the far station is there, has nothing of ours to answer, and has not cosigned all that we have. */
  const isDue = (link: IdText): boolean => {
    const { cosigned, outstanding, notBefore } = docs.log(link);
    if (outstanding !== null || stops.has(link) || !links.reachable(link).up) return false;
    return cosigned < store.nextIndex() && notBefore <= clock.elapsed();
  };

  let running: Promise<void> = Promise.resolve();
  const round = (): Promise<void> => {
    running = running.then(async () => {
      if (hasStopped() || isBroken) return;
      // A store that is closed or has failed meanwhile ends the station; it is not for here to say so.
      if (!(await tree.catchUp()).ok || hasStopped()) return;
      await writer.write((tx, after) => {
        tree.keep(tx);
        if (own === null || keys === null || tree.size() === 0) return;
        const checkpoint = { origin: logKeyOf(own.body).name, size: tree.size(), root: tree.root() };
        const signed = signCheckpoint(sha, checkpoint, logKeyOf(own.body), keys.log.sign);
        docs.keepSigned(tx, own.body.serial, signed);
        for (const { link } of links.all()) if (isDue(link)) offer(tx, after, link, signed, checkpoint.size);
      });
    });
    return running;
  };

  const offer = (tx: Transaction, after: After, link: IdText, signed: Note, size: number): void => {
    if (own === null) return;
    const { cosigned } = docs.log(link);
    const proof = proveConsistency(sha, tree.node, Math.min(cosigned, size), size);
    const request = encodeAddCheckpoint({ old: Math.min(cosigned, size), proof, note: signed });
    docs.setLog(tx, link, { ...docs.log(link), outstanding: { size, note: signed } });
    put(tx, after, link, { type: "offer", certificate: own, request });
  };

  const put = (tx: Transaction, after: After, link: IdText, payload: LedgerPayload): void =>
    links.put(tx, after, link, payloadKinds.ledger, encode(ledgerPayload, payload));

  const halt = (
    tx: Transaction,
    after: After,
    link: IdText,
    party: PartyId,
    stop: { readonly whose: "theirs" | "ours"; readonly why: StopReason; readonly known: Bytes; readonly shown: Bytes },
  ): void => {
    if (stops.has(link)) return;
    const now = clock.now();
    note(tx, { type: "stopped", link: ownLink(link), party, ...stop, at: now });
    after(() => report(problem(stoppedCode({ ...stop, at: now }), link)));
    after(options.onChange);
  };

  /** The certificate as one that stands under the party's pinned root, newer ones written down; or why it does not. */
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

  const witness = (
    tx: Transaction,
    after: After,
    link: IdText,
    party: PartyId,
    shown: SignedLogCertificate,
    request: Bytes,
  ): void => {
    const refuse = (error: ParleyError): void => {
      after(() => report(error));
      put(tx, after, link, { type: "refused", code: error.code });
    };
    if (own === null || keys === null) return put(tx, after, link, { type: "refused", code: "LEDGER_KEY_MISSING" });
    const wrong = adopt(tx, after, idText(party), shown);
    if (wrong !== null) return refuse(wrong);
    if (stops.get(link)?.whose === "theirs") return undefined;
    const log = logKeyOf(shown.body);
    const judged = judgeOffer(docs.seen(log.name), request, {
      sha,
      check,
      log,
      witness: { key: witnessKeyOf(own.body), sign: keys.witness.sign },
      now: clock.now(),
    });
    switch (judged.type) {
      case "cosigned":
        docs.setSeen(tx, log.name, judged.seen);
        return put(tx, after, link, {
          type: "cosigned",
          certificate: own,
          size: judged.seen.checkpoint.size,
          lines: judged.lines,
        });
      case "conflict":
        return put(tx, after, link, { type: "conflict", known: judged.known });
      case "stopped": {
        const { why, known, shown: offered } = judged;
        halt(tx, after, link, party, { whose: "theirs", why, known, shown: offered });
        return put(tx, after, link, { type: "stopped", why, known, shown: offered });
      }
      case "refused":
        return refuse(judged.error);
    }
    judged satisfies never;
  };

  /** The other station says itself that its record contradicts what it signed; believed where it is that which we cosigned. */
  const admitted = (
    tx: Transaction,
    after: After,
    link: IdText,
    party: PartyId,
    { why, known, shown }: LedgerPayload & { type: "admitted" },
  ): void => {
    const certificate = certificates.get(idText(party));
    const log = certificate === undefined ? null : logKeyOf(certificate.body);
    const seen = log === null ? null : docs.seen(log.name);
    const ours = seen !== null && equal(utf8(encodeNote(seen.note)), known);
    if (certificate === undefined || !ours || signedCheckpoint(shown, context(certificate)) === null)
      return after(() => report(problem("LEDGER_UNPROVEN", "they admit what we did not see")));
    return halt(tx, after, link, party, { whose: "theirs", why, known, shown });
  };

  const answered = (
    tx: Transaction,
    after: After,
    link: IdText,
    party: PartyId,
    payload: Exclude<LedgerPayload, { type: "offer" | "admitted" }>,
  ): void => {
    const before: Witnessing = docs.log(link);
    const { outstanding } = before;
    if (outstanding === null || own === null) return;
    const settled: Witnessing = { ...before, outstanding: null };
    const unfit = (error: ParleyError): void => {
      docs.setLog(tx, link, { ...settled, notBefore: clock.elapsed() + refusedFor });
      after(() => report(error));
    };
    switch (payload.type) {
      case "cosigned": {
        const wrong = adopt(tx, after, idText(party), payload.certificate);
        if (wrong !== null) return unfit(wrong);
        const key = witnessKeyOf(payload.certificate.body);
        const taken =
          payload.size === outstanding.size
            ? takeCosignature(outstanding, payload.lines, key, context(own))
            : { ok: false as const, error: problem("SIGNATURE_INVALID", `size ${payload.size}`) };
        if (!taken.ok) return unfit(taken.error);
        docs.setLog(tx, link, { ...settled, cosigned: outstanding.size });
        docs.keepCosigned(tx, own.body.serial, idText(party), taken.value, clock.now());
        return after(stir);
      }
      case "conflict": {
        const judged = judgeConflict(payload.known, context(own));
        if (judged.type === "unfit") return unfit(problem("LEDGER_UNPROVEN", "their word about our record"));
        if (judged.type === "again") {
          docs.setLog(tx, link, { ...settled, cosigned: judged.from });
          return after(() => void round());
        }
        docs.setLog(tx, link, settled);
        const both = { why: judged.why, known: payload.known, shown: utf8(encodeNote(outstanding.note)) };
        put(tx, after, link, { type: "admitted", ...both });
        return halt(tx, after, link, party, { whose: "ours", ...both });
      }
      case "stopped": {
        const ours = context(own);
        const both = [payload.known, payload.shown].map((it) => signedCheckpoint(it, ours));
        if (both.includes(null)) return unfit(problem("LEDGER_UNPROVEN", "they stopped without our signatures"));
        docs.setLog(tx, link, settled);
        const { why, known, shown } = payload;
        return halt(tx, after, link, party, { whose: "ours", why, known, shown });
      }
      case "refused":
        return unfit(problem("LEDGER_KEY_UNPROVEN", `they say ${payload.code}`));
    }
    payload satisfies never;
  };

  return {
    certificate: certificateInUse,
    certificateOf: (party) => certificates.get(party) ?? null,
    stopped: (link) => stops.get(link) ?? null,
    standings: () =>
      links.all().map(({ link, party }) => {
        const theirs = certificates.get(party);
        return {
          link,
          party,
          theyCosigned: docs.log(link).cosigned,
          weCosigned: theirs === undefined ? 0 : (docs.seen(logKeyOf(theirs.body).name)?.checkpoint.size ?? 0),
          stopped: stops.get(link) ?? null,
        };
      }),
    health: () => (own === null ? "uncertified" : isBroken ? "broken" : keys === null ? "unreadable" : "good"),
    signedSize: () => {
      const bytes = own === null ? null : docs.signed(own.body.serial);
      return own === null || bytes === null ? 0 : (signedCheckpoint(bytes, context(own))?.size ?? 0);
    },
    begin: (tx, after, root) => {
      const card = options.card();
      if (card === null) throw new Error("the log of a party that is not set up");
      const now = clock.now();
      // Minutes since 1970 for a second one, so that it is above every log that a backup knows nothing of.
      const serial = own === null ? 1 : Math.max(own.body.serial + 1, Math.floor(now / 60_000));
      const { sealingKey, random, ed25519Of } = options;
      const certificate = drawLogKeys(tx, root, card, serial, now, sealingKey, random, ed25519Of);
      for (const { link } of links.all()) docs.setLog(tx, link, { cosigned: 0, outstanding: null, notBefore: 0 });
      note(tx, { type: "certified", certificate });
      after(() => {
        void readLogKeys(store, serial, sealingKey, ed25519Of).then((read) => {
          keys = read;
          stir();
        });
      });
      return certificate;
    },
    heard: (tx, after, link, bytes) => {
      const record = links.of(link);
      const party = record === null ? null : idOf<PartyId>(record.party, 32);
      if (party === null) return undefined;
      const read = decode(ledgerPayload, bytes);
      if (!read.ok) return after(() => report(problem("MESSAGE_MALFORMED", `ledger: ${read.error.reason}`)));
      const payload = read.value;
      if (payload.type === "offer") return witness(tx, after, link, party, payload.certificate, payload.request);
      if (payload.type === "admitted") return admitted(tx, after, link, party, payload);
      return answered(tx, after, link, party, payload);
    },
    stir,
    round,
    start: () => {
      at = "running";
      stir();
    },
    stop: () => {
      at = "stopped";
      timer?.();
    },
  };
}
