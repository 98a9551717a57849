import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const deploy = join(import.meta.dirname, "..", "..", "..", "deploy");
const unit = readFileSync(join(deploy, "parley.service"), "utf8");

describe("what is deployed", () => {
  it("[CL18] the systemd unit runs the station with sealed credentials and without powers", () => {
    for (const line of [
      "ExecStart=/opt/parley/node_modules/.bin/node /opt/parley/scripts/parley.ts station",
      "LoadCredentialEncrypted=parley-station",
      "LoadCredentialEncrypted=parley-next",
      "CapabilityBoundingSet=",
      "NoNewPrivileges=yes",
      "ProtectSystem=strict",
      "UMask=0077",
      "Restart=always",
    ])
      expect(unit.split("\n")).toContain(line);
  });

  it("[CL18] systemd, where it is here, finds nothing wrong with the unit", () => {
    const folder = mkdtempSync(join(tmpdir(), "parley-unit-"));
    const path = join(folder, "parley.service");
    writeFileSync(path, unit.replace("/opt/parley/node_modules/.bin/node", process.execPath));
    const verified = spawnSync("/usr/bin/systemd-analyze", ["verify", "--man=no", path], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    if (verified.error !== undefined) return expect(verified.error.message).toContain("ENOENT");
    expect([verified.status, verified.stderr]).toEqual([0, ""]);
  });

  it("[CL17] every policy file gives one origin camera, microphone and sound, and keeps translation and passwords quiet", () => {
    const files = readdirSync(join(deploy, "policies"));
    expect(files.toSorted()).toEqual(["chromium.json", "edge.json", "firefox.json"]);
    for (const file of files) {
      const text = readFileSync(join(deploy, "policies", file), "utf8");
      expect(new Set(text.match(/https?:\/\/[\w.]+/g))).toEqual(new Set(["https://desk.example"]));
      const policy: unknown = JSON.parse(text);
      const inside = file === "firefox.json" ? "policies." : "";
      expect(policy).toHaveProperty(`${inside}TranslateEnabled`, false);
      expect(policy).toHaveProperty(`${inside}PasswordManagerEnabled`, false);
      if (file === "firefox.json") {
        for (const what of ["Camera", "Microphone", "Autoplay"])
          expect(policy).toHaveProperty(`policies.Permissions.${what}.Allow`, ["https://desk.example"]);
        continue;
      }
      for (const name of [
        "AudioCaptureAllowedUrls",
        "VideoCaptureAllowedUrls",
        "AutoplayAllowlist",
        "TabDiscardingExceptions",
      ])
        expect(policy).toHaveProperty(name, ["https://desk.example"]);
    }
  });
});
