// Whom the relay may speak to. A relay stands inside a network and does what strangers' browsers ask, so everything that is
// not the public Internet is denied (RFC 6890 and its registries, RFC 8656 section 21.2) unless a setting names it.
// IPv6 is denied by default and opened for 2000::/3 alone, which is all that IANA has given out.
// Own relayed addresses are the exception: both ends of a call may use this relay. They are reached inside the process
// only and only where a relay lives, so that "127.0.0.1" as a relay's address never opens the machine's other ports.
import { addressBytes } from "./address.ts";

/** A range of addresses: the first `length` bits of `bytes`. */
export type Range = { readonly bytes: Uint8Array; readonly length: number };

/** How far an address is reached: as any peer, only as another relay of ours, or not at all. */
export type Reach = "peer" | "ownRelay" | "denied";

/** The range of a text like "10.0.0.0/8" or "::1/128", or of a single address; null when it is none. */
export function rangeOf(text: string): Range | null {
  const [address = "", bits, ...more] = text.split("/");
  const bytes = addressBytes(address);
  if (bytes === null || more.length > 0) return null;
  const length = bits === undefined ? bytes.length * 8 : /^[0-9]{1,3}$/.test(bits) ? Number(bits) : -1;
  return length >= 0 && length <= bytes.length * 8 ? { bytes, length } : null;
}

export function contains(range: Range, address: Uint8Array): boolean {
  if (range.bytes.length !== address.length) return false;
  const whole = range.length >> 3;
  for (let i = 0; i < whole; i++) if (range.bytes[i] !== address[i]) return false;
  const rest = range.length & 7;
  return rest === 0 || ((range.bytes[whole] as number) ^ (address[whole] as number)) >> (8 - rest) === 0;
}

function table(texts: string): readonly Range[] {
  return texts.split(" ").map((text) => {
    const range = rangeOf(text);
    if (range === null) throw new Error(`${text} is not a range`);
    return range;
  });
}

/** What is not globally reachable in the IANA IPv4 Special-Purpose Address Registry, multicast, and the retired 6to4 anycast. */
const reservedIpv4 = table(
  "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 " +
    "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4",
);
const globalIpv6 = table("2000::/3");
/** Inside 2000::/3: IETF protocol assignments with Teredo and ORCHID, documentation twice, and 6to4, which leads to IPv4. */
const reservedIpv6 = table("2001::/23 2001:db8::/32 2002::/16 3fff::/20");
/** Where 16 bytes end in an IPv4 address that the packet would reach: mapped (RFC 4291) and NAT64 (RFC 6052). */
const embedding = table("::ffff:0:0/96 64:ff9b::/96");

const within = (ranges: readonly Range[], address: Uint8Array) => ranges.some((range) => contains(range, address));

/** True for every address that is not a unicast address of the public Internet. */
export function isReserved(address: Uint8Array): boolean {
  if (address.length === 4) return within(reservedIpv4, address);
  return !within(globalIpv6, address) || within(reservedIpv6, address);
}

export type Policy = {
  /** From the setting `allowPeers`: reachable although reserved. */
  readonly allowed: readonly Range[];
  /** The relayed addresses that this relay gives out, in canonical text. */
  readonly own: ReadonlySet<string>;
};

/**
 * Decides on one peer address in canonical text. An IPv6 range in `allowed` opens no IPv4 address by the back door:
 * one that embeds IPv4 must have that allowed too.
 */
export function decideReach(policy: Policy, text: string): Reach {
  const address = addressBytes(text);
  if (address === null) return "denied";
  const embedded = address.length === 16 && within(embedding, address) ? address.slice(12) : null;
  const listed =
    within(policy.allowed, address) && (embedded === null || within(policy.allowed, embedded) || !isReserved(embedded));
  if (listed) return "peer";
  if (policy.own.has(text)) return "ownRelay";
  return isReserved(address) ? "denied" : "peer";
}
