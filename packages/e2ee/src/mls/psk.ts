// The link's secret in a call's keys: the pre-shared key of one call (RFC 9420 section 8.4) and the step from one
// generation of the link secret to the next. Stations hold link_n; a terminal is handed the PSK of its call and nothing
// that opens another. Bound to HKDF-SHA-512 (RFC 5869); labels are ASCII.
import { type Bytes, concat, utf8 } from "@parley/base/bytes";
import { type Of, decode, encode, struct, uint32 } from "@parley/base/codec";
import { type CallId, type LinkId, callId, linkId } from "@parley/protocol/ids";
import { hkdfSha512 } from "./suite.ts";

/** Length of link secrets and PSKs, bytes. */
export const linkSecretBytes = 32;

const noSalt: Bytes = new Uint8Array(0);

const pskName = struct({ link: linkId, generation: uint32, call: callId });

/** Which secret a PSK was made from: link || n || call, 36 bytes, the external PSK id of the group. */
export type PskName = Of<typeof pskName>;

export const encodePskName = (name: PskName): Bytes => encode(pskName, name);

/** The name that a PSK id spells, or null. */
export function readPskName(id: Uint8Array): PskName | null {
  const read = decode(pskName, id);
  return read.ok ? read.value : null;
}

/** The PSK of one call under its id. `secret` is the caller's to zero. */
export type CallPsk = { readonly id: Bytes; readonly secret: Bytes };

/** `HKDF(salt, secret, info)`, 32 bytes; what lies between is zeroed. */
function derive(salt: Uint8Array, secret: Uint8Array, info: Bytes): Bytes {
  const prk = hkdfSha512.extract(salt, secret);
  const derived = hkdfSha512.expand(prk, info, linkSecretBytes);
  prk.fill(0);
  return derived;
}

/** `psk = HKDF(link_n, "parley call" || call_id)`, 32 bytes. */
export function callPsk(linkSecret: Uint8Array, name: PskName): CallPsk {
  return { id: encodePskName(name), secret: derive(noSalt, linkSecret, concat(utf8("parley call"), name.call)) };
}

/** The exporter label of the secret that moves a link on; its context is the call id, its length 32. */
export const linkExporterLabel = "parley link v1";

/**
 * `link_{n+1} = HKDF(link_n, exported)`, where `exported` is the group's exporter secret under `linkExporterLabel` from the
 * first epoch that held both parties (a later one may differ between the sides after a crash). Both stations compute it
 * from what their own terminal exported.
 */
export function nextLinkSecret(linkSecret: Uint8Array, exported: Uint8Array): Bytes {
  return derive(linkSecret, exported, utf8("parley link next"));
}

/** What two stations compare and both sign: a commitment to a link secret, HKDF under a label of its own, 32 bytes. */
export function linkSecretHash(linkSecret: Uint8Array, link: LinkId, generation: number): Bytes {
  return derive(noSalt, linkSecret, concat(utf8("parley link hash"), link, encode(uint32, generation)));
}

/** Proof of holding link_n, made by one side for the other: `side` is 0 from the calling party, 1 from the called. */
export function linkConfirmation(linkSecret: Uint8Array, call: CallId, generation: number, side: 0 | 1): Bytes {
  const info = concat(utf8("parley link confirm"), call, encode(uint32, generation), new Uint8Array([side]));
  return derive(noSalt, linkSecret, info);
}
