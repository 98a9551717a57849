// The duty of a link's next secret: turns what stations say (protocol/peer/keys) into steps of the ratchet (e2ee/mls/continuity)
// and back, holds the one signature that is outstanding, and names what is to be kept. Carries [RC20]-[RC29] of
// docs/spec/record.md. No secret leaves it but into the sealed document.
import { type Bytes, compare, equal } from "@parley/base/bytes";
import {
  type Codec,
  bool,
  decode,
  encode,
  fixed,
  list,
  mapped,
  optional,
  struct,
  uint32,
  uint8,
} from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import {
  type Claim,
  type Exports,
  type Generation,
  type KeysEvent,
  type LinkKeys,
  beginKeys,
  stepKeys,
} from "@parley/e2ee/mls/continuity";
import type { StationSignature } from "@parley/ledger/entry";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type LinkId, type PartyId, callId, idText } from "@parley/protocol/ids";
import type { KeysPayload } from "@parley/protocol/peer/keys";
import { type EntrySignature, entrySignature } from "@parley/protocol/signed/callEntry";
import { type LinkEntry, linkEntry, linkSignable } from "@parley/protocol/signed/linkEntry";

/** One link's ratchet. `word`: leading, our signature on what we proposed; following, theirs on what they did. */
export type Continuity = { readonly keys: LinkKeys; readonly word: EntrySignature | null };

const secret = fixed(32);
const side: Codec<0 | 1> = mapped(
  uint8,
  (n) => (n === 0 || n === 1 ? n : null),
  (n) => n,
);
const claim = struct({ call: callId, generation: uint32, hash: fixed(32), confirmation: fixed(32) });
const exportsOf = struct({ call: callId, from: uint32, side, over: bool, secrets: list(secret, 8) });

/** What of the ratchet is kept besides the generations themselves; sealed, since it holds what may become one. */
const continuityDoc = struct({
  exports: list(exportsOf, 8),
  proposed: optional(struct({ call: callId, side, secret })),
  asked: optional(claim),
  word: optional(entrySignature),
});

export function encodeContinuity({ keys, word }: Continuity): Bytes {
  const exports = keys.exports.map(({ at, ...it }) => ({ ...it, over: at === "over" }));
  return encode(continuityDoc, { exports, proposed: keys.proposed, asked: keys.asked, word });
}

/** The ratchet as it was kept, over the generations that were; null when the bytes are no such document. */
export function decodeContinuity(begun: Continuity, bytes: Bytes): Continuity | null {
  const read = decode(continuityDoc, bytes);
  if (!read.ok) return null;
  const { word, proposed, asked } = read.value;
  const exports = read.value.exports.map(({ over, ...it }): Exports => ({ ...it, at: over ? "over" : "open" }));
  return { keys: { ...begun.keys, exports, proposed, asked }, word };
}

/** The station of the party whose id comes first leads; both know which that is. */
export const beginContinuity = (
  link: LinkId,
  us: PartyId,
  them: PartyId,
  generations: readonly Generation[],
): Continuity => ({
  keys: beginKeys(link, compare(us, them) < 0 ? "leads" : "follows", generations),
  word: null,
});

export type ContinuityCommand =
  | Extract<KeysEvent, { type: "exported" | "over" }>
  /** From the far station, its envelope verified. `open`: that call is still under way here. */
  | { readonly type: "heard"; readonly payload: KeysPayload; readonly open: boolean };

export type ContinuityContext = {
  readonly us: PartyId;
  readonly them: PartyId;
  readonly sign: (message: Bytes) => EntrySignature;
  /** Whether a station key of the other party made it. */
  readonly verify: (by: EntrySignature, message: Bytes) => boolean;
};

export type ContinuityDecision = {
  readonly continuity: Continuity;
  readonly toPeer: readonly KeysPayload[];
  /** For the ledger, signed by both: this generation is settled. */
  readonly settled: readonly { readonly entry: LinkEntry; readonly signatures: readonly StationSignature[] }[];
  readonly refused: readonly ParleyError[];
};

/** What `command` changes. Total: what does not fit moves nothing and is told in `refused`. */
export function decide(before: Continuity, command: ContinuityCommand, context: ContinuityContext): ContinuityDecision {
  const nothing = { toPeer: [], settled: [], refused: [] };
  const event = eventOf(before.keys.link, command, context);
  if (!event.ok) return { ...nothing, continuity: before, refused: [event.error] };
  const theirs = command.type === "heard" && command.payload.type !== "lack" ? command.payload.by : null;
  const [keys, effects] = stepKeys(before.keys, event.value);
  const toPeer: KeysPayload[] = [];
  const settled: { entry: LinkEntry; signatures: StationSignature[] }[] = [];
  const refused: ParleyError[] = [];
  let ours: EntrySignature | null = null;
  let proposal: EntrySignature | null = null;
  for (const effect of effects) {
    switch (effect.type) {
      case "send": {
        const entry = entryOf(keys.link, effect.claim);
        if (effect.what === "lack") {
          toPeer.push({ type: "lack", entry });
          break;
        }
        ours = context.sign(linkSignable(entry));
        toPeer.push({ type: effect.what, entry, confirmation: effect.claim.confirmation, by: ours });
        if (effect.what === "propose") proposal = ours;
        break;
      }
      case "settled": {
        const [mine, other] = keys.role === "leads" ? [before.word, theirs] : [ours, theirs ?? before.word];
        if (mine === null || other === null) throw new Error("a generation was settled without both signatures");
        const signatures = [
          { party: context.us, ...mine },
          { party: context.them, ...other },
        ];
        settled.push({ entry: entryOf(keys.link, effect.claim), signatures });
        break;
      }
      case "unconfirmed":
        refused.push(problem("LINK_UNCONFIRMED", `generation ${effect.generation}, call ${idText(effect.call)}`));
        break;
      default:
        effect satisfies never;
    }
  }
  const word =
    keys.proposed !== null
      ? (proposal ?? before.word)
      : keys.asked !== null
        ? keys.asked === before.keys.asked
          ? before.word
          : theirs
        : null;
  return { continuity: { keys, word }, toPeer, settled, refused };
}

const entryOf = (link: LinkId, { call, generation, hash }: Pick<Claim, "call" | "generation" | "hash">): LinkEntry => ({
  link,
  call,
  generation,
  hash,
});

function eventOf(link: LinkId, command: ContinuityCommand, context: ContinuityContext): Result<KeysEvent, ParleyError> {
  if (command.type !== "heard") return ok(command);
  const { payload, open } = command;
  const { entry } = payload;
  if (!equal(entry.link, link)) return fail(problem("RECORD_UNFIT", "a secret of another link"));
  const named = { call: entry.call, generation: entry.generation, hash: entry.hash };
  if (payload.type === "lack") return ok({ type: "lack", claim: named });
  if (!context.verify(payload.by, linkSignable(entry))) {
    return fail(problem("SIGNATURE_INVALID", "the entry of a link's secret"));
  }
  const it: Claim = { ...named, confirmation: payload.confirmation };
  return ok(payload.type === "propose" ? { type: "propose", claim: it, open } : { type: "accept", claim: it });
}

/** The body of the ledger's entry. */
export const encodeLinkEntry = (entry: LinkEntry): Bytes => encode(linkEntry, entry);
