// Between the duty of calls, which thinks in text ids, and the payloads that stations exchange, which are bytes. Receipts
// are signed on the way out and verified on the way in: one that its sender did not sign is no receipt.
import { type Bytes, base64url, fromBase64url } from "@parley/base/bytes";
import { decode, encode } from "@parley/base/codec";
import { type Result, fail, ok } from "@parley/base/result";
import type { Instant, Ms } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, type LinkId, type PartyId, type TerminalId, idOf, idText } from "@parley/protocol/ids";
import { type CallPayload, callPayload, encodeReceipt, receiptLabel } from "@parley/protocol/peer/call";
import { labelled } from "@parley/protocol/signed/hash";
import type { FromPeer, ToPeer } from "../duty/calls/port.ts";
import { ownCall, ownLink, ownTerminal } from "./ownIds.ts";

/** Signs with our station key, as Ed25519. */
export type SignReceipt = (message: Bytes) => Bytes;
/** Whether the station key that the far party had at `at`, by its own clock, made `signature`. */
export type VerifyReceipt = (message: Bytes, signature: Bytes, at: Instant) => boolean;

const named = (it: { terminal: IdText; name: string }) => ({ terminal: ownTerminal(it.terminal), name: it.name });
const textNamed = (it: { terminal: TerminalId; name: string }) => ({ terminal: idText(it.terminal), name: it.name });

/** The payload for the other station; a signal's `body` that is not base64url is dropped as null. */
export function toPayload(
  message: ToPeer,
  linkText: IdText,
  us: PartyId,
  now: Instant,
  sign: SignReceipt,
): CallPayload | null {
  const link = ownLink(linkText);
  switch (message.type) {
    case "ring":
      return {
        type: "ring",
        call: ownCall(message.call),
        caller: named(message.caller),
        generations: message.generations,
      };
    case "receipt": {
      const receipt = {
        call: ownCall(message.call),
        link,
        by: us,
        kind: message.kind,
        terminal: message.terminal === null ? null : ownTerminal(message.terminal),
        at: now,
      };
      const signature = sign(labelled(receiptLabel, encodeReceipt(receipt)));
      const answerer = message.answerer === null ? null : named(message.answerer);
      return { type: "receipt", receipt, signature, generation: message.generation, answerer };
    }
    case "hangUp":
      return { type: "hangUp", call: ownCall(message.call), why: message.why };
    case "moved":
      return { type: "moved", call: ownCall(message.call), to: named(message.to) };
    case "signal": {
      const body = fromBase64url(message.body);
      const to = idOf<TerminalId>(message.to, 16);
      if (body === null || to === null) return null;
      return { type: "signal", call: ownCall(message.call), from: ownTerminal(message.from), to, body };
    }
  }
  return message satisfies never;
}

export const encodePayload = (payload: CallPayload): Bytes => encode(callPayload, payload);

/** What the far station said, and what of that is for the duty of calls; null where it is about the record alone. */
export type Heard = { readonly payload: CallPayload; readonly message: FromPeer | null };

/**
 * What the far station said on `link`, `spent` after it was written. A receipt must be about this link, by the party at
 * its far end, and signed by that party's station.
 */
export function decodeFromPeer(
  bytes: Bytes,
  link: LinkId,
  them: PartyId,
  spent: Ms,
  verify: VerifyReceipt,
): Result<Heard, ParleyError> {
  const read = decode(callPayload, bytes);
  if (!read.ok) return fail(problem("MESSAGE_MALFORMED", `${read.error.reason} at ${read.error.at}`));
  const message = decodeCallFromPeer(read.value, link, them, spent, verify);
  return message.ok ? ok({ payload: read.value, message: message.value }) : message;
}

/** The same of a payload that is decoded already. */
export function decodeCallFromPeer(
  payload: CallPayload,
  link: LinkId,
  them: PartyId,
  spent: Ms,
  verify: VerifyReceipt,
): Result<FromPeer | null, ParleyError> {
  switch (payload.type) {
    case "ring": {
      const { caller, generations } = payload;
      return ok({ type: "ring", call: idText(payload.call), caller: textNamed(caller), generations, spent });
    }
    case "receipt": {
      const { receipt, signature, generation, answerer } = payload;
      const own = idText(receipt.link) === idText(link) && idText(receipt.by) === idText(them);
      if (!own || !verify(labelled(receiptLabel, encodeReceipt(receipt)), signature, receipt.at)) {
        return fail(problem("SIGNATURE_INVALID", "receipt"));
      }
      return ok({
        type: "receipt",
        call: idText(receipt.call),
        kind: receipt.kind,
        terminal: receipt.terminal === null ? null : idText(receipt.terminal),
        generation,
        answerer: answerer === null ? null : textNamed(answerer),
      });
    }
    case "hangUp":
      return ok({ type: "hangUp", call: idText(payload.call), why: payload.why });
    case "moved":
      return ok({ type: "moved", call: idText(payload.call), to: textNamed(payload.to) });
    case "signal": {
      const { from, to, body } = payload;
      return ok({
        type: "signal",
        call: idText(payload.call),
        from: idText(from),
        to: idText(to),
        body: base64url(body),
      });
    }
    case "account":
    case "entry":
    case "countersigned":
    case "differs":
      return ok(null);
  }
  return payload satisfies never;
}
