// What two stations say to each other about their ledgers, and what follows: their checkpoint is cosigned or stops the link,
// our offer is cosigned, answered with what they know, or refused. What was cosigned is written in the transaction that sends
// the answer, so that no crash lets a station forget what it signed.
import { type Bytes, equal } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import { type Clock, hours } from "@parley/base/time";
import type { Sha256 } from "@parley/ledger/hash";
import { logKeyOf, witnessKeyOf } from "@parley/ledger/logNames";
import { type Ed25519Check, noteBytes } from "@parley/ledger/note";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idText } from "@parley/protocol/ids";
import { payloadKinds } from "@parley/protocol/peer/envelope";
import { type LedgerPayload, ledgerPayload } from "@parley/protocol/peer/ledger";
import type { SignedLogCertificate } from "@parley/protocol/signed/logCertificate";
import { type LogContext, judgeConflict, signedCheckpoint, takeCosignature } from "../duty/ledger/log.ts";
import { judgeOffer } from "../duty/ledger/witness.ts";
import type { Transaction } from "../store/port.ts";
import type { LogDocs, Witnessing } from "./logDocs.ts";
import type { LogFacts } from "./logFacts.ts";
import type { LogKeys } from "./logKeys.ts";
import type { LinksRun } from "./linksRun.ts";
import type { After } from "./writer.ts";

/** How long after a refusal the next offer is made. */
const refusedFor = hours(1);

export type LogTalkOptions = {
  readonly facts: LogFacts;
  readonly docs: LogDocs;
  readonly links: Pick<LinksRun, "put">;
  readonly clock: Clock;
  readonly sha: Sha256;
  readonly check: (check: Ed25519Check) => boolean;
  readonly keys: () => LogKeys | null;
  readonly context: (certificate: SignedLogCertificate) => LogContext;
  readonly report: (error: ParleyError) => void;
  /** More may be due now, or is due at once. */
  readonly stir: () => void;
  readonly round: () => Promise<void>;
};

export type LogTalk = {
  readonly put: (tx: Transaction, after: After, link: IdText, payload: LedgerPayload) => void;
  readonly heard: (tx: Transaction, after: After, link: IdText, party: PartyId, payload: LedgerPayload) => void;
};

export function logTalk(options: LogTalkOptions): LogTalk {
  const { facts, docs, links, clock, sha, check, context, report, stir, round } = options;

  const put = (tx: Transaction, after: After, link: IdText, payload: LedgerPayload): void =>
    links.put(tx, after, link, payloadKinds.ledger, encode(ledgerPayload, payload));

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
    const [own, keys] = [facts.own(), options.keys()];
    if (own === null || keys === null) return put(tx, after, link, { type: "refused", code: "LEDGER_KEY_MISSING" });
    const wrong = facts.adopt(tx, after, idText(party), shown);
    if (wrong !== null) return refuse(wrong);
    if (facts.stopped(link)?.whose === "theirs") return undefined;
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
        facts.halt(tx, after, link, party, { whose: "theirs", why, known, shown: offered });
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
    const certificate = facts.certificateOf(idText(party));
    const log = certificate === null ? null : logKeyOf(certificate.body);
    const seen = log === null ? null : docs.seen(log.name);
    const ours = seen !== null && equal(noteBytes(seen.note), known);
    if (certificate === null || !ours || signedCheckpoint(shown, context(certificate)) === null)
      return after(() => report(problem("LEDGER_UNPROVEN", "they admit what we did not see")));
    return facts.halt(tx, after, link, party, { whose: "theirs", why, known, shown });
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
    const own = facts.own();
    if (outstanding === null || own === null) return;
    const settled: Witnessing = { ...before, outstanding: null };
    const unfit = (error: ParleyError): void => {
      docs.setLog(tx, link, { ...settled, notBefore: clock.elapsed() + refusedFor });
      after(() => report(error));
    };
    switch (payload.type) {
      case "cosigned": {
        const wrong = facts.adopt(tx, after, idText(party), payload.certificate);
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
        const both = { why: judged.why, known: payload.known, shown: noteBytes(outstanding.note) };
        put(tx, after, link, { type: "admitted", ...both });
        return facts.halt(tx, after, link, party, { whose: "ours", ...both });
      }
      case "stopped": {
        const ours = context(own);
        const both = [payload.known, payload.shown].map((it) => signedCheckpoint(it, ours));
        if (both.includes(null)) return unfit(problem("LEDGER_UNPROVEN", "they stopped without our signatures"));
        docs.setLog(tx, link, settled);
        const { why, known, shown } = payload;
        return facts.halt(tx, after, link, party, { whose: "ours", why, known, shown });
      }
      case "refused":
        return unfit(problem("LEDGER_KEY_UNPROVEN", `they say ${payload.code}`));
    }
    payload satisfies never;
  };

  return {
    put,
    heard: (tx, after, link, party, payload) => {
      if (payload.type === "offer") return witness(tx, after, link, party, payload.certificate, payload.request);
      if (payload.type === "admitted") return admitted(tx, after, link, party, payload);
      return answered(tx, after, link, party, payload);
    },
  };
}
