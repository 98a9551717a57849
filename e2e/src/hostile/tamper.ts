// Puts the party in the middle into a desk's browser and speaks to it: the frame worker that the station serves is answered
// from here, with tamper.worker.ts in front of the product's own bytes.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { securityHeaders } from "@parley/station/api/headers";
import { pageScript } from "../harness/pageScript.ts";
import type { Mode, Tampered } from "./attacks.ts";
import { type FromTamper, tamperChannel } from "./tamperWords.ts";

const assets = join(import.meta.dirname, "..", "..", "..", "apps", "terminal", "dist", "assets");

/** Every frame worker that pages of this browser start from now on has the party in the middle in it. */
export async function putInTheMiddle(context: BrowserContext): Promise<void> {
  const name = (await readdir(assets)).find((file) => file.startsWith("framesWorker-"));
  if (name === undefined) throw new Error("the terminal is not built");
  const product = await readFile(join(assets, name), "utf8");
  const body = `${await pageScript(join(import.meta.dirname, "tamper.worker.ts"))}\n${product}`;
  const headers = { ...securityHeaders, "content-type": "text/javascript" };
  await context.route(`**/assets/${name}`, (route) => route.fulfill({ headers, body }));
}

/** Sealed frames as numbers, since they cross between page and test as JSON. */
export type Recorded = Readonly<Record<Tampered, readonly (readonly number[])[]>>;
const nothing: Recorded = { mic: [], cam: [] };

type Answer = Omit<FromTamper, "frames"> & { readonly frames: Recorded };

const ask = (page: Page, what: "attack" | "stop" | "record", mode: Mode, given: Recorded): Promise<Answer> =>
  page.evaluate(
    async (order) => {
      const channel = new BroadcastChannel(order.channel);
      const answered = new Promise<FromTamper>((resolve, reject) => {
        channel.onmessage = ({ data }: MessageEvent<FromTamper>) => resolve(data);
        setTimeout(() => reject(new Error("nobody is in the middle")), 10_000);
      });
      const bytes = (frames: readonly (readonly number[])[]) => frames.map((frame) => new Uint8Array(frame));
      const handed = { mic: bytes(order.given.mic), cam: bytes(order.given.cam) };
      channel.postMessage({ do: order.what, mode: order.mode, given: handed });
      const { frames, ...rest } = await answered;
      channel.close();
      return { ...rest, frames: { mic: frames.mic.map((f) => [...f]), cam: frames.cam.map((f) => [...f]) } };
    },
    { channel: tamperChannel, what, mode, given },
  );

/** Sealed frames of the call that this desk is in, by which another call can be attacked. */
export const record = async (page: Page): Promise<Recorded> => (await ask(page, "record", "clear", nothing)).frames;

/** From now on every frame of microphone and camera is replaced. */
export const attack = (page: Page, mode: Mode, given = nothing): Promise<unknown> => ask(page, "attack", mode, given);

/** Lets frames pass again, and tells what was done. */
export const stop = (page: Page): Promise<Pick<FromTamper, "replaced" | "firstAt">> =>
  ask(page, "stop", "clear", nothing);
