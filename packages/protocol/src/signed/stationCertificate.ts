// The root's signature on a station key. It has no date of death, only revocation, so that an idle link waits for no
// person to renew it; and it wins over whatever the station keys themselves have signed since (rules ID9, ID10).
import { type Codec, type Of, struct, uint32, uint8 } from "@parley/base/codec";
import { partyId } from "../ids.ts";
import { signedInstant } from "./fields.ts";
import { type Digest, digest, hashOf } from "./hash.ts";
import { labels } from "./labels.ts";
import { type HybridKey, type HybridSigner, type Signed, checkOf, hybridKey, sign, signed } from "./signature.ts";

export const stationCertificate = struct({
  party: partyId,
  /** The generation of the root that signs. */
  generation: uint8,
  /** Counts the station certificates of this root, from 1; the higher one holds. */
  serial: uint32,
  key: hybridKey,
  /** keyIdOf the key after this one. */
  nextKey: digest,
  issued: signedInstant,
});
export type StationCertificate = Of<typeof stationCertificate>;

export type SignedStationCertificate = Signed<StationCertificate>;
export const signedStationCertificate: Codec<SignedStationCertificate> = signed(stationCertificate);

export const signStationCertificate = (body: StationCertificate, root: HybridSigner): SignedStationCertificate =>
  sign(labels.stationCertificate, stationCertificate, body, root);

/** Names what a certificate says; the same words signed twice are one certificate. */
export const stationCertificateHash = (it: SignedStationCertificate): Digest =>
  hashOf(labels.stationCertificate, stationCertificate, it.body);

export const checkStationCertificate = (it: SignedStationCertificate, root: HybridKey) =>
  checkOf(labels.stationCertificate, stationCertificate, it, root);
