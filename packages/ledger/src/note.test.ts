import { certain } from "@parley/base/result";
import { concat, utf8 } from "@parley/base/bytes";
import { instant } from "@parley/base/time";
import type { Ed25519Key } from "@parley/protocol/signed/signature";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { base64, fromBase64 } from "./base64.ts";
import {
  type Checkpoint,
  checkpointSignature,
  checkpointText,
  cosign,
  decodeCheckpoint,
  signCheckpoint,
} from "./checkpoint.ts";
import { leafHash } from "./hash.ts";
import {
  type Note,
  type NoteKey,
  decodeNote,
  decodeVerifierKey,
  encodeNote,
  signatureOf,
  verifierKey,
  withSignature,
} from "./note.ts";
import { encodeLogProof, decodeLogProof, holdsEntry } from "./proofText.ts";
import { proveInclusion } from "./proof.ts";
import { check, sha, signerOf } from "./testing/keys.ts";
import { growTree } from "./tree.ts";

const log = signerOf("log", "northmark.example/record", 1);
const witness = signerOf("witness", "estovar.example/witness", 2);
const checkpoint: Checkpoint = { origin: log.key.name, size: 7, root: leafHash(sha, utf8("x")) };
const seen = instant(1_789_000_000_999);

const signedNote = (): Note => {
  const note = signCheckpoint(sha, checkpoint, log.key, log.sign);
  return withSignature(note, cosign(sha, note.text, witness.key, seen, witness.sign));
};
const holds = async (note: Note, key: NoteKey): Promise<boolean> => {
  const found = checkpointSignature(sha, note, key);
  return found !== null && (await check(found.check));
};

describe("base64", () => {
  it("agrees with Node's, and has one form for each value", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (b) => {
        const text = Buffer.from(b).toString("base64");
        expect(base64(b)).toBe(text);
        expect(fromBase64(text)).toEqual(new Uint8Array(b));
      }),
    );
    for (const bad of ["A", "AA", "AB==", "AA=", "A===", "====", "A-==", "AA==AA=="])
      expect([bad, fromBase64(bad)]).toEqual([bad, null]);
  });
});

describe("[LG6] signed notes", () => {
  /** The example in the documentation of golang.org/x/mod/sumdb/note. */
  const peter: NoteKey = {
    kind: "log",
    name: "PeterNeumann",
    publicKey: (fromBase64("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW") ?? new Uint8Array(33)).slice(
      1,
    ) as Ed25519Key,
  };
  const known =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

  it("Go's known note is read, its key id computed, its signature good", async () => {
    const note = certain(decodeNote(utf8(known)));
    expect(verifierKey(sha, peter)).toBe("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    expect(await holds(note, peter)).toBe(true);
    expect(encodeNote(note)).toBe(known);
  });

  it("a key's text gives the key back, and no text but its own", () => {
    for (const { key } of [log, witness]) {
      const text = verifierKey(sha, key);
      expect(decodeVerifierKey(sha, text)).toEqual({ ok: true, value: key });
      for (let at = 0; at < text.length; at++) {
        const other = text.charAt(at) === "A" ? "B" : "A";
        expect(decodeVerifierKey(sha, text.slice(0, at) + other + text.slice(at + 1)).ok).toBe(false);
        expect(decodeVerifierKey(sha, text.slice(0, at)).ok).toBe(false);
      }
    }
  });

  it("any byte of a note turned, dropped or repeated is refused, or leaves no good signature of that key", async () => {
    const bytes = utf8(encodeNote(signedNote()));
    let tried = 0;
    for (let at = 0; at < bytes.length; at++) {
      const bends = [1, 2, 4, 8, 16, 32, 64, 128].map((bit) => bytes.with(at, (bytes[at] as number) ^ bit));
      bends.push(new Uint8Array([...bytes.slice(0, at), ...bytes.slice(at + 1)]));
      bends.push(new Uint8Array([...bytes.slice(0, at + 1), ...bytes.slice(at)]));
      for (const bent of bends) {
        const read = decodeNote(bent);
        tried++;
        if (!read.ok) continue;
        const both = (await holds(read.value, log.key)) && (await holds(read.value, witness.key));
        const same =
          read.value.text === checkpointText(checkpoint) && encodeNote(read.value) === encodeNote(signedNote());
        expect([at, both]).toEqual([at, same]);
        expect(same).toBe(false);
      }
    }
    expect(tried).toBe(bytes.length * 10);
  });

  it("a key of another name, kind or value finds no signature of its own", () => {
    const note = signedNote();
    expect(signatureOf(sha, note, log.key)).not.toBe(null);
    for (const other of [
      { ...log.key, name: "northmark.example/other" },
      { ...log.key, kind: "witness" as const },
      signerOf("log", log.key.name, 3).key,
    ])
      expect(signatureOf(sha, note, other)).toBe(null);
  });

  it("what is no note is refused", () => {
    for (const bad of [
      "",
      "text\n",
      "text\n\n",
      "text\n\nno dash AAAAAAA=\n",
      "text\n\n\u2014 name AAAA\n",
      "text\n\n\u2014 na+me AAAAAAA=\n",
      "text\n\n\u2014 name AAAAAAA=",
      "te\txt\n\n\u2014 name AAAAAAA=\n",
      "te\u0000xt\n\n\u2014 name AAAAAAA=\n",
      `text\n\n${"\u2014 name AAAAAAA=\n".repeat(33)}`,
    ])
      expect([bad, decodeNote(utf8(bad)).ok]).toEqual([bad, false]);
    expect(decodeNote(new Uint8Array([0xff, 0x0a, 0x0a])).ok).toBe(false);
    expect(decodeNote(new Uint8Array(300_000)).ok).toBe(false);
    expect(decodeNote(utf8("a\n\nb\n\n\u2014 name AAAAAAA=\n"))).toMatchObject({
      ok: true,
      value: { text: "a\n\nb\n" },
    });
  });
});

describe("reading is total", () => {
  it("any bytes, and any good text with bytes put in, are a value or an error", () => {
    const good = encodeNote(signedNote());
    const proof = encodeLogProof({ index: 0, path: [checkpoint.root], checkpoint: signedNote() });
    const cut = fc
      .tuple(fc.constantFrom(good, proof), fc.nat(), fc.nat(40), fc.uint8Array({ maxLength: 12 }))
      .map(([text, at, drop, put]) => {
        const bytes = utf8(text);
        const place = at % bytes.length;
        return new Uint8Array([...bytes.slice(0, place), ...put, ...bytes.slice(place + drop)]);
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), cut, fc.string().map(utf8)), (bytes) => {
        const note = decodeNote(bytes);
        if (note.ok) expect(utf8(encodeNote(note.value))).toEqual(new Uint8Array(bytes));
        const text = note.ok ? note.value.text : "";
        const read = decodeCheckpoint(text);
        if (read.ok) expect(text.startsWith(checkpointText(read.value))).toBe(true);
        const shown = decodeLogProof(bytes);
        if (shown.ok) expect(typeof holdsEntry(sha, shown.value, bytes)).toBe("boolean");
      }),
      { numRuns: 2000 },
    );
  });
});

