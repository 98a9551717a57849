// `npm start`: two stations of two parties on this machine, paired, and the addresses to open. Ends cleanly on Ctrl-C and
// finds everything again the next time.
import { join } from "node:path";
import { buildTerminal } from "../apps/terminal/build/build.ts";
import { findChromium } from "./chromium.ts";
import { type RunningParty, estovar, linksOf, northmark, pairParties, startParty } from "./demoParties.ts";
import { refusePorts } from "./demoPorts.ts";

const root = join(import.meta.dirname, "..");
const folder = process.env["PARLEY_DEMO_DATA"] ?? join(root, ".parley");

function stop(sentence: string): never {
  console.error(`\n  ${sentence}\n`);
  process.exit(1);
}

for (const plan of [northmark, estovar]) {
  const refused = await refusePorts(plan);
  if (refused !== null) stop(refused);
}
console.log("Building the pages for browsers ...");
await buildTerminal("index", join(root, "apps", "terminal", "dist"));

const parties: RunningParty[] = [];
/** The party that is being started; settled once its station answers or has ended. */
let starting: Promise<unknown> = Promise.resolve();
const quit = new AbortController();
let leaving = false;
const leave = async (code: number): Promise<void> => {
  if (leaving) return;
  leaving = true;
  quit.abort();
  await starting.catch(() => undefined);
  await Promise.all(parties.map((party) => party.stop()));
  if (code === 0) console.log("\n  Both stations have stopped; npm start finds everything again.\n");
  process.exit(code);
};
process.on("SIGINT", () => void leave(0));
process.on("SIGTERM", () => void leave(0));

try {
  console.log("Starting two stations ...");
  for (const plan of [northmark, estovar]) {
    const party = startParty(
      {
        ...plan,
        settings: { drills: { use: "on" }, people: { askAt: ["08:00", "20:00"] }, selfTest: { at: ["04:10"] } },
      },
      folder,
      quit.signal,
    );
    starting = party;
    parties.push(await party);
  }
  const [a, b] = parties as [RunningParty, RunningParty];
  const linked = (await linksOf(a)).length > 0;
  const words = linked ? null : await pairParties(a, b);
  console.log(await pageOf(a, b, words));
  for (const party of parties) {
    party.process().once("exit", (code) => {
      if (!leaving) {
        console.error(
          `\n  ${party.plan.name}'s station has ended (${code ?? "killed"}). Its data is safe; run npm start again.\n`,
        );
        void leave(1);
      }
    });
  }
} catch (error) {
  if (!leaving) console.error(`\n  ${error instanceof Error ? error.message : String(error)}\n`);
  await leave(1);
}

type Status = { readonly terminals: readonly { readonly name: string }[]; readonly officers: number };

async function pageOf(a: RunningParty, b: RunningParty, words: readonly string[] | null): Promise<string> {
  const lines: string[] = [
    "",
    "  Parley runs: two parties that trust nobody in between, each with its own station.",
    "",
  ];
  for (const party of [a, b]) {
    const status = await party.ask<Status>({ do: "status" });
    lines.push(`  ${party.plan.name}`);
    const hasDesk = status.terminals.some(({ name }) => name === "Desk");
    const desk = hasDesk
      ? `${party.origin}/desk`
      : (await party.ask<{ address: string }>({ do: "handOut", role: "desk", name: "Desk" })).address;
    lines.push(`    desk     ${desk}${hasDesk ? "   (enrolled before, in the browser you used)" : ""}`);
    const hasOfficer = status.officers > 1;
    const console_ = hasOfficer
      ? `${party.origin}/console`
      : (await party.ask<{ address: string }>({ do: "handOut", role: "officer", name: "Duty officer" })).address;
    lines.push(`    console  ${console_}${hasOfficer ? "   (enrolled before, in the browser you used)" : ""}`, "");
  }
  lines.push(
    words === null
      ? "  Paired before; the link is as it was."
      : `  Paired just now. Both stations showed the same four words: ${words.join(" ")}`,
    "  Open the two desks in two browsers (or two profiles of one), press Call, then Answer.",
    "  A console wants a browser or profile of its own too: in its desk's it would be the desk.",
    "  Each address with a code works once, in the browser that opens it first, for 15 minutes; npm start gives new ones.",
    "",
    "  Proven: the two stations hold each other's keys and are connected. Not proven yet: cameras, sound and the path",
    "  between the browsers; the first call shows those.",
    `  Data: ${folder} (delete it to begin anew). Ctrl-C stops both stations.`,
    findChromium() === null
      ? "  No Chromium was found in the usual places; install one, or use any current Chrome, Edge, Chromium or Firefox."
      : "",
  );
  return lines.join("\n");
}
