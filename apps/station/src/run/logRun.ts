// Runs the duty of the ledger: keeps the tree, signs its checkpoints, has the linked stations cosign them and cosigns theirs.
// What is signed is durable first; what was cosigned is written in the transaction that sends the answer, so that no crash lets
// a station forget what it signed ([LG30]-[LG37]). Cosignatures are documents, never entries: they would need cosigning in turn.
import { type Bytes, equal } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { certain } from "@parley/base/result";
import { type Cancel, type Clock, seconds } from "@parley/base/time";
import { encodeAddCheckpoint } from "@parley/ledger/addCheckpoint";
import { type Checkpoint, signCheckpoint } from "@parley/ledger/checkpoint";
import type { Sha256 } from "@parley/ledger/hash";
import { logKeyOf } from "@parley/ledger/logNames";
import type { Ed25519Check, Note } from "@parley/ledger/note";
import { proveConsistency } from "@parley/ledger/proof";
import { decodeAs } from "@parley/protocol/decodeAs";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, idOf } from "@parley/protocol/ids";
import { ledgerPayload } from "@parley/protocol/peer/ledger";
import type { SignedLogCertificate } from "@parley/protocol/signed/logCertificate";
import type { PartyCard } from "@parley/protocol/signed/partyCard";
import type { Pin } from "@parley/protocol/signed/pin";
import type { HybridSigner, Verify } from "@parley/protocol/signed/signature";
import { type LogContext, signedCheckpoint } from "../duty/ledger/log.ts";
import type { VerifiedBy } from "../peer/net.ts";
import type { Store, Transaction } from "../store/port.ts";
import { openLogDocs } from "./logDocs.ts";
import { type Stopped, openLogFacts } from "./logFacts.ts";
import { type KeyMaker, type LogKeys, drawLogKeys, readLogKeys } from "./logKeys.ts";
import { logTalk } from "./logTalk.ts";
import type { LinksRun } from "./linksRun.ts";
import { openRecordTree } from "./recordTree.ts";
import type { After, Writer } from "./writer.ts";

/** How long entries gather before they are signed and offered: what one call writes is one checkpoint. */
const gathers = seconds(10);

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
  const facts = await openLogFacts(options);
  let keys: LogKeys | null = null;

  const tree = await openRecordTree(store, sha);
  certain(await tree.catchUp());
  const docs = await openLogDocs(store);
  const begun = facts.own();
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

  /** The newest checkpoint that we signed; null before there is one. */
  const lastSigned = (): Checkpoint | null => {
    const own = facts.own();
    const bytes = own === null ? null : docs.signed(own.body.serial);
    return own === null || bytes === null ? null : signedCheckpoint(bytes, context(own));
  };

  /** What we signed last must still be what the disk holds; otherwise nothing more is signed. */
  const signed = lastSigned();
  let isBroken = signed !== null && (signed.size > tree.size() || !equal(tree.root(signed.size), signed.root));
  if (isBroken) report(problem("LEDGER_OWN_BROKEN"));

  let timer: Cancel | null = null;
  let at: "waiting" | "running" | "stopped" = "waiting";

  const hasStopped = (): boolean => at === "stopped";

  const stir = (): void => {
    if (timer !== null || at !== "running" || facts.own() === null || keys === null || isBroken) return;
    if (store.nextIndex() === tree.size() && !links.all().some(({ link }) => isDue(link))) return;
    timer = clock.wait(gathers, () => {
      timer = null;
      void round();
    });
  };

  /** Whether the far station is there, has nothing of ours to answer, and has not cosigned all that we have. */
  const isDue = (link: IdText): boolean => {
    const { cosigned, outstanding, notBefore } = docs.log(link);
    if (outstanding !== null || facts.stopped(link) !== null || !links.reachable(link).up) return false;
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
        const own = facts.own();
        if (own === null || keys === null || tree.size() === 0) return;
        const key = logKeyOf(own.body);
        const checkpoint = { origin: key.name, size: tree.size(), root: tree.root() };
        const note = signCheckpoint(sha, checkpoint, key, keys.log.sign);
        docs.keepSigned(tx, own.body.serial, note);
        for (const { link } of links.all()) if (isDue(link)) offer(tx, after, link, own, note, checkpoint.size);
      });
    });
    return running;
  };

  const offer = (
    tx: Transaction,
    after: After,
    link: IdText,
    certificate: SignedLogCertificate,
    note: Note,
    size: number,
  ): void => {
    const before = docs.log(link);
    const old = Math.min(before.cosigned, size);
    const request = encodeAddCheckpoint({ old, proof: proveConsistency(sha, tree.node, old, size), note });
    docs.setLog(tx, link, { ...before, outstanding: { size, note } });
    talk.put(tx, after, link, { type: "offer", certificate, request });
  };

  const talk = logTalk({ facts, docs, links, clock, sha, check, keys: () => keys, context, report, stir, round });

  return {
    certificate: facts.own,
    certificateOf: facts.certificateOf,
    stopped: facts.stopped,
    standings: () =>
      links.all().map(({ link, party }) => {
        const theirs = facts.certificateOf(party);
        return {
          link,
          party,
          theyCosigned: docs.log(link).cosigned,
          weCosigned: theirs === null ? 0 : (docs.seen(logKeyOf(theirs.body).name)?.checkpoint.size ?? 0),
          stopped: facts.stopped(link),
        };
      }),
    health: () => (facts.own() === null ? "uncertified" : isBroken ? "broken" : keys === null ? "unreadable" : "good"),
    signedSize: () => lastSigned()?.size ?? 0,
    begin: (tx, after, root) => {
      const card = options.card();
      if (card === null) throw new Error("the log of a party that is not set up");
      const now = clock.now();
      const own = facts.own();
      // Minutes since 1970 for a second one, so that it is above every log that a backup knows nothing of.
      const serial = own === null ? 1 : Math.max(own.body.serial + 1, Math.floor(now / 60_000));
      const { sealingKey, random, ed25519Of } = options;
      const drawn = drawLogKeys(tx, root, card, serial, now, sealingKey, random, ed25519Of);
      for (const { link } of links.all()) docs.setLog(tx, link, { cosigned: 0, outstanding: null, notBefore: 0 });
      facts.certified(tx, drawn.certificate);
      keys = drawn.keys;
      isBroken = false;
      after(stir);
      return drawn.certificate;
    },
    heard: (tx, after, link, bytes) => {
      const record = links.of(link);
      const party = record === null ? null : idOf<PartyId>(record.party, 32);
      if (party === null) return undefined;
      const read = decodeAs("ledger", ledgerPayload, bytes);
      if (!read.ok) return after(() => report(read.error));
      return talk.heard(tx, after, link, party, read.value);
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
