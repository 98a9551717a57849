// Inside the attacked desk's page, before its own scripts: what its frame worker counted, and when a sentence of alarm was
// first on the screen. It reads what the product posts and shows, and changes nothing.
import type { FromFrames, StreamStats } from "@parley/e2ee/worker/messages";

export type Seen = { readonly at: number; readonly text: string };

type Witness = {
  /** The frame worker's newest counts. */
  streams: readonly StreamStats[];
  /** Sentences of alarm since the last `forget`, each with the moment it was first shown. */
  alarms: Seen[];
  /** The desk's states since then, each with the moment it began. */
  states: Seen[];
  forget(): void;
};

declare global {
  var parleyWitness: Witness;
}

const now = (): number => performance.timeOrigin + performance.now();

const witness: Witness = {
  streams: [],
  alarms: [],
  states: [],
  forget: () => {
    witness.alarms = [];
    witness.states = [];
  },
};
globalThis.parleyWitness = witness;

globalThis.Worker = class extends Worker {
  constructor(url: string | URL, options?: WorkerOptions) {
    super(url, options);
    this.addEventListener("message", ({ data }: MessageEvent<FromFrames>) => {
      if (data.type === "stats") witness.streams = data.streams;
    });
  }
};

new MutationObserver(() => {
  const at = now();
  for (const { textContent } of document.querySelectorAll("p.alarm")) {
    const text = textContent.trim();
    if (!witness.alarms.some((seen) => seen.text === text)) witness.alarms.push({ at, text });
  }
  const state = document.querySelector<HTMLElement>("main.desk")?.dataset["at"];
  if (state !== undefined && witness.states.at(-1)?.text !== state) witness.states.push({ at, text: state });
}).observe(document, {
  childList: true,
  subtree: true,
  characterData: true,
  attributes: true,
  attributeFilter: ["data-at"],
});
