// For fork.test.ts: a past that is copied three times, each copy with a future of its own, of which the original knows nothing.
import { openFork } from "./fork.ts";

const fork = await openFork();
if (fork === null) throw new Error("this process cannot be copied");
const past: number[] = Array.from({ length: 50_000 }, (_, n) => n);
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

const branches: number[] = [];
for (let branch = 1; branch <= 3; branch++)
  branches.push(
    await fork(async () => {
      for (let n = 0; n < 50_000; n++) {
        past.push(branch);
        if (n % 1000 === 0) await turn();
      }
      return past.length + branch;
    }),
  );
const failed = await fork(async () => {
  await turn();
  throw new Error("as it should");
}).catch((error: unknown) => String(error));
console.log(JSON.stringify({ branches, past: past.length, failed: failed.includes("as it should") }));
