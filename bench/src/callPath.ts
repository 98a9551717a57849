// call.rtt50: the same as call.vs_livekit with 50 ms of round trip between all hosts, and again with 3 % loss on top. The two
// desks and the servers (Parley's stations, LiveKit, signalling) each sit in a namespace of their own; the worse of both counts.
import { missingForNetwork, openNetwork, type Shape } from "@parley/e2e/src/harness/net.ts";
import { seriesTable } from "./callSeries.ts";
import { compare, runRivals } from "./callSetup.ts";
import { type Figure, notMeasured } from "./figure.ts";
import type { Place } from "./rivals/caller.ts";
import type { StartParley } from "./rivals/parley.ts";

const [id, must, aim] = ["call.rtt50", 0.35, 0.25] as const;

const paths: readonly { readonly name: string; readonly shape: Shape }[] = [
  { name: "50 ms round trip", shape: { delayMs: 25 } },
  { name: "50 ms round trip, 3 % loss", shape: { delayMs: 25, loss: 0.03 } },
];

export async function measurePath(
  place: Omit<Place, "network">,
  start: StartParley | null,
  calls: number,
): Promise<Figure> {
  const missing = await missingForNetwork();
  if (missing !== null) return notMeasured(id, `a network of our own needs ${missing}`, must, aim);
  const figures: Figure[] = [];
  for (const { name, shape } of paths) {
    const network = await openNetwork();
    try {
      await network.shape("all", "all", shape);
      const series = await runRivals({ ...place, network }, start, ({ bare, livekit, parley }) => [
        ...(parley === null ? [] : [{ caller: parley, calls }]),
        { caller: bare.caller("warm"), calls },
        { caller: bare.caller("hot"), calls },
        ...(livekit === null ? [] : [{ caller: livekit.caller("warm"), calls }]),
      ]);
      place.say(`\n${name}\n${seriesTable(series)}`);
      figures.push(compare(id, series, "livekit warm", (s) => s.both, 0.5, must, aim, place.say));
    } finally {
      await network.close();
    }
  }
  const worst = figures.toSorted((a, b) => worth(b) - worth(a))[0];
  return worst ?? notMeasured(id, "no path was tried", must, aim);
}

/** What was not measured is worse than any number. */
const worth = ({ value }: Figure): number => (typeof value === "number" ? value : Number.POSITIVE_INFINITY);
