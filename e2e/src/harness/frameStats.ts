// What the frame workers of a desk's calls count, as they tell the page: frames sealed, opened, and dropped with the reason.
import type { Page } from "playwright-core";
import type { FromFrames, StreamStats } from "@parley/e2ee/worker/messages";

declare global {
  interface Window {
    frameStats: readonly StreamStats[];
  }
}

/** Listens to the workers that `page` starts from now on; to be called before it opens its address. */
export const watchFrames = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    window.frameStats = [];
    globalThis.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        this.addEventListener("message", ({ data }: MessageEvent<FromFrames>) => {
          if (data.type === "stats") window.frameStats = data.streams;
        });
      }
    };
  });

/** The newest counts of each stream; a desk in a call asks for them several times a second. */
export const framesOf = (page: Page): Promise<readonly StreamStats[]> => page.evaluate(() => window.frameStats);
