// What a listener on the wire learns from a call: a capture of every frame between two desks in networks of their own. Sound
// is of one size and one pace whether somebody speaks or not, nothing in clear says how loud it is, and relay-only shows
// neither desk the other's address. A call without Parley in the same capture shows that each of this could be seen.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeSpeech } from "./harness/camera.ts";
import { missingForNetwork, type Network, openNetwork } from "./harness/net.ts";
import { type DeskAt, type Parties, callAndAnswer, openDesk, startParties } from "./harness/parties.ts";
import { type Datagram, type RtpPacket, datagramsOf, readRtp } from "./harness/pcap.ts";
import { serversOf } from "./harness/twoDesks.ts";
import { negotiate, prepare } from "./relayCall.ts";

const missing = await missingForNetwork();
if (missing !== null) console.log(`not run: a capture needs a network of our own, and that needs ${missing}`);

type Call = { readonly parties: Parties; readonly caller: DeskAt; readonly callee: DeskAt };

async function callIn(
  network: Network,
  call: Record<string, unknown>,
  before: (parties: Parties) => Promise<unknown>,
): Promise<Call> {
  const parties = await startParties({ call }, serversOf(network));
  const audio = join(parties.folder, "speech.wav");
  await writeSpeech(audio);
  const desk = (of: "a" | "b", party: number, place: "caller" | "callee") =>
    openDesk(parties[of], party, parties, {
      devices: { kind: "files", video: join(parties.folder, `camera-${party}.y4m`), audio },
      namespace: network.namespace(place),
      names: { [parties[of].plan.host]: network.address("servers") },
    });
  const [caller, callee] = [await desk("a", 1, "caller"), await desk("b", 2, "callee")];
  await before(parties);
  await callAndAnswer(caller, callee);
  return { parties, caller, callee };
}

const closeCall = async ({ parties, caller, callee }: Call): Promise<void> => {
  await caller.browser.close();
  await callee.browser.close();
  await parties.close();
};

/** What goes over the wire while `during` runs. */
async function captured(network: Network, file: string, during: () => Promise<unknown>): Promise<readonly Datagram[]> {
  const { close } = await network.record(file);
  await during();
  await close();
  return datagramsOf(await readFile(file));
}

/** Loudness heard at these desks in half seconds, for a whole loop of speech and silence at least. */
async function listen(desks: readonly DeskAt[]): Promise<readonly (readonly number[])[]> {
  return Promise.all(
    desks.map(async ({ page }) => {
      const levels: number[] = [];
      for (let i = 0; i < 9; i++) levels.push((await page.evaluate(() => parleyMeter.hear(500))).level);
      return levels;
    }),
  );
}

/** The packets of each stream of that payload type, by who sends it. */
function streamsOf(datagrams: readonly Datagram[], payloadType: number): ReadonlyMap<string, readonly RtpPacket[]> {
  const streams = new Map<string, RtpPacket[]>();
  for (const { from, payload } of datagrams) {
    const packet = readRtp(payload);
    if (packet?.payloadType !== payloadType) continue;
    const name = `${from} ${packet.ssrc}`;
    streams.set(name, [...(streams.get(name) ?? []), packet]);
  }
  return streams;
}

const sizesOf = (packets: readonly RtpPacket[]): readonly number[] =>
  [...new Set(packets.map(({ size }) => size))].toSorted((a, b) => a - b);

/** Steps of the RTP time from packet to packet, each as often as its sequence moves on. */
const stepsOf = (packets: readonly RtpPacket[]): readonly number[] => {
  const steps = packets.slice(1).map((packet, i) => {
    const before = packets[i] ?? packet;
    return (packet.timestamp - before.timestamp) / (packet.sequence - before.sequence);
  });
  return [...new Set(steps)];
};

