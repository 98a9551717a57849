// `parley stop`: ends the running station and waits until it has let go of its data.
import { ok } from "@parley/base/result";
import { seconds } from "@parley/base/time";
import { systemClock } from "@parley/station/systemPorts";
import { type Run, refused } from "../command.ts";
import { asking, isRunning } from "../folder.ts";

const patience = seconds(20);

export const stop: Run = async (given) => {
  const told = await asking<null>(given, { do: "stop" });
  if (!told.ok) return told;
  for (const began = systemClock.elapsed(); systemClock.elapsed() - began < patience;) {
    if (!(await isRunning(given))) return ok({ text: "Stopped.", data: { stopped: true } });
    await new Promise<void>((resolve) => systemClock.wait(seconds(0.1), resolve));
  }
  return refused("STATION_RUNNING", "it was told to stop and still answers");
};
