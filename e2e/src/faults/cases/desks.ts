// What goes wrong at a desk and in its browser, and with what goes between two of them: a drill finds it.
import { suspend } from "../../harness/processTree.ts";
import { attack } from "../../hostile/tamper.ts";
import { once } from "../acts.ts";
import type { Case, DeskWorld } from "../case.ts";
import { tools, untilDesks } from "../desks.ts";
import type { Expected } from "../said.ts";
import type { Undo } from "../world.ts";

const ofDesk = (mode: number, code: string, how: string, inject: Case<DeskWorld>["inject"]): Case<DeskWorld> => ({
  mode,
  how,
  guilty: "b",
  asks: "drill",
  expects: bySides(code),
  inject,
});

const bySides = (code: string): readonly Expected[] => [
  { at: "a", of: "b", by: "drill", code },
  { at: "b", of: "a", by: "drill", code },
];

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The desk of b that stands there now leaves its page; the same page is opened again. */
async function left({ desks, sites }: DeskWorld): Promise<Undo> {
  const { page } = desks.at.b;
  const url = page.url();
  await page.goto("about:blank");
  await untilDesks(sites.b, false);
  return once(async () => {
    await page.goto(url);
    await page.waitForSelector("[data-act=call]");
  });
}

/** What the desk kept in its browser is gone, as a browser throws it away that nobody uses; enrolled anew afterwards. */
async function purged({ desks, sites }: DeskWorld): Promise<Undo> {
  const { page } = desks.at.b;
  const session = await tools(desks.at.b);
  const { origin } = new URL(page.url());
  await page.goto("about:blank");
  await session.send("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
  await page.goto(`${origin}/desk`);
  await untilDesks(sites.b, false);
  return once(async () => {
    const { address } = await sites.b.party.ask<{ address: string }>({ do: "handOut", role: "desk", name: "Desk 2" });
    // From the desk's own address to this one is no way that loads a page anew.
    await page.goto("about:blank");
    await page.goto(address);
    await page.waitForSelector("[data-act=call]");
  });
}

/** Everything of b's browser stands still, as where the machine sleeps. */
async function asleep({ desks }: DeskWorld): Promise<Undo> {
  const { pid } = desks.at.b.browser;
  if (pid === null) throw new Error("a browser without a process");
  const wake = await suspend(pid);
  return once(async () => wake());
}

/** Whoever stands between changes a bit of each of a's frames, in every call that there is until it stops. */
async function tampered({ desks }: DeskWorld): Promise<Undo> {
  let going = true;
  const again = async (): Promise<void> => {
    while (going) {
      void attack(desks.at.a.page, "bitFlip").catch(() => undefined);
      await pause(1000);
    }
  };
  const ended = again();
  return once(async () => {
    going = false;
    await ended;
  });
}

/** A page that nobody has touched since its browser was started, in one that lets only touched pages sound. */
async function untouched(world: DeskWorld): Promise<Undo> {
  const undo = await world.desks.other("b", { args: ["--autoplay-policy=document-user-activation-required"] });
  const { browser, page } = world.desks.at.b;
  const fresh = await browser.context.newPage();
  await fresh.goto(new URL("/desk", page.url()).href);
  await pause(3000);
  return undo;
}

export const desks: readonly Case<DeskWorld>[] = [
  ofDesk(29, "noTerminal", "the page of b's desk was closed", left),
  ofDesk(28, "noTerminal", "the browser of b's desk threw away what the page had kept", purged),
  ofDesk(29, "notAnswered", "the machine of b's desk sleeps: its browser is there and stands still", asleep),
  ofDesk(
    30,
    "soundBlocked",
    "the browser of b's desk lets no page sound that nobody touched, and nobody has",
    untouched,
  ),
  ofDesk(18, "noFrames", "b's browser came back from its update without what frames are sealed in", ({ desks: it }) =>
    it.other("b", { args: ["--disable-blink-features=RTCRtpScriptTransform"] }),
  ),
  {
    mode: 48,
    how: "whoever relays a's frames to b changes a bit of each",
    guilty: "between",
    asks: "drill",
    expects: bySides("forgedFrames"),
    inject: tampered,
  },
];