const opusIn = (sdp: string): number => Number(/^a=rtpmap:(\d+) opus\//m.exec(sdp)?.[1]);

/** The source that each of the four streams is named as of, in the order of media/streams.ts. */
const sourcesIn = (sdp: string): readonly string[] =>
  sdp.split(/^m=/m).flatMap((section) => /^a=msid:(\S+)/m.exec(section)?.[1] ?? []);

const extensionIds = (sdp: string, kind: string, uri: string): readonly number[] =>
  sdp
    .split(/^m=/m)
    .filter((section) => section.startsWith(kind))
    .flatMap((section) => [...section.matchAll(/^a=extmap:(\d+)\S* (\S+)/gm)])
    .filter(([, , name = ""]) => name.includes(uri))
    .map(([, id]) => Number(id));

describe.skipIf(missing !== null)("a capture of a call", () => {
  let network: Network;
  let call: Call;

  beforeAll(async () => {
    network = await openNetwork();
    call = await callIn(network, {}, () => Promise.resolve());
  }, 180_000);
  afterAll(async () => {
    if (call !== undefined) await closeCall(call);
    await network?.close();
  });

  it("[WR1] [WR2] [WR3] neither sizes nor pace nor headers of sound tell speech from silence", async () => {
    const { caller, callee, parties } = call;
    const desks = [caller, callee];
    const described = await Promise.all(desks.map(({ page }) => page.evaluate(() => parleyMeter.descriptions())));
    const descriptions = described.flat();
    expect(descriptions.length).toBe(2);
    for (const { local, remote } of descriptions) {
      expect(`${local}\n${remote}`).not.toMatch(/audio-level/);
      expect(remote).toMatch(/^a=fmtp:\d+ (?=.*\bcbr=1\b)(?=.*\busedtx=0\b).*$/m);
    }
    const payloadType = opusIn(descriptions[0]?.remote ?? "");

    // SFrame's header has its counter in two bytes from the 256th frame on: one length for the next 65,280.
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    let levels: readonly (readonly number[])[] = [];
    const datagrams = await captured(
      network,
      join(parties.folder, "call.pcap"),
      async () => (levels = await listen(desks)),
    );
    for (const heard of levels) {
      expect(Math.max(...heard)).toBeGreaterThan(0.01);
      expect(Math.min(...heard)).toBeLessThan(0.001);
    }
    const streams = streamsOf(datagrams, payloadType);
    expect(new Set([...streams.keys()].map((name) => name.split(" ")[0]))).toEqual(
      new Set([network.address("caller"), network.address("callee")]),
    );
    expect(streams.size).toBe(2);
    for (const [name, packets] of streams) {
      console.log(
        `${name}: ${packets.length} packets of sound, sizes ${sizesOf(packets).join()}, steps ${stepsOf(packets).join()}, ` +
          `extensions ${[...new Set(packets.flatMap(({ extensions }) => extensions))].join()}`,
      );
      expect(packets.length).toBeGreaterThan(200);
      expect(sizesOf(packets).length).toBe(1);
      expect(stepsOf(packets)).toEqual([960]);
    }

    // The control: the same microphones without Parley, in a capture beside.
    await prepare(caller.page, [], "all");
    await prepare(callee.page, [], "all");
    await negotiate(caller.page, callee.page);
    const offered = await caller.page.evaluate(() => window.relayCall.connection.currentRemoteDescription?.sdp ?? "");
    const [loudness] = extensionIds(offered, "audio", "ssrc-audio-level");
    const bare = await captured(network, join(parties.folder, "bare.pcap"), () => listen([caller]));
    const others = [...streamsOf(bare, opusIn(offered))].filter(([name]) => !streams.has(name));
    expect(others.length).toBe(2);
    for (const [name, packets] of others) {
      console.log(`${name}, without Parley: ${packets.length} packets, ${sizesOf(packets).length} sizes`);
      expect(sizesOf(packets).length).toBeGreaterThan(5);
      expect(packets.some(({ extensions }) => extensions.includes(loudness ?? Number.NaN))).toBe(true);
    }
    const direct = datagrams.filter(({ from, to }) => isBetweenDesks(network, from, to));
    expect(direct.length).toBeGreaterThan(1000);
  });

  it("[WR5] a person's sound and picture are named as of one source, a screen's as of another", async () => {
    const described = await call.caller.page.evaluate(() => parleyMeter.descriptions());
    for (const sdp of [described[0]?.local ?? "", described[0]?.remote ?? ""]) {
      const [mic, cam, screen, screenSound] = sourcesIn(sdp);
      expect(mic).toMatch(/[0-9a-f]{8}/);
      expect([cam, screenSound]).toEqual([mic, screen]);
      expect(screen).not.toBe(mic);
    }
  });
});

const isBetweenDesks = (network: Network, from: string, to: string): boolean => {
  const desks = [network.address("caller"), network.address("callee")];
  return desks.includes(from) && desks.includes(to);
};

const full = process.env["PARLEY_FULL"] !== undefined;
if (!full)
  console.log("relay-only is not captured in a reduced run; coturn.e2e.ts and turn.e2e.ts dump its candidates");

describe.skipIf(missing !== null || !full)("a capture of a call that shows no addresses", () => {
  it("[WR4] not one datagram goes from desk to desk, from before the ring on", async () => {
    const network = await openNetwork();
    try {
      const recordings: { readonly file: string; readonly close: () => Promise<void> }[] = [];
      const call = await callIn(network, { relayOnly: true }, async ({ folder }) => {
        const file = join(folder, "relayed.pcap");
        recordings.push({ file, ...(await network.record(file)) });
      });
      for (const { page } of [call.caller, call.callee])
        expect(await page.evaluate(() => parleyMeter.firstSight(30_000))).not.toBeNull();
      const [recording] = recordings;
      await recording?.close();
      const datagrams = datagramsOf(await readFile(recording?.file ?? ""));
      const between = datagrams.filter(({ from, to }) => isBetweenDesks(network, from, to));
      console.log(`relay-only: ${datagrams.length} datagrams on the wire, ${between.length} from desk to desk`);
      expect(datagrams.length).toBeGreaterThan(100);
      expect(between).toEqual([]);
      await closeCall(call);
    } finally {
      await network.close();
    }
  });
});
