// What a listener on the wire reads: UDP datagrams out of a pcap file as bench/net/wire.c writes them, and what an SRTP packet
// shows of itself in clear (RFC 3550 section 5.1, RFC 8285). Pure; whatever is cut short or of another kind is left out.

export type Datagram = { readonly from: string; readonly to: string; readonly payload: Uint8Array };

const headerBytes = 24;

/** Every UDP datagram over IPv4 in the file, in order; addresses without ports. */
export function datagramsOf(pcap: Uint8Array): readonly Datagram[] {
  const view = new DataView(pcap.buffer, pcap.byteOffset, pcap.byteLength);
  const found: Datagram[] = [];
  for (let at = headerBytes; at + 16 <= pcap.length;) {
    const length = view.getUint32(at + 8, true);
    const datagram = datagramIn(pcap.subarray(at + 16, at + 16 + length));
    if (datagram !== null) found.push(datagram);
    at += 16 + length;
  }
  return found;
}

function datagramIn(frame: Uint8Array): Datagram | null {
  if (frame.length < 42 || frame[12] !== 0x08 || frame[13] !== 0x00) return null;
  const ip = frame.subarray(14);
  const start = ((ip[0] ?? 0) & 15) * 4;
  if (ip[9] !== 17 || ip.length < start + 8) return null;
  const address = (at: number): string => ip.subarray(at, at + 4).join(".");
  const length = ((ip[start + 4] ?? 0) << 8) | (ip[start + 5] ?? 0);
  return { from: address(12), to: address(16), payload: ip.subarray(start + 8, start + length) };
}

export type RtpPacket = {
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  /** The ids of the header extensions that it carries. */
  readonly extensions: readonly number[];
  /** Bytes after header and extensions: sealed payload and SRTP's tag. */
  readonly size: number;
};

/** The packet, or null for what is not RTP: STUN, DTLS and RTCP on the same port (RFC 7983, RFC 5761 section 4). */
export function readRtp(bytes: Uint8Array): RtpPacket | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || bytes[0] === undefined || bytes[0] >> 6 !== 2) return null;
  const payloadType = view.getUint8(1) & 0x7f;
  if (payloadType >= 64 && payloadType < 96) return null;
  let at = 12 + (bytes[0] & 15) * 4;
  let extensions: readonly number[] = [];
  if ((bytes[0] & 0x10) !== 0) {
    if (bytes.length < at + 4) return null;
    const end = at + 4 + view.getUint16(at + 2) * 4;
    extensions = extensionsIn(bytes.subarray(at + 4, end), view.getUint16(at));
    at = end;
  }
  if (bytes.length < at) return null;
  const rest = { sequence: view.getUint16(2), timestamp: view.getUint32(4), ssrc: view.getUint32(8) };
  return { payloadType, ...rest, extensions, size: bytes.length - at };
}

function extensionsIn(bytes: Uint8Array, profile: number): readonly number[] {
  const ids: number[] = [];
  const short = profile === 0xbede;
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0;
    if (first === 0) {
      at++; // padding
    } else if (short) {
      ids.push(first >> 4);
      at += 2 + (first & 15);
    } else {
      ids.push(first);
      at += 2 + (bytes[at + 1] ?? 0);
    }
  }
  return ids;
}
