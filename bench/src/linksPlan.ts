// What the processes of `bench -- links` agree on: names and keys by number (0 is the server), and what they tell each other.
import { createHash } from "node:crypto";
import type { LinkId, PartyId } from "@parley/protocol/ids";

const digest = (what: string, n: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash("sha256").update(`${what} ${n}`).digest());

export const seedOf = (n: number): Uint8Array<ArrayBuffer> => digest("seed", n);
export const partyOf = (n: number): PartyId => digest("party", n) as PartyId;
export const linkOf = (n: number): LinkId => digest("link", n).slice(0, 16) as LinkId;

export type Kind = "station" | "bare";

export type ServerPlan = {
  readonly kind: Kind;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly dataDir: string;
  /** Keys of the peers, in hex, from number 1. */
  readonly keys: readonly string[];
};

export type ToServer = { readonly type: "count" } | { readonly type: "memory" };
export type FromServer =
  | { readonly type: "listening"; readonly port: number }
  /** `cpu` is what the process has used, in milliseconds. */
  | { readonly type: "count"; readonly connected: number; readonly cpu: number }
  | { readonly type: "memory"; readonly rss: number; readonly heap: number; readonly connected: number };

export type ToPeers =
  | { readonly type: "make"; readonly count: number }
  | { readonly type: "connect"; readonly kind: Kind; readonly port: number; readonly from: number; readonly to: number }
  | { readonly type: "status" }
  | { readonly type: "drop" };
export type FromPeers =
  | { readonly type: "made"; readonly keys: readonly string[] }
  /** When each that is connected became so, in milliseconds since 1970, and how many dials failed so far after they were begun. */
  | { readonly type: "status"; readonly times: readonly number[]; readonly failed: number }
  | { readonly type: "dropped" };
