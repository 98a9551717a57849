// The numbers of the STUN and TURN attributes this relay reads or writes (RFC 8489 section 18.3, RFC 8656 section 18).

export const attributeType = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedAddressFamily: 0x0017,
  evenPort: 0x0018,
  requestedTransport: 0x0019,
  messageIntegritySha256: 0x001c,
  xorMappedAddress: 0x0020,
  reservationToken: 0x0022,
  additionalAddressFamily: 0x8000,
  addressErrorCode: 0x8001,
  fingerprint: 0x8028,
} as const;

export type AttributeName = keyof typeof attributeType;

const known: ReadonlySet<number> = new Set(Object.values(attributeType));

/**
 * True for an attribute that must be understood and is not (RFC 8489 section 14). DONT-FRAGMENT is one of them: this
 * platform cannot set the bit, and RFC 8656 section 7.2 has such a server treat it as unknown.
 */
export const mustRefuse = (type: number): boolean => type < 0x8000 && !known.has(type);
