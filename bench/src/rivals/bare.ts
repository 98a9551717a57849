// The bare rival, driven: one pair of desks for all its modes.
import { type Caller, deskRoots, openDesks, type Place, pressAnswer, resetMeters } from "./caller.ts";
import { startRivalServer } from "./rivalServer.ts";
import type { BareMode, BareOptions } from "./rivalTypes.ts";

export type BareRival = {
  caller(mode: BareMode, options?: Partial<Pick<BareOptions, "codec" | "holdSize" | "ownPicture">>): Caller;
  close(): Promise<void>;
};

export async function startBare(place: Place): Promise<BareRival> {
  const server = await startRivalServer(place);
  const url = `${server.origin}/bare`;
  const desks = await openDesks(place, { caller: url, callee: url }, { secureOrigins: [server.origin] });
  const { caller, callee } = desks.pages;
  let calls = 0;
  return {
    caller: (mode, { codec = null, holdSize = false, ownPicture = false } = {}) => ({
      name: `bare ${mode}${codec === null ? "" : ` ${codec}`}${ownPicture ? " and self" : ""}`,
      pages: desks.pages,
      prepare: async () => {
        const options: BareOptions = { call: String(++calls), mode, size: place.size, codec, holdSize, ownPicture };
        await resetMeters(desks.pages);
        await Promise.all([
          caller.evaluate((o) => globalThis.bareRival.prepare("caller", o), options),
          callee.evaluate((o) => globalThis.bareRival.prepare("callee", o), options),
        ]);
      },
      press: () => pressAnswer(desks.pages),
      hangUp: async () => {
        await Promise.all([caller, callee].map((page) => page.evaluate(() => globalThis.bareRival.hangUp())));
      },
      roots: () => [...deskRoots(desks), server.pid],
    }),
    close: async () => {
      await desks.close();
      await server.close();
    },
  };
}
