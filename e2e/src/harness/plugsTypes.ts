// What a test asks of the plug board in a page (plugs.page.ts).

/** An element of the page's own sounds that plays now: its loudspeaker ("" is the system's own) and how loud it is, 0 to 1. */
export type Sounding = { readonly speaker: string; readonly level: number };

export type Plugs = {
  /** Pulls devices out: "camera-1", "camera-2", "microphone-1", "microphone-2". */
  pull(...ids: string[]): void;
  plug(...ids: string[]): void;
  /** From now on the browser refuses that kind with this exception; null lets it again. */
  refuse(kind: "camera" | "microphone", name: string | null): void;
  /** The devices whose tracks are live now. */
  live(): readonly string[];
  /** Every device that was opened, in order. */
  opened(): readonly string[];
  /** How many locks hold the screen awake now. */
  awake(): number;
  /** How many elements play sounds of the page's own now; asked without sound of its own, which a silent page could not make. */
  playing(): number;
  /** What the page's own sounds are, over so many milliseconds. */
  sounding(listen: number): Promise<readonly Sounding[]>;
};

declare global {
  // `var` is what puts a name on globalThis.
  var parleyPlugs: Plugs;
  /** What is pulled out from the beginning. */
  var parleyPulled: readonly string[];
}
