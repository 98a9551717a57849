// The run of faults cannot rot: three real stations on machines of their own, two of its cases from green to green. All of them:
// npm run faults.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cases } from "./faults/cases.ts";
import { runCase } from "./faults/run.ts";
import { type World, missingForWorld, openWorld } from "./faults/world.ts";

const missing = await missingForWorld();
if (missing !== null) console.log(`The run of faults is not tried: it needs ${missing}.`);

let world: World;

beforeAll(async () => {
  if (missing === null) world = await openWorld();
}, 120_000);
afterAll(async () => {
  await world?.close();
});

describe.skipIf(missing !== null)("the run of faults", () => {
  it.each(cases.stations.filter(({ how }) => /clock was set 45 s|key that does not fit/.test(how)))(
    "[CK20] [CK2] finds, names and puts on the right side: $how",
    async (one) => {
      const { at, blamed, healed, said, why } = await runCase(world, one, false);
      expect([at, blamed, healed !== null, said, why]).toEqual(["found", true, true, said, ""]);
    },
  );
});
