// Which devices a person chose at this terminal, and which are used in their place while one of them is not there. Pure.

/** `speaker` carries the call, `ringer` the ring. */
export const deviceKinds = ["camera", "microphone", "speaker", "ringer"] as const;
export type DeviceKind = (typeof deviceKinds)[number];

/** The chosen device of each kind, by the browser's id for it; null is the system's own, and for the ring every loudspeaker. */
export type Chosen = Readonly<Record<DeviceKind, string | null>>;

export const noChoice: Chosen = { camera: null, microphone: null, speaker: null, ringer: null };

/** Longest id that is read back; browsers use 64 characters. */
const maxId = 256;

/** The choices as they are kept between visits. */
export const writeChosen = (chosen: Chosen): string => JSON.stringify(chosen);

/** What `writeChosen` wrote; whatever else is found there counts as no choice. */
export function readChosen(text: string | null): Chosen {
  let kept: unknown = null;
  try {
    kept = JSON.parse(text ?? "null");
  } catch {
    return noChoice;
  }
  if (typeof kept !== "object" || kept === null) return noChoice;
  const found: Readonly<Record<string, unknown>> = { ...kept };
  const of = (kind: DeviceKind): string | null => {
    const id = found[kind];
    return typeof id === "string" && id !== "" && id.length <= maxId ? id : null;
  };
  return { camera: of("camera"), microphone: of("microphone"), speaker: of("speaker"), ringer: of("ringer") };
}

type Seen = { readonly kind: string; readonly id: string };

/** Chromium lists the system's own loudspeaker once more under these names. */
const again: ReadonlySet<string> = new Set(["", "default", "communications"]);

/** The loudspeaker of a call: the chosen one while it is plugged in, else null, the system's own. */
export function speakerNow({ speaker }: Chosen, found: readonly Seen[]): string | null {
  return found.some(({ kind, id }) => kind === "speaker" && id === speaker) ? speaker : null;
}

/** The loudspeakers of a ring: the chosen one while it is plugged in, else every one there is, so that no ring is silent. */
export function ringersNow({ ringer }: Chosen, found: readonly Seen[]): readonly string[] {
  const all = found.filter(({ kind, id }) => kind === "speaker" && !again.has(id)).map(({ id }) => id);
  if (ringer !== null && found.some(({ kind, id }) => kind === "speaker" && id === ringer)) return [ringer];
  return all.length === 0 ? [""] : all;
}
