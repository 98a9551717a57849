// A TURN URI (RFC 7065) taken apart: where a relay is, and over what.
import type { RelayPlace } from "./wire.ts";

/** Null where it is none. */
export function placeOf(url: string): RelayPlace | null {
  const parts = /^(turns?):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(udp|tcp))?$/.exec(url);
  if (parts === null) return null;
  const [, scheme, host = "", port, transport] = parts;
  const secure = scheme === "turns";
  return {
    transport: secure ? "tls" : transport === "tcp" ? "tcp" : "udp",
    host: host.replace(/^\[|\]$/g, ""),
    port: Number(port ?? (secure ? 5349 : 3478)),
  };
}
