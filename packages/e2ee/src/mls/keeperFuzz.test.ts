import { hex } from "@parley/base/bytes";
import { below } from "@parley/base/random";
import { seconds } from "@parley/base/time";
import { describe, expect, it } from "vitest";
import { makeIdentity, seeded } from "./testing/call.ts";
import { type Terminal, World } from "./testing/world.ts";

const runs = process.env["PARLEY_FULL"] === "1" ? 150 : 8;

/** Two terminals that seal under one epoch of one group do it under one key. */
function splitKeys(world: World): string[] {
  const seen = new Map<string, string>();
  const split: string[] = [];
  for (const { id, cipher, isUp } of world.terminals.values()) {
    if (!isUp || cipher.sending === null) continue;
    const { group, epoch } = cipher.sending.at;
    const name = `${hex(group)} ${epoch}`;
    const key = cipher.keys.get(epoch) ?? "none";
    if ((seen.get(name) ?? key) !== key) split.push(`${id} in ${name}`);
    seen.set(name, key);
  }
  return split;
}

async function play(seed: string): Promise<string> {
  const random = seeded(seed);
  const draw = (n: number) => below(random, n);
  const n = 2 + draw(3);
  const identities = await Promise.all(Array.from({ length: n }, (_, i) => makeIdentity(i + 1, i % 2)));
  const lost = [0, 10, 30][draw(3)] ?? 0;
  const world = await World.make(identities, { seed, lost, repeated: 10, delay: 300, rekeyEvery: seconds(10) });
  await world.start();
  let story = `${n} terminals, ${lost} % lost:`;
  const any = (): Terminal => world.at(draw(n));
  for (let step = 0; step < 8; step++) {
    await world.run(500 + draw(6000), () => splitKeys(world).length > 0);
    expect(splitKeys(world)).toEqual([]);
    const [a, b] = [any(), any()];
    const kind = draw(7);
    if (kind === 0) world.cutBetween(a, b);
    else if (kind === 1) world.heal();
    else if (kind === 2) await world.reload(a);
    else if (kind === 3) a.isUp = false;
    else if (kind === 4) await world.give(a, { type: "rekey" });
    else if (kind === 5 && !a.isUp) await world.reload(a);
    else if (kind === 6 && a.isUp && n > 2) await world.give(a, { type: "remove", terminal: b.id, cutOff: false });
    story += ` ${["cut", "heal", "reload", "stop", "rekey", "back", "remove"][kind] ?? ""}`;
  }
  world.heal();
  await world.run(15_000); // the removed have heard of it by then
  for (const terminal of world.terminals.values())
    if (!terminal.isUp || terminal.keeper.status(world.moment()).at === "gone") await world.reload(terminal);
  const came = await world.run(120_000, () => world.agree() || splitKeys(world).length > 0);
  expect(splitKeys(world)).toEqual([]);
  if (!came) throw new Error(`no agreement after ${story}`);
  return story;
}

describe("keepers over a bad network, with real keys", () => {
  it(`[ML21] no two ever seal one epoch under two keys, and after it heals all agree (${runs} runs)`, async () => {
    for (let i = 0; i < runs; i++) await play(`keepers ${i}`);
    console.log(`keepers over a bad network: ${runs} runs, 0 failures`);
  }, 1_800_000);
});
