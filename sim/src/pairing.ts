// Two stations become a pair through the real pairing: an offer, its import, words that two people compare, and two presses;
// under faults, as often as it takes. What must hold afterwards is [PR10]: a link with one secret on both sides, or none.
import { certain } from "@parley/base/result";
import { hours, minutes, seconds } from "@parley/base/time";
import { idText } from "@parley/protocol/ids";
import { viewOf } from "@parley/station/duty/pairing/view";
import type { Station } from "./station.ts";
import { type Pair, type World, heal } from "./parts.ts";

type Pass = (length: number) => Promise<void>;

/** Tries under faults; after these the weather is fair. */
const roughTries = 2;

export async function pairStations(world: World, pass: Pass): Promise<void> {
  for (const pair of world.pairs) {
    for (let attempt = 1; pair.link === null; attempt++) {
      if (attempt > roughTries + 3) return world.judge.wrong(`${pair.a.name} and ${pair.b.name} do not pair`);
      // Worlds that stand for years pair in fair weather: their years are what they are for.
      if (attempt <= roughTries && world.plan.standing === null) world.faults.begin();
      await ceremony(world, pair, pass);
      await heal(world, pass);
      await meetAgain(pair, pass);
      pair.link = linked(world, pair);
    }
    world.trace.note(`${pair.a.name} and ${pair.b.name} are paired`);
  }
}

/** The people: whoever is at the console does what its screen asks for, patiently. */
async function ceremony(world: World, { a, b }: Pair, pass: Pass): Promise<void> {
  const text = await offerOf(a, pass);
  if (text === null) return;
  await importAt(b, text, pass);
  for (let tries = 0; tries < 40; tries++) {
    await pass(seconds(15));
    for (const station of [a, b]) pressAt(station, world);
    if ([a, b].every((station) => viewsOf(station).some(({ at }) => at === "active"))) return;
  }
}

async function offerOf(station: Station, pass: Pass): Promise<string | null> {
  const made: { text: string | null } = { text: null };
  for (let tries = 0; tries < 10 && made.text === null; tries++) {
    if (station.alive === null) await station.start();
    void station.running.pairing
      .command({ type: "offer", lifetime: hours(2), by: station.presence() })
      .then((it) => (made.text = it.ok ? (it.value?.text ?? null) : null));
    await pass(seconds(10));
  }
  return made.text;
}

async function importAt(station: Station, text: string, pass: Pass): Promise<void> {
  for (let tries = 0; tries < 10; tries++) {
    if (station.alive === null) await station.start();
    if (viewsOf(station).some(({ at }) => at !== "ended")) return;
    void station.running.pairing.command({ type: "import", text, by: station.presence() });
    await pass(seconds(5));
  }
}

const viewsOf = (station: Station) =>
  station.alive === null ? [] : [...station.alive.pairing.state().values()].map(viewOf);

function pressAt(station: Station, world: World): void {
  if (station.alive === null) {
    void station.start();
    return;
  }
  if (station.alive.joined === null) return;
  const { pairing } = station.alive;
  for (const view of viewsOf(station)) {
    if (view.at !== "comparing") continue;
    world.trace.note(`${station.name}'s officer presses "They match"`);
    void pairing.command({ type: "match", offer: view.offer, by: station.presence() });
  }
}

/** A pairing that one side finished: the other has a week to learn of it ([PR15], [PR18]). */
async function meetAgain({ a, b }: Pair, pass: Pass): Promise<void> {
  const open = (): boolean =>
    [a, b].some((station) => viewsOf(station).some(({ at }) => at !== "ended" && at !== "active"));
  for (let hour = 0; hour < 8 * 24 && open(); hour++) await pass(hours(1));
  await pass(minutes(5));
}

/** The link that both hold, or null when neither does. */
function linked(world: World, { a, b }: Pair): string | null {
  const { judge } = world;
  const between = (mine: Station, theirs: Station) =>
    mine.running.links.all().filter(({ party }) => party === theirs.partyText());
  const [one, two] = [between(a, b), between(b, a)];
  if (one.length > 1 || two.length > 1) judge.wrong("[PR10] two links with one party");
  const [here, there] = [one[0]?.link ?? null, two[0]?.link ?? null];
  if (here !== there)
    judge.wrong(`[PR10] ${a.name} holds ${here === null ? "no link" : "one"}, ${b.name} another or none`);
  if (here === null || there === null) return null;
  const secrets = [a, b].map((station) =>
    station.running.links.generations(here).map(({ n, secret }) => `${n} ${idText(secret)}`),
  );
  if (String(secrets[0]) !== String(secrets[1])) judge.wrong("[PR10] the link has two secrets");
  forget(a);
  forget(b);
  return here;
}

/** What the console's "seen" does with a pairing that is over. */
function forget(station: Station): void {
  const { pairing } = station.running;
  for (const view of viewsOf(station))
    if (view.at === "active" || view.at === "ended")
      void pairing.command({ type: "forget", offer: view.offer }).then(certain);
}
