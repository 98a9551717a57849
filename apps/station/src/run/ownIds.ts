// Ids of our own state, back from text to bytes. They were written by this program, so one that cannot be read is a bug: it throws.
import type { Bytes } from "@parley/base/bytes";
import { type CallId, type IdText, type LinkId, type TerminalId, idOf } from "@parley/protocol/ids";

function known<T extends Bytes>(text: IdText): T {
  const id = idOf<T>(text, 16);
  if (id === null) throw new Error(`${text} is not an id of ours`);
  return id;
}

export const ownLink = (text: IdText): LinkId => known<LinkId>(text);
export const ownCall = (text: IdText): CallId => known<CallId>(text);
export const ownTerminal = (text: IdText): TerminalId => known<TerminalId>(text);
