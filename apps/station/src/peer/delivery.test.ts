// Whole stations over the simulated network: what is durable is taken once and in order, whatever crashes or breaks.
import { describe, expect, it } from "vitest";
import { below } from "@parley/base/random";
import { ms } from "@parley/base/time";
import type { CommitFault } from "../store/memory.ts";
import { crash, expectDelivered, healAndWait, pair, send, start, world } from "./worldOfTwo.ts";

/** Simulated worlds to run: the fixed number of every run, or more by PARLEY_LINK_SEEDS. */
const seeds = Number(process.env["PARLEY_LINK_SEEDS"] ?? 30);

describe("delivery", () => {
  it(
    `[LK31] [LK35] through crashes, full disks, cuts and one-way paths all is taken once and in order (${seeds} worlds)`,
    async () => {
      const counts = { effects: 0, crashes: 0, cuts: 0, full: 0, worlds: 0 };
      for (let seed = 1; seed <= seeds; seed++) {
        const sim = world(seed);
        const [a, b] = await pair(sim);
        const faults: readonly CommitFault[] = ["lose", "tear", "mute"];
        for (let n = 0; n < 60; n++) {
          const self = below(sim.random, 2) === 0 ? a : b;
          const peer = self === a ? b : a;
          const many = 1 + below(sim.random, 40);
          switch (below(sim.random, 9)) {
            case 0:
            case 1:
            case 2:
              for (let m = 0; m < many; m++) send(self, `${self.host} ${n} ${m}`);
              break;
            case 3:
              crash(self);
              counts.crashes++;
              break;
            case 4: {
              // The process dies at one of its next commits, whichever way a disk may leave that.
              const fault = faults[below(sim.random, faults.length)] as CommitFault;
              let after = below(sim.random, 4);
              self.disk.fault = () => {
                if (after-- > 0) return "keep";
                const { life } = self;
                setImmediate(() => {
                  if (self.life === life) crash(self);
                });
                counts.crashes++;
                return fault;
              };
              break;
            }
            case 5:
              if (self.life === null) await start(sim, self, peer);
              break;
            case 6:
              counts.cuts++;
              sim.network.cut(a.host, b.host);
              break;
            case 7:
              sim.network.mend(a.host, b.host);
              sim.network.shut(self.host, below(sim.random, 2) === 0);
              break;
            case 8: {
              let left = below(sim.random, 6);
              const { disk } = self;
              disk.fault ??= () => {
                if (left-- > 0) return "full";
                disk.fault = null;
                return "keep";
              };
              counts.full++;
              break;
            }
          }
          await sim.time.pass(ms(below(sim.random, 3) === 0 ? below(sim.random, 40_000) : below(sim.random, 200)));
        }
        await healAndWait(sim, a, b);
        expect([seed, a.life?.link.status().at, b.life?.link.status().at]).toEqual([seed, "connected", "connected"]);
        counts.effects += (await expectDelivered(a, b)) + (await expectDelivered(b, a));
        expect(sim.network.open()).toBe(1);
        counts.worlds++;
      }
      console.log(`delivery: ${JSON.stringify(counts)}`);
    },
    30_000 + seeds * 500,
  );
});
