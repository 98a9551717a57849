// call.cpu_360, call.cpu_720, call.cpu_vs_livekit: what ten seconds of a call cost, all processes of a rival counted, stations
// and relays included; beside bare WebRTC with the codec Parley chose. One rival's browsers run at a time.
import { large, small } from "@parley/e2e/src/harness/camera.ts";
import { pause, type Steady, watchCall } from "./callSteady.ts";
import { atMost, type Figure, notComparable, notMeasured } from "./figure.ts";
import { startBare } from "./rivals/bare.ts";
import type { Caller, Place } from "./rivals/caller.ts";
import { startLivekit } from "./rivals/livekit.ts";
import { type StartParley, startParleyRival } from "./rivals/parley.ts";
import { mean, median } from "./stats.ts";

/** From the answer until the estimate of the path has grown to what the picture wants, ms. */
const settling = 8_000;
const window = 10_000;
/** How a rival is named that shows each side its own picture too. */
const ownPictureToo = " and self";
const musts = { vsBare: 1.1, vsLivekit: 0.9 };
const aims = { vsBare: 1.05, vsLivekit: 0.8 };

type Row = { readonly name: string; readonly steady: Steady };

export async function measureCpu(
  place: Omit<Place, "size" | "readEvery">,
  start: StartParley | null,
  repeats: number,
): Promise<Figure[]> {
  if (process.platform !== "linux")
    return [notMeasured("call.cpu_360", "CPU is read from /proc", musts.vsBare, aims.vsBare)];
  const figures: Figure[] = [];
  for (const [id, size] of [["call.cpu_360", small] as const, ["call.cpu_720", large] as const]) {
    const rows: Row[] = [];
    // Reading every picture would cost each rival the same, and blur the ratio towards 1.
    const at: Place = { ...place, size, readEvery: 15 };
    for (let repeat = 0; repeat < repeats; repeat++) rows.push(...(await oneRound(at, start)));
    place.say(`\n${size.width}x${size.height}, ${repeats} rounds of ${window / 1000} s\n${cpuTable(rows)}`);
    figures.push(againstBare(id, rows));
    if (size === small) figures.push(againstLivekit(rows));
  }
  return figures;
}

/** Each rival's call in turn, each in browsers of its own that are gone before the next. */
async function oneRound(place: Place, start: StartParley | null): Promise<Row[]> {
  const rows: Row[] = [];
  if (start !== null) {
    const parley = await startParleyRival(place, start);
    rows.push(await closing(parley, () => watched(parley.caller)));
  }
  const chosen = rows[0]?.steady.picture.match(/video\/(\w+)/)?.[1] ?? null;
  const bare = await startBare(place);
  const codecs = chosen === null ? ["VP8", "VP9"] : [chosen];
  rows.push(
    ...(await closing(bare, async () => {
      const measured: Row[] = [];
      for (const codec of codecs)
        for (const ownPicture of [true, false])
          measured.push(await watched(bare.caller("warm", { codec, holdSize: true, ownPicture })));
      return measured;
    })),
  );
  const livekit = await startLivekit(place);
  if (livekit !== null)
    rows.push(
      await closing(livekit, () =>
        watched(livekit.caller("warm", { encoding: livekitEncoding(place), ownPicture: true })),
      ),
    );
  return rows;
}

/** LiveKit's own bitrate presets, at the 30 pictures a second that the others make: at its default 20 it would do less. */
const livekitEncoding = ({ size }: Place) => ({ maxBitrate: size === large ? 1_700_000 : 450_000, maxFramerate: 30 });

async function closing<T>(rival: { close(): Promise<void> }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await rival.close();
  }
}

async function watched(caller: Caller): Promise<Row> {
  await caller.prepare();
  await pause(1_000);
  await caller.press();
  await pause(settling);
  const steady = await watchCall(caller, window);
  await caller.hangUp();
  return { name: caller.name, steady };
}

const cpuOf = (rows: readonly Row[]): number => median(rows.map(({ steady }) => steady.cpu));
const sidesOf = (rows: readonly Row[]) => rows.flatMap(({ steady }) => [steady.sides.caller, steady.sides.callee]);
const fpsOf = (rows: readonly Row[]): number => mean(sidesOf(rows).map(({ fps }) => fps));
const picturesOf = (rows: readonly Row[]): string => [...new Set(rows.map(({ steady }) => steady.picture))].join(", ");

function againstBare(id: string, rows: readonly Row[]): Figure {
  const ours = rows.filter(({ name }) => name === "parley");
  // On the same screen: two pictures drawn on either side. The other row tells what our own picture costs.
  const bare = rows.filter(({ name }) => name.startsWith("bare") && name.endsWith(ownPictureToo));
  if (ours.length === 0) return notMeasured(id, "no Parley stations were given", musts.vsBare, aims.vsBare);
  const [mine, theirs] = [
    `${picturesOf(ours)} at ${fpsOf(ours).toFixed(1)}`,
    `${picturesOf(bare)} at ${fpsOf(bare).toFixed(1)}`,
  ];
  // Fewer or smaller pictures would pass for thrift.
  if (picturesOf(ours) !== picturesOf(bare) || fpsOf(ours) < 0.93 * fpsOf(bare))
    return notComparable(id, `${mine} a second against ${theirs}`, musts.vsBare, aims.vsBare);
  return atMost(id, cpuOf(ours) / cpuOf(bare), musts.vsBare, aims.vsBare, ours.length);
}

function againstLivekit(rows: readonly Row[]): Figure {
  const id = "call.cpu_vs_livekit";
  const ours = rows.filter(({ name }) => name === "parley");
  const livekit = rows.filter(({ name }) => name.startsWith("livekit"));
  if (ours.length === 0) return notMeasured(id, "no Parley stations were given", musts.vsLivekit, aims.vsLivekit);
  if (livekit.length === 0)
    return notMeasured(id, "no LiveKit server on this machine", musts.vsLivekit, aims.vsLivekit);
  return atMost(id, cpuOf(ours) / cpuOf(livekit), musts.vsLivekit, aims.vsLivekit, ours.length);
}

function cpuTable(rows: readonly Row[]): string {
  const names = [...new Set(rows.map(({ name }) => name))];
  const lines = names.map((name) => {
    const mine = rows.filter((row) => row.name === name);
    const sides = sidesOf(mine);
    const at = (pick: (side: (typeof sides)[number]) => number): string =>
      median(sides.map(pick)).toFixed(0).padStart(5);
    return (
      `${name.padEnd(24)} ${cpuOf(mine).toFixed(1).padStart(6)}  ${fpsOf(mine).toFixed(1).padStart(4)} ` +
      `${at((s) => s.kbps)}  ${at((s) => s.delay50)} ${at((s) => s.delay95)}    ${at((s) => s.sound50)} ${at((s) => s.sound50 - s.delay50)}  ${picturesOf(mine)}`
    );
  });
  return [`${"".padEnd(24)} CPU s/min  fps  kbps  glass to glass p50, p95 ms; mouth to ear, less glass`, ...lines].join(
    "\n",
  );
}
