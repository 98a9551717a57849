// How a terminal proves itself to its station and how a browser becomes a terminal. The key never leaves the browser:
// the station sees its public half and a signature over a challenge of its own.
import { z } from "zod/v4";
import { maxNameBytes } from "../limits.ts";
import { bytesText, id16, id32 } from "./call.ts";

/** Domain label of the signature by which a terminal answers a challenge: label, zero byte, 32 bytes of challenge, origin. */
export const helloLabel = "parley terminal hello v1";

const name = z.string().min(1).max(maxNameBytes);

/** `rehearser`: the station's own browser, for drills while no desk is open. */
export const roles = ["desk", "console", "rehearser"] as const;
export type Role = (typeof roles)[number];

export const sessionFromTerminal = [
  z.object({ type: z.literal("hello"), terminal: id16, signature: bytesText(64) }),
  /** A browser that has no terminal yet, with the one-time code it was opened with: a signed terminal request (signed/terminalCertificate) over the challenge. */
  z.object({ type: z.literal("enrol"), code: z.string().max(64), request: bytesText(1024) }),
  /** The same for a terminal whose credential is due, when the station asks for it. */
  z.object({ type: z.literal("renew"), request: bytesText(1024) }),
] as const;

const linksSchema = z
  .array(
    z.object({
      link: id16,
      party: id32,
      name,
      zone: z.string().max(64),
      place: name,
      since: z.number().int(),
      /** When the last answered call on it began, or null. */
      used: z.number().int().nullable(),
      reachable: z.object({ up: z.boolean(), since: z.number().int() }),
      /** Whether calls may use its secret; see docs/spec/rekey.md. An older station does not say. */
      secret: z.enum(["good", "mustRekey", "wordsDue"]).default("good"),
      /** Whose record contradicts what was signed, since when, if that stops the link. An older station does not say. */
      stopped: z
        .object({ whose: z.enum(["ours", "theirs"]), since: z.number().int() })
        .nullable()
        .default(null),
    }),
  )
  .max(200);

export const sessionToTerminal = [
  /** The links have changed: one more, one less, or one whose station came or went. */
  z.object({ type: z.literal("links"), links: linksSchema }),
  z.object({ type: z.literal("challenge"), challenge: bytesText(32), party: id32, name }),
  z.object({
    type: z.literal("welcome"),
    terminal: id16,
    name,
    role: z.enum(roles),
    party: z.object({ id: id32, name, zone: z.string().max(64), place: name }),
    /** This terminal's own chain, as it presents it to others. */
    chain: bytesText(16 * 1024),
    links: linksSchema,
    now: z.number().int(),
  }),
  /** The code was right; a duty officer has yet to approve. `compare` is shown on both screens. */
  z.object({ type: z.literal("waiting"), terminal: id16, compare: z.string().max(40) }),
  /** An officer has joined in this browser, which may become a console with this code, approved by that officer. */
  z.object({ type: z.literal("enrolHere"), code: z.string().max(64) }),
  /** The terminal's credential is due, or was renewed: sign a request over `nonce`. */
  z.object({ type: z.literal("renewalDue"), nonce: bytesText(32) }),
  z.object({ type: z.literal("renewed"), chain: bytesText(16 * 1024) }),
  /** This browser is a terminal now: it may answer the challenge. */
  z.object({ type: z.literal("enrolled"), terminal: id16 }),
  z.object({
    type: z.literal("refused"),
    code: z.string().max(64),
    say: z.string().max(300),
    cure: z.string().max(300),
  }),
] as const;