describe("[LG7] checkpoints", () => {
  it("come back from their text, in one form", () => {
    expect(decodeCheckpoint(checkpointText(checkpoint))).toEqual({ ok: true, value: checkpoint });
    const root = base64(checkpoint.root);
    for (const bad of [
      "",
      `a\n7\n${root}`,
      `\n7\n${root}\n`,
      `a b\n7\n${root}\n`,
      `a\n07\n${root}\n`,
      `a\n-7\n${root}\n`,
      `a\n9999999999999999\n${root}\n`,
      `a\n7\n${root.slice(4)}\n`,
      `a\n7\n${root}\n\n`,
    ])
      expect([bad, decodeCheckpoint(bad).ok]).toEqual([bad, false]);
    expect(decodeCheckpoint(`a\n0\n${root}\nextension\n`)).toMatchObject({ ok: true, value: { size: 0 } });
    expect(() => checkpointText({ ...checkpoint, origin: "a b" })).toThrow(RangeError);
  });

  it("[LG8] a witness's signature holds for its time and that checkpoint alone", async () => {
    const note = signedNote();
    const found = checkpointSignature(sha, note, witness.key);
    expect(found?.at).toBe(1_789_000_000_000);
    expect(await holds(note, witness.key)).toBe(true);
    const other = checkpointText({ ...checkpoint, size: 8 });
    expect(await holds({ ...note, text: other }, witness.key)).toBe(false);
    const line = signatureOf(sha, note, witness.key);
    if (line === null) throw new Error("the witness has signed");
    const later = line.signature.with(7, (line.signature[7] as number) + 1);
    expect(await holds({ ...note, signatures: [{ ...line, signature: later }] }, witness.key)).toBe(false);
    const asLog = { ...line, signature: line.signature.slice(8) };
    expect(checkpointSignature(sha, { ...note, signatures: [asLog] }, witness.key)).toBe(null);
    const far = concat(new Uint8Array(8).fill(255), line.signature.slice(8));
    expect(checkpointSignature(sha, { ...note, signatures: [{ ...line, signature: far }] }, witness.key)).toBe(null);
  });
});

describe("[LG9] a proof in one file", () => {
  it("shows one entry to whoever has the keys, and no other entry", () => {
    const tree = growTree(sha);
    for (let i = 0; i < 20; i++) tree.append(leafHash(sha, new Uint8Array([i])));
    const note = signCheckpoint(sha, { origin: log.key.name, size: 20, root: tree.root() }, log.key, log.sign);
    const text = encodeLogProof({ index: 11, path: proveInclusion(sha, tree.node, 11, 20), checkpoint: note });
    const proof = certain(decodeLogProof(utf8(text)));
    expect(encodeLogProof(proof)).toBe(text);
    expect(holdsEntry(sha, proof, new Uint8Array([11]))).toBe(true);
    expect(holdsEntry(sha, proof, new Uint8Array([12]))).toBe(false);
    expect(holdsEntry(sha, { ...proof, index: 12 }, new Uint8Array([11]))).toBe(false);
    const withExtra = text.replace("\nindex", "\nextra AAAA\nindex");
    expect(certain(decodeLogProof(utf8(withExtra)))).toEqual(proof);
    const lines = text.split("\n");
    for (let drop = 0; drop < lines.length - 1; drop++) {
      const read = decodeLogProof(utf8(lines.toSpliced(drop, 1).join("\n")));
      expect([drop, read.ok && holdsEntry(sha, read.value, new Uint8Array([11]))]).toEqual([drop, false]);
    }
  });
});
