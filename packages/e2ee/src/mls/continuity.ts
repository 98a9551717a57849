// The generations of a link's secret, as one station holds them, and how two stations move on to the next together. One of
// the two leads: it alone proposes, one candidate at a time, so no two candidates for a generation are ever both settled.
// Pure; the runner keeps state and messages in one transaction, and messages may then be lost, repeated and reordered.
// Carries [RC21]-[RC29] of docs/spec/record.md. It must never drop the newest secret that the other side is known to hold.
import { type Bytes, equal } from "@parley/base/bytes";
import { type CallId, type LinkId } from "@parley/protocol/ids";
import { linkConfirmation, linkSecretHash, nextLinkSecret } from "./psk.ts";

/** One generation of a link's secret; 0 is the pairing's. */
export type Generation = { readonly n: number; readonly secret: Bytes };

/** What the terminals of ours exported in one call that was made with generation `from`: a next secret of each. */
export type Exports = {
  readonly call: CallId;
  readonly from: number;
  readonly side: 0 | 1;
  /** `open`: more may come. */
  readonly at: "open" | "over";
  readonly secrets: readonly Bytes[];
};

/** What both stations sign, and proof that its sender holds the secret. */
export type Claim = {
  readonly call: CallId;
  readonly generation: number;
  readonly hash: Bytes;
  readonly confirmation: Bytes;
};

/** The entry that a claim is about. */
type Named = Pick<Claim, "call" | "generation" | "hash">;

export type LinkKeys = {
  readonly link: LinkId;
  /** Which of the two stations we are; the parties' ids say. */
  readonly role: "leads" | "follows";
  /** Newest first, never empty, without gaps. */
  readonly generations: readonly Generation[];
  /** Oldest first. */
  readonly exports: readonly Exports[];
  /** Leading: the secret that was proposed and not answered yet. Its claim is made again from it. */
  readonly proposed: { readonly call: CallId; readonly side: 0 | 1; readonly secret: Bytes } | null;
  /** Following: a proposal whose call is still under way here. */
  readonly asked: Claim | null;
};

export type KeysEvent =
  /** A terminal of ours reports what the call's first keys with both parties exported. `side`: 0 where we called. */
  | {
      readonly type: "exported";
      readonly call: CallId;
      readonly from: number;
      readonly side: 0 | 1;
      readonly exported: Bytes;
    }
  /** The call is over here, `answered` or not: no more exports of it will come. */
  | { readonly type: "over"; readonly call: CallId; readonly answered: boolean }
  /** `open`: the call is still under way here, so its exports may still come. */
  | { readonly type: "propose"; readonly claim: Claim; readonly open: boolean }
  | { readonly type: "accept"; readonly claim: Claim }
  | { readonly type: "lack"; readonly claim: Named };

export type KeysEffect =
  | { readonly type: "send"; readonly what: "propose" | "accept"; readonly claim: Claim }
  | { readonly type: "send"; readonly what: "lack"; readonly claim: Named }
  /** Both stations hold this generation: write it down. */
  | { readonly type: "settled"; readonly claim: Claim }
  /** The other station said what it cannot mean: a confirmation that does not hold. Nothing moved. */
  | { readonly type: "unconfirmed"; readonly call: CallId; readonly generation: number };

export type KeysStep = readonly [LinkKeys, readonly KeysEffect[]];

/** Exports of one call, and calls with exports, at most: a ring at eight desks, and calls that wait for their answer. */
const maxExports = 8;
const maxCalls = 4;

/** A link as its pairing leaves it. */
export const beginKeys = (link: LinkId, role: LinkKeys["role"], generations: readonly Generation[]): LinkKeys => ({
  link,
  role,
  generations,
  exports: [],
  proposed: null,
  asked: null,
});

export function stepKeys(keys: LinkKeys, event: KeysEvent): KeysStep {
  switch (event.type) {
    case "exported":
      return answerAsked(withExport(keys, event), true);
    case "over":
      return over(keys, event.call, event.answered);
    case "propose":
      return keys.role === "leads" ? [keys, []] : consider(keys, event.claim, event.open);
    case "accept":
      return accepted(keys, event.claim);
    case "lack":
      return lacking(keys, event.claim);
  }
  return event satisfies never;
}

const newest = (keys: LinkKeys): number => keys.generations[0]?.n ?? -1;

/** Only the newest generation moves on: exports of a call made with an older one are those of a lost race. */
function withExport(keys: LinkKeys, event: KeysEvent & { type: "exported" }): LinkKeys {
  const { call, from, side } = event;
  const base = keys.generations[0];
  const known = keys.exports.find((it) => equal(it.call, call));
  if (base === undefined || from !== base.n || known?.at === "over") return keys;
  const secret = nextLinkSecret(base.secret, event.exported);
  const before = known?.secrets ?? [];
  if (before.length >= maxExports || before.some((it) => equal(it, secret))) return keys;
  const it: Exports = { call, from, side, at: "open", secrets: [...before, secret] };
  const others = keys.exports.filter((other) => other !== known);
  return { ...keys, exports: [...others, it].slice(-maxCalls) };
}

function over(keys: LinkKeys, call: CallId, answered: boolean): KeysStep {
  const exports = keys.exports.flatMap((it) =>
    !equal(it.call, call) ? [it] : answered ? [{ ...it, at: "over" as const }] : [],
  );
  const after = { ...keys, exports };
  if (keys.role === "leads") return proposeNext(after);
  return keys.asked !== null && equal(keys.asked.call, call) ? answerAsked(after, false) : [after, []];
}

