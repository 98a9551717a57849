// What arrives at one desk from another in a call, as a model of cameras, codecs and ears; judged by packages/drill, for drills and
// for people's calls alike. Nothing is drawn: a part works, or it does not.
import type { Ms } from "@parley/base/time";
import { nothingSeen } from "@parley/drill/card";
import type { Evidence } from "@parley/drill/course";
import { sweepTones } from "@parley/drill/sweep";
import type { Equipment, Part } from "./equipment.ts";
import type { Seat } from "./front.ts";

/** Pictures a second, as the test card moves, and of a slow path. */
const usualRate = 12;
const slowRate = 2;
const packetsPerPicture = 6;
const soundPackets = 50;

/** Between `near` and `far`, after frames have flowed for `lasted`. */
export function evidenceOf(near: Seat, far: Seat, lasted: Ms, inDrill: boolean, equipment: Equipment): Evidence {
  // Whoever pressed Call or Answer has touched the page.
  const works = (seat: Seat, part: Part): boolean =>
    (part === "autoplay" && !inDrill) || equipment.works(seat.id, part, inDrill);
  const here = (part: Part): boolean => works(near, part);
  const there = (part: Part): boolean => works(far, part);
  const seconds = lasted / 1000;
  const sent = (goesOut: boolean, rate: number) => ({ packets: goesOut ? Math.ceil(seconds * rate) : 0, frames: 0 });
  const rate = there("pace") ? usualRate : slowRate;
  const arrives = there("encoder");
  const pictures = Math.floor(seconds * rate);
  const read = arrives && there("card") && here("decoder") ? pictures : 0;
  const tones = there("soundEncoder") && here("soundDecoder") && there("autoplay");
  return {
    hasPath: equipment.routeOf(near.station, far.station, inDrill) !== null,
    relays: equipment.relayOf(near.station, inDrill),
    seen:
      read === 0
        ? nothingSeen
        : { ...nothingSeen, read, gap: 1000 / rate, first: 0, last: { at: lasted, card: { sequence: read, at: 0 } } },
    heard: {
      bands: sweepTones.map((hz) => ({ hz, below: tones && (there("band") || hz < 2000) ? 3 : null, late: 0 })),
      began: null,
    },
    sounds: here("autoplay"),
    out: {
      picture: { ...sent(here("encoder"), usualRate * packetsPerPicture), frames: here("encoder") ? pictures : 0 },
      sound: sent(here("soundEncoder"), soundPackets),
    },
    in: {
      picture: {
        ...sent(arrives, rate * packetsPerPicture),
        frames: arrives ? pictures : 0,
        decoded: arrives && here("decoder") ? pictures : 0,
      },
      sound: sent(there("soundEncoder"), soundPackets),
    },
  };
}

/** What a desk says that it measured. */
export function numbersOf(evidence: Evidence, setUp: Ms | null, path: "none" | "direct" | "relay") {
  const { seen, heard, in: into, out } = evidence;
  return {
    setUp,
    roundTrip: 40_000,
    lost: 0,
    jitter: 1000,
    couldSend: 2_000_000,
    sent: out.picture.packets * 8000,
    received: into.picture.packets * 8000,
    codec: "model",
    path,
    pictures: seen.read,
    torn: seen.torn,
    gap: Math.round(seen.gap),
    greyError: seen.read === 0 ? null : seen.greyError,
    soundBehind: null,
    bands: [...heard.bands],
  };
}
