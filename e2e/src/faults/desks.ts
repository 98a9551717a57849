// The desks of a run: one of a's and one of b's, each in a browser on its station's machine, opened once a case wants them. From then on
// the stations of both rehearse, and but for the first drill of a new line only when they are asked to.
import type { CDPSession } from "playwright-core";
import { type DeskAt, type DeskOptions, type Parties, openDesk } from "../harness/parties.ts";
import { putInTheMiddle } from "../hostile/tamper.ts";
import { configured, once } from "./acts.ts";
import type { Site, Undo, World } from "./world.ts";

type Of = "a" | "b";

export type Desks = {
  /** The desk as it is now; a case may have put another one in its place. */
  readonly at: Record<Of, DeskAt>;
  /** Closes the desk and opens it anew in another browser; taken back by one more. */
  readonly other: (of: Of, options: Partial<DeskOptions>) => Promise<Undo>;
  readonly close: () => Promise<void>;
};

const drills = { use: "on", everyMinutes: 1440, ringSeconds: [1, 2], talkSeconds: [4, 6] };
const numbers = { a: 1, b: 2 } as const;

export async function openDesks(world: World): Promise<Desks> {
  const { sites } = world;
  for (const site of [sites.a, sites.b])
    await configured(site, (settings) => ({ ...settings, drills: { ...(settings["drills"] as object), ...drills } }));
  const open = (of: Of, options: Partial<DeskOptions> = {}): Promise<DeskAt> => openAt(world, of, options);
  // The party in the middle sits at a's and lets everything pass until a case has it do something.
  const a = await open("a", { prepare: ({ context }) => putInTheMiddle(context) });
  const b = await open("b").catch(async (error: unknown) => {
    await closed(a);
    throw error;
  });
  const at = { a, b };
  return {
    at,
    other: async (of, options) => {
      await closed(at[of]);
      at[of] = await open(of, options);
      return once(async () => {
        await closed(at[of]);
        at[of] = await open(of);
      });
    },
    close: async () => void (await Promise.all([closed(at.a), closed(at.b)])),
  };
}

const closed = ({ browser }: DeskAt): Promise<void> => browser.close();

function openAt({ sites, certified, folder }: World, of: Of, options: Partial<DeskOptions>): Promise<DeskAt> {
  const site = sites[of];
  const parties: Parties = {
    a: sites.a.party,
    b: sites.b.party,
    words: [],
    folder,
    close: async () => undefined,
  };
  return openDesk(site.party, numbers[of], parties, {
    namespace: site.namespace,
    names: { [site.party.plan.host]: site.address },
    acceptedKeys: [certified.spki],
    ...options,
  });
}

/** What the browser does to the page of a desk, as its own developer tools would. */
export async function tools({ page }: DeskAt): Promise<CDPSession> {
  return page.context().newCDPSession(page);
}

/** Once the desk's station says whether any desk of its is on. */
export async function untilDesks({ party }: Site, online: boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const { terminals } = await party.ask<{ terminals: readonly { online: boolean }[] }>({ do: "status" });
    if (terminals.some((it) => it.online) === online) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the desk of ${party.plan.name} did not ${online ? "come" : "go"}`);
}
