// The four streams that one terminal sends another, in the order of their m-lines. Each has its own SFrame context, so
// that no relay can move a frame from one to another (RFC 9605 section 5.2: the context is part of the KID).

export const streams = ["mic", "cam", "screen", "screenSound"] as const;
export type Stream = (typeof streams)[number];

export const kindOf = (stream: Stream): "audio" | "video" =>
  stream === "mic" || stream === "screenSound" ? "audio" : "video";

/** What a stream shows or lets hear: a person or a screen. Streams of one source belong together in time. */
export const sourceOf = (stream: Stream): "person" | "screen" =>
  stream === "mic" || stream === "cam" ? "person" : "screen";

/** The SFrame context of each stream: the upper bits of its KIDs. */
export const contextOf: Readonly<Record<Stream, number>> = { mic: 0, cam: 1, screen: 4, screenSound: 5 };

/** The camera before the answer has a context of its own: it is kept sealed where it arrives until a person answers. */
export const earlyCamera = 6;

/** The stream whose frames have that context of the proof, if it is one. */
export const streamIn = (context: number): Stream | null =>
  context === earlyCamera ? "cam" : (streams.find((name) => contextOf[name] === context) ?? null);
