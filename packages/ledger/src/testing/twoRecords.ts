// Two parties' records for tests, as their stations would write them: joint entries signed by both, own ones between, checkpoints
// that each signed and the other cosigned. Anything may be changed before it is written, to make what must be found out.
import { type Bytes, utf8 } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import { type Instant, instant } from "@parley/base/time";
import type { CallId, LinkId } from "@parley/protocol/ids";
import { callEntry } from "@parley/protocol/signed/callEntry";
import { signLogCertificate } from "@parley/protocol/signed/logCertificate";
import { keyIdOf } from "@parley/protocol/signed/root";
import type { HybridSigner, VerifyAsync } from "@parley/protocol/signed/signature";
import { testVerify } from "@parley/protocol/signed/testing/keys";
import { type TestParty, epoch, testParty } from "@parley/protocol/signed/testing/party";
import type { AuditTools } from "../audit.ts";
import { cosign, signCheckpoint } from "../checkpoint.ts";
import { jointMessage } from "../entry.ts";
import { leafHash } from "../hash.ts";
import { logKeyOf, witnessKeyOf } from "../logNames.ts";
import { type Note, withSignature } from "../note.ts";
import type { PartyProof } from "../partyProof.ts";
import { type AtIndex, jointRecord, ownRecord } from "../record.ts";
import { type WholeRecord, recordFile, wholeFile } from "../recordFile.ts";
import { growTree } from "../tree.ts";
import { check, sha, signerOf } from "./keys.ts";

const verify: VerifyAsync = async (it) => testVerify(it);
export const tools: AuditTools = { sha, verify, check };

export type Side = {
  readonly party: TestParty;
  readonly proof: PartyProof;
  readonly log: ReturnType<typeof signerOf>;
  readonly witness: ReturnType<typeof signerOf>;
  readonly signer: HybridSigner;
};

function sideOf(n: number, name: string): Side {
  const party = testParty(n, name);
  const [root] = party.roots;
  if (root === undefined) throw new Error("a party without a root");
  const [log, witness] = [signerOf("log", "x", n), signerOf("witness", "x", n + 100)];
  const body = {
    party: party.id,
    generation: 0,
    serial: 1,
    logKey: log.key.publicKey,
    witnessKey: witness.key.publicKey,
    issued: epoch,
  };
  return {
    party,
    signer: party.stationKey(1),
    log: { ...log, key: logKeyOf(body) },
    witness: { ...witness, key: witnessKeyOf(body) },
    proof: {
      party: party.id,
      lineage: [party.card()],
      pinned: [],
      certificates: [party.certificate],
      successions: [party.succession(1)],
      logs: [signLogCertificate(body, root)],
    },
  };
}

export const northmark = sideOf(3, "Northmark");
export const estovar = sideOf(4, "Estovar");

/** As the other party's record has it: pinned, its root known by the party's id alone. */
export const pinnedOf = ({ party, proof }: Side): PartyProof => ({
  ...proof,
  lineage: [],
  certificates: [],
  successions: [],
  pinned: [{ card: party.card().body, key: party.stationKey(1).publicKey }],
});

/** A call that both stations signed; `signers` may be others than the two that should have. */
export function jointCall(n: number, at: Instant, signers: readonly Side[] = [northmark, estovar]): AtIndex {
  const side = ({ party }: Side) => ({
    party: party.id,
    name: party.name,
    timeZone: "UTC",
    offset: 0,
    terminals: [],
    began: at,
    ended: instant(at + 60_000),
    uncertainty: n % 5 === 0 ? 1500 : 0,
    epochs: 1,
  });
  const body = encode(callEntry, {
    link: new Uint8Array(16).fill(7) as LinkId,
    call: new Uint8Array(16).fill(n) as CallId,
    caller: side(northmark),
    called: side(estovar),
    outcome: "callerHungUp",
    receipts: [],
  });
  const message = jointMessage("call", body);
  const signatures = signers.map(({ party, signer }) => ({
    party: party.id,
    key: keyIdOf(signer.publicKey),
    signature: signer.signEd25519(message),
  }));
  return jointRecord("call", at, body, signatures);
}

export const start = instant(1_790_000_000_000);

/** `count` entries: every third a call of both, the others `name`'s own. */
export const entriesOf = (count: number, name: string): readonly AtIndex[] =>
  Array.from({ length: count }, (_, i) => {
    const at = instant(start + i * 1000);
    return i % 3 === 2 ? jointCall(i % 250, at) : ownRecord("note", at, utf8(`${name} ${i}`));
  });

export const bytesOf = (entries: readonly AtIndex[]): readonly Bytes[] => entries.map((make, i) => make(i));

/** Checkpoints of `of`'s entries up to each of `sizes`, cosigned by `by`. */
export function checkpointsOf(entries: readonly Bytes[], sizes: readonly number[], of: Side, by: Side | null): Note[] {
  const tree = growTree(sha);
  for (const entry of entries.slice(0, Math.max(...sizes))) tree.append(leafHash(sha, entry));
  return sizes.map((size) => {
    const checkpoint = { origin: of.log.key.name, size, root: tree.root(size) };
    const note = signCheckpoint(sha, checkpoint, of.log.key, of.log.sign);
    if (by === null) return note;
    return withSignature(note, cosign(sha, note.text, by.witness.key, instant(start + size * 1000), by.witness.sign));
  });
}

/** One of them. */
export function checkpointOf(entries: readonly Bytes[], size: number, of: Side, by: Side | null): Note {
  const [note] = checkpointsOf(entries, [size], of, by);
  if (note === undefined) throw new Error("one size, one checkpoint");
  return note;
}

/** The file that `of`'s station writes. */
export function fileOf(entries: readonly Bytes[], of: Side, by: Side, more: Partial<WholeRecord> = {}): Promise<Bytes> {
  const tree = growTree(sha);
  for (const entry of entries) tree.append(leafHash(sha, entry));
  const whole: WholeRecord = {
    party: of.party.id,
    size: entries.length,
    nodes: tree.node,
    checkpoints: [checkpointOf(entries, entries.length, of, by)],
    witnessed: [],
    parties: [of.proof, pinnedOf(by)],
    ...more,
  };
  return wholeFile(recordFile(sha, whole, async (from, count) => entries.slice(from, from + count)));
}
