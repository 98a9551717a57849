// A party that was cut off is a stranger at once (ID22): whatever is open with it ends here, relayed paths included, and its
// links go. Asked when a party is cut off and at every start, since the process may die in between; running twice does no harm.
import { type Clock, type Ms, seconds } from "@parley/base/time";
import { type Line, openCall } from "@parley/call/state";
import type { IdText } from "@parley/protocol/ids";
import type { Pin } from "@parley/protocol/signed/pin";
import type { CallsRun } from "./callsRun.ts";
import type { LinksRun } from "./linksRun.ts";
import type { Writer } from "./writer.ts";

export type StrangersOptions = {
  readonly clock: Clock;
  readonly writer: Writer;
  readonly links: LinksRun;
  readonly calls: CallsRun;
  readonly pinOf: (party: IdText) => Pin | null;
  /** Ends every relayed path of a terminal of ours. */
  readonly unrelay: (terminal: IdText) => void;
};

/** How long the connection stays for the word that the call is over, so that nobody over there sits in an empty room. */
const lastWordWithin: Ms = seconds(1);

export async function turnAwayStrangers(options: StrangersOptions): Promise<void> {
  const { clock, writer, links, calls, pinOf } = options;
  for (const { link } of links.all().filter(({ party }) => pinOf(party) === null)) {
    const line = calls.state().links[link]?.line;
    if (line !== undefined && openCall(line) !== null) {
      const ours = seatsOf(line);
      await calls.command({ from: "cutOff", link });
      for (const terminal of ours) options.unrelay(terminal);
    }
    clock.wait(lastWordWithin, () => void writer.write((tx, after) => links.drop(tx, after, link)));
  }
}

/** Our terminals that take part in the line's call. */
function seatsOf(line: Line): readonly IdText[] {
  if (line.at === "idle" || line.at === "ended") return [];
  return "ours" in line ? [line.ours] : line.desks;
}
