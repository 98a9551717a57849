// A room made of a sound server: a loudspeaker that nobody else hears, and a microphone. In a room that hears, the microphone hears the
// loudspeaker and the hiss that every room has; in one that is deaf, a hum of the mains and nothing that the loudspeaker plays.
// PulseAudio makes it; where the machine has none there is none.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export type SoundRoom = {
  /** What a program's PULSE_SERVER has to be to play and to listen in it. */
  readonly server: string;
  readonly close: () => void;
};

const run = promisify(execFile);

/** What this machine lacks for it, as half a sentence, or null when it has all. */
export async function missingForSound(): Promise<string | null> {
  for (const command of ["pulseaudio", "pactl", "pacat"])
    if (!(await run(command, ["--version"]).catch(() => null)))
      return `${command} (Debian packages pulseaudio and pulseaudio-utils)`;
  return null;
}

/** About 60 decibels under full scale, as PulseAudio counts volumes (their cube is the loudness). */
const hiss = "7900";

const ear = {
  // Browsers pass over a sink's own monitor; a source made of it is a microphone to them.
  hears: "module-remap-source master=room.monitor source_name=ear source_properties=device.description=Ear",
  deaf: "module-sine-source source_name=ear frequency=100",
} as const;

/** Rejects where the server does not come within ten seconds. */
export async function openSoundRoom(kind: keyof typeof ear): Promise<SoundRoom> {
  const folder = mkdtempSync(join(tmpdir(), "parley-sound-"));
  const socket = join(folder, "native");
  const server = `unix:${socket}`;
  const modules = [
    `module-native-protocol-unix socket=${socket} auth-anonymous=1`,
    "module-null-sink sink_name=room",
    ear[kind],
  ];
  const own = { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder, PULSE_RUNTIME_PATH: folder };
  const args = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--disable-shm=yes", "--log-level=error"];
  const running: ChildProcess[] = [];
  const close = (): void => {
    for (const child of running.toReversed()) child.kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const daemon = spawn("pulseaudio", [...args, ...modules.flatMap((module) => ["-L", module])], {
    env: own,
    stdio: ["ignore", "ignore", "inherit"],
  });
  running.push(daemon);
  const env = { ...own, PULSE_SERVER: server };
  const control = (...command: string[]): Promise<unknown> => run("pactl", command, { env });
  for (let tries = 0; (await control("set-default-source", "ear").catch(() => null)) === null; tries++) {
    if (tries === 100 || daemon.exitCode !== null) {
      close();
      throw new Error("PulseAudio does not start");
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await control("set-default-sink", "room");
  if (kind === "deaf") await control("set-source-volume", "ear", hiss);
  else {
    const noise = openSync("/dev/urandom", "r");
    const sample = ["--format=u8", "--rate=16000", "--channels=1", `--volume=${hiss}`];
    const stdio = [noise, "ignore", "ignore"] as const;
    running.push(spawn("pacat", ["--playback", "--device=room", ...sample], { env, stdio: [...stdio] }));
    closeSync(noise);
  }
  return { server, close };
}