// ---- leading

function claimOf(keys: LinkKeys, call: CallId, side: 0 | 1, secret: Bytes, generation: number): Claim {
  const hash = linkSecretHash(secret, keys.link, generation);
  return { call, generation, hash, confirmation: linkConfirmation(secret, call, generation, side) };
}

function proposeNext(keys: LinkKeys): KeysStep {
  if (keys.proposed !== null) return [keys, []];
  const next = keys.exports.find(({ at }) => at === "over");
  if (next === undefined) return [keys, []];
  const [secret, ...rest] = next.secrets;
  const exports = keys.exports.flatMap((it) =>
    it !== next ? [it] : rest.length > 0 ? [{ ...it, secrets: rest }] : [],
  );
  if (secret === undefined) return proposeNext({ ...keys, exports });
  const { call, side } = next;
  const claim = claimOf(keys, call, side, secret, newest(keys) + 1);
  return [{ ...keys, exports, proposed: { call, side, secret } }, [{ type: "send", what: "propose", claim }]];
}

function accepted(keys: LinkKeys, claim: Claim): KeysStep {
  const { proposed } = keys;
  if (proposed === null) return [keys, []];
  const ours = claimOf(keys, proposed.call, proposed.side, proposed.secret, newest(keys) + 1);
  if (!sameEntry(ours, claim)) return [keys, []];
  const theirs = linkConfirmation(proposed.secret, claim.call, claim.generation, proposed.side === 0 ? 1 : 0);
  if (!equal(theirs, claim.confirmation)) {
    return [keys, [{ type: "unconfirmed", call: claim.call, generation: claim.generation }]];
  }
  return [moveOn(keys, claim.generation, proposed.secret), [{ type: "settled", claim: ours }]];
}

function lacking(keys: LinkKeys, claim: Named): KeysStep {
  const { proposed } = keys;
  if (proposed === null) return [keys, []];
  const ours = claimOf(keys, proposed.call, proposed.side, proposed.secret, newest(keys) + 1);
  return sameEntry(ours, claim) ? proposeNext({ ...keys, proposed: null }) : [keys, []];
}

const sameEntry = (a: Named, b: Named): boolean =>
  equal(a.call, b.call) && a.generation === b.generation && equal(a.hash, b.hash);

// ---- following

function consider(keys: LinkKeys, claim: Claim, open: boolean): KeysStep {
  const held = keys.generations.find(({ n }) => n === claim.generation);
  if (held !== undefined) {
    // Heard before, and our answer may not have been: the same secret gets the same answer, another one none that moves.
    if (!equal(linkSecretHash(held.secret, keys.link, held.n), claim.hash)) return [keys, []];
    const said = answer(held.secret, claim);
    return [keys, said === null ? [] : [said]];
  }
  if (claim.generation !== newest(keys) + 1) return [keys, []];
  return answerAsked({ ...keys, asked: claim }, open);
}

/** The accepting words, or null when the leader did not prove that it holds the secret itself. */
function answer(secret: Bytes, claim: Claim): KeysEffect | null {
  const { call, generation, hash, confirmation } = claim;
  const side = ([0, 1] as const).find((it) => equal(linkConfirmation(secret, call, generation, it), confirmation));
  if (side === undefined) return null;
  const ours = linkConfirmation(secret, call, generation, side === 0 ? 1 : 0);
  return { type: "send", what: "accept", claim: { call, generation, hash, confirmation: ours } };
}

/** Answers what the leader asked, as soon as the answer is certain: `open` says that a missing export may still come. */
function answerAsked(keys: LinkKeys, open: boolean): KeysStep {
  const claim = keys.asked;
  if (claim === null) return [keys, []];
  const exports = keys.exports.find(({ call }) => equal(call, claim.call));
  const secret = exports?.secrets.find((it) => equal(linkSecretHash(it, keys.link, claim.generation), claim.hash));
  const { call, generation, hash } = claim;
  if (secret === undefined || exports === undefined) {
    const stillOpen = exports === undefined ? open : exports.at === "open" && open;
    if (stillOpen) return [keys, []];
    return [{ ...keys, asked: null }, [{ type: "send", what: "lack", claim: { call, generation, hash } }]];
  }
  const confirmed = linkConfirmation(secret, call, generation, exports.side === 0 ? 1 : 0);
  if (!equal(confirmed, claim.confirmation)) {
    return [{ ...keys, asked: null }, [{ type: "unconfirmed", call, generation }]];
  }
  const said = { ...claim, confirmation: linkConfirmation(secret, call, generation, exports.side) };
  return [
    moveOn(keys, generation, secret),
    [
      { type: "send", what: "accept", claim: said },
      { type: "settled", claim: said },
    ],
  ];
}

/**
 * Generation `n` is settled. It came of a call made with n - 1, in which both sides proved by their keys that they hold that;
 * so n - 1 stays until n has been used in the same way, and what is older goes.
 */
function moveOn(keys: LinkKeys, n: number, secret: Bytes): LinkKeys {
  const generations = [{ n, secret }, ...keys.generations.filter((it) => it.n === n - 1)];
  return { ...keys, generations, exports: [], proposed: null, asked: null };
}
