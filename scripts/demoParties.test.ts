// A demo that is told to end while a station is still starting leaves none behind.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { freePort } from "../apps/station/src/testing/freePort.ts";
import { northmark, startParty } from "./demoParties.ts";

const folder = mkdtempSync(join(tmpdir(), "parley-demo-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("a station that is starting when the demo is told to end has ended when it is said to, and no other begins", async () => {
  const pidFile = join(folder, "pid");
  const plan = {
    ...northmark,
    port: await freePort(),
    at: {
      address: "127.0.0.1",
      command: (command: string, args: readonly string[]): [string, string[]] => [
        "/bin/sh",
        ["-c", `echo $$ > ${pidFile}; exec "$@"`, "sh", command, ...args],
      ],
    },
  };
  const quit = new AbortController();
  const starting = startParty(plan, folder, quit.signal);
  const outcome = starting.then(
    () => "runs",
    (error: unknown) => (error instanceof Error ? error.name : "?"),
  );
  await expect.poll(() => existsSync(pidFile), { timeout: 60_000, interval: 5 }).toBe(true);
  quit.abort();
  expect(await outcome).toBe("AbortError");
  const pid = Number(readFileSync(pidFile, "utf8"));
  expect(pid).toBeGreaterThan(1);
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");

  rmSync(pidFile);
  await expect(startParty(plan, folder, quit.signal)).rejects.toThrow();
  expect(existsSync(pidFile)).toBe(false);
}, 90_000);
