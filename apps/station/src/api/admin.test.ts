import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ok } from "@parley/base/result";
import { afterEach, describe, expect, it } from "vitest";
import { askStation } from "../adminClient.ts";
import { adminSocket } from "../files.ts";
import { openAdmin } from "./admin.ts";

const folder = mkdtempSync(join(tmpdir(), "parley-admin-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the command line's socket", () => {
  it("a station that stops lets go of whoever waits for what takes long, and has answered whoever asked it to stop", async () => {
    const done: (() => void)[] = [];
    const closing: Promise<void>[] = [];
    const admin: Awaited<ReturnType<typeof openAdmin>> = await openAdmin({
      path: join(folder, adminSocket),
      random: (length) => new Uint8Array(length),
      passkeys: () => [],
      signedBy: () => false,
      run: async ({ do: what }) => {
        if (what === "stop") closing.push(admin.close()); // as a station does, before it has answered
        if (what === "drill") await new Promise<void>((resolve) => done.push(resolve));
        return ok(what);
      },
    });
    const waits = askStation(folder, { do: "drill", link: null });
    while (done.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await askStation(folder, { do: "stop" })).toEqual({ ok: true, value: "stop" });
    expect(closing.length).toBe(1);
    await Promise.all(closing);
    expect(await waits).toMatchObject({ ok: false, error: { code: "STATION_NOT_RUNNING", detail: "it hung up" } });
  });
});
