// Which network a caller comes from, for bounds that count callers: an IPv6 subscriber has a whole /64 of addresses
// (RFC 4291 section 2.5.1), and IPv4 callers of a dual-stack socket wear the mapped form (section 2.5.5.2).

/** The IPv4 address, or the /64 of the IPv6 address, as text; the same for all addresses of one network. */
export function networkOf(address: string): string {
  const bare = address.replace(/%.*$/, "").toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1];
  if (mapped !== undefined || !bare.includes(":")) return mapped ?? bare;
  const [before = "", after] = bare.split("::");
  const left = before === "" ? [] : before.split(":");
  const right = after === undefined || after === "" ? [] : after.split(":");
  const gap = after === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(gap).fill("0"), ...right];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
