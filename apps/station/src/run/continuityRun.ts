// Runs the duty of a link's next secret: what terminals export, what the far station says and the end of calls move it on, and
// the sealed secrets, the outstanding step and the ledger's entry are written in one transaction with the messages.
// A link whose secrets were restored from a backup, or cannot be read, has no ratchet: it must be keyed anew.
import type { Bytes } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import type { Random } from "@parley/base/random";
import { certain } from "@parley/base/result";
import type { Clock } from "@parley/base/time";
import { offeredTo, openCall, takesPart } from "@parley/call/state";
import { jointRecord } from "@parley/ledger/record";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type CallId, type IdText, type LinkId, type PartyId, idOf, idText } from "@parley/protocol/ids";
import { payloadKinds } from "@parley/protocol/peer/envelope";
import { keysPayload } from "@parley/protocol/peer/keys";
import type { EntrySignature } from "@parley/protocol/signed/callEntry";
import type { Calls, CallsEvent } from "../duty/calls/port.ts";
import {
  type Continuity,
  type ContinuityCommand,
  beginContinuity,
  decide,
  decodeContinuity,
  encodeContinuity,
  encodeLinkEntry,
} from "../duty/continuity.ts";
import type { Store, Transaction } from "../store/port.ts";
import { type LinksRun, continuityDocKind as docKind } from "./linksRun.ts";
import { openSecret, sealSecret } from "./secrets.ts";
import type { After } from "./writer.ts";

/** The kind of the ledger's joint entry about a generation. */
export const linkSecretKind = "link.secret";

/** A link's document may not be taken for its secrets, nor for another link's. */
const sealedAs = (link: IdText): string => `continuity ${link}`;

export type ContinuityRun = {
  /** A terminal of ours reports what the call's first keys with both parties exported. */
  readonly exported: (
    tx: Transaction,
    after: After,
    lines: readonly Calls[],
    from: { readonly terminal: IdText; readonly call: IdText; readonly secret: Bytes },
  ) => void;
  readonly heard: (tx: Transaction, after: After, lines: readonly Calls[], link: IdText, payload: Bytes) => void;
  readonly fact: (tx: Transaction, after: After, event: CallsEvent) => void;
  /** The lines as they now are: rings that nobody answered leave nothing. */
  readonly lines: (tx: Transaction, after: After, lines: readonly Calls[]) => void;
};

export type ContinuityRunOptions = {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly sealingKey: Bytes;
  readonly us: () => PartyId;
  readonly links: LinksRun;
  readonly sign: (message: Bytes) => EntrySignature;
  readonly verify: (party: IdText, by: EntrySignature, message: Bytes) => boolean;
  readonly report: (error: ParleyError) => void;
};

const callIdOf = (text: IdText): CallId | null => idOf<CallId>(text, 16);

/** The calls and drills that are open on a link. */
const openOn = (lines: readonly Calls[], link: IdText): readonly IdText[] =>
  lines.flatMap(({ links }) => {
    const line = links[link]?.line;
    return line === undefined ? [] : (openCall(line) ?? []);
  });

export async function runContinuity(options: ContinuityRunOptions): Promise<ContinuityRun> {
  const { store, clock, links } = options;
  const kept = new Map<IdText, Bytes>();
  for (const { key, bytes } of certain(await store.docs(docKind))) {
    const plain = openSecret(bytes, sealedAs(key), options.sealingKey);
    if (plain === null) options.report(problem("SECRET_UNREADABLE", key));
    else kept.set(key, plain);
  }
  const all = new Map<IdText, Continuity>();

  const of = (link: IdText): { readonly it: Continuity; readonly them: PartyId; readonly party: IdText } | null => {
    const record = links.of(link);
    const [id, them] = record === null ? [null, null] : [idOf<LinkId>(link, 16), idOf<PartyId>(record.party, 32)];
    const generations = links.generations(link);
    if (record === null || id === null || them === null || generations.length === 0) return null;
    const party = record.party;
    const known = all.get(link);
    if (known !== undefined) return { it: known, them, party };
    const begun = beginContinuity(id, options.us(), them, generations);
    const doc = kept.get(link);
    const read = doc === undefined ? begun : decodeContinuity(begun, doc);
    if (read === null) options.report(problem("SECRET_UNREADABLE", link));
    const it = read ?? begun;
    all.set(link, it);
    return { it, them, party };
  };

  const happen = (tx: Transaction, after: After, link: IdText, command: ContinuityCommand): void => {
    const found = of(link);
    if (found === null) return;
    const { it, them, party } = found;
    const { continuity, toPeer, settled, refused } = decide(it, command, {
      us: options.us(),
      them,
      sign: options.sign,
      verify: (by, message) => options.verify(party, by, message),
    });
    if (continuity.keys !== it.keys || continuity.word !== it.word) {
      all.set(link, continuity);
      tx.put(
        docKind,
        link,
        sealSecret(encodeContinuity(continuity), sealedAs(link), options.sealingKey, options.random),
      );
      if (continuity.keys.generations !== it.keys.generations) links.keepSecrets(tx, link, continuity.keys.generations);
    }
    for (const { entry, signatures } of settled) {
      tx.append(linkSecretKind, jointRecord(linkSecretKind, clock.now(), encodeLinkEntry(entry), signatures));
    }
    for (const payload of toPeer) links.put(tx, after, link, payloadKinds.keys, encode(keysPayload, payload));
    for (const error of refused) after(() => options.report(error));
  };

  return {
    exported: (tx, after, lines, { terminal, call, secret }) => {
      const found = lines
        .flatMap(({ links: each }) => Object.entries(each))
        .find(([, { line }]) => openCall(line) === call);
      const id = callIdOf(call);
      if (found === undefined || id === null || secret.length !== 32) return;
      const [link, { line, generation }] = found;
      if (line.at === "idle" || line.at === "ended" || generation === null) return;
      // Only who takes part in the call has its keys; who is asked to join it only after joining.
      if (!takesPart(line, terminal) || offeredTo(line, terminal)) return;
      const side = line.side === "calling" ? 0 : 1;
      happen(tx, after, link, { type: "exported", call: id, from: generation, side, exported: secret });
    },
    heard: (tx, after, lines, link, bytes) => {
      const read = decode(keysPayload, bytes);
      if (!read.ok) return after(() => options.report(problem("MESSAGE_MALFORMED", `keys: ${read.error.reason}`)));
      const open = openOn(lines, link).includes(idText(read.value.entry.call));
      happen(tx, after, link, { type: "heard", payload: read.value, open });
    },
    fact: (tx, after, event) => {
      const call = event.type === "finished" ? callIdOf(event.call) : null;
      if (call !== null) happen(tx, after, event.link, { type: "over", call, answered: true });
    },
    lines: (tx, after, lines) => {
      for (const link of new Set(lines.flatMap(({ links: each }) => Object.keys(each)))) {
        const found = of(link);
        if (found === null) continue;
        const open = openOn(lines, link);
        for (const { call, at } of found.it.keys.exports) {
          if (at === "open" && !open.includes(idText(call)))
            happen(tx, after, link, { type: "over", call, answered: false });
        }
      }
    },
  };
}
