import { describe, expect, it } from "vitest";
import type { ConsoleScreen } from "../model/console.ts";
import type { DeskScreen } from "../model/desk.ts";
import { consoleCue, consoleLoop, deskCue, deskLoop } from "../model/sounds.ts";
import { consoles } from "./consoles.ts";
import { desks } from "./desks.ts";
import { cast } from "./people.ts";

const people = cast("en");
const desk = (key: keyof typeof desks): DeskScreen => desks[key](people);
const console = (key: keyof typeof consoles): ConsoleScreen => consoles[key](people);

describe("what a room hears", () => {
  it("[VW50] a call that rings, rings out or is waited for sounds for as long as it does, and nothing else does", () => {
    const heard = (Object.keys(desks) as (keyof typeof desks)[]).flatMap((key) => {
      const loop = deskLoop(desk(key));
      return loop === null ? [] : [`${key}: ${loop}`];
    });
    expect(heard).toEqual([
      "ringingOut: ringback",
      "ringingIn: ringing",
      "ringingIn.handover: ringing",
      "ringingIn.asked: ringing",
      "holding.theirs: holding",
      "holding.ours: holding",
    ]);
    expect(consoleLoop(console("lines.ringing"))).toBe("ringing");
    expect(consoleLoop(console("call.ringingOut"))).toBe("ringback");
    expect(consoleLoop(console("call.holding"))).toBe("holding");
    expect(consoleLoop(console("call.here"))).toBe(null);
  });

  it("[VW50] everybody hears a call begin, break and end, once", () => {
    expect(deskCue(desk("connecting"), desk("inCall"))).toBe("connected");
    expect(deskCue(desk("inCall"), desk("holding.ours"))).toBe("lost");
    expect(deskCue(desk("holding.ours"), desk("inCall"))).toBe("connected");
    expect(deskCue(desk("inCall"), desk("ended"))).toBe("ended");
    expect(deskCue(desk("inCall"), desk("inCall.muted"))).toBe(null);
    expect(deskCue(null, desk("inCall"))).toBe(null);
    expect(consoleCue(console("call.connecting"), console("call.here"))).toBe("connected");
    expect(consoleCue(console("call.here"), console("call.holding"))).toBe("lost");
    expect(consoleCue(console("call.here"), console("call.ended"))).toBe("ended");
    expect(consoleCue(console("call.here"), console("call.here"))).toBe(null);
  });

  it("[VW50] a call that another terminal holds is not heard at this console, and an alarm is heard when it comes", () => {
    expect(consoleCue(console("call.connecting"), console("call.desk"))).not.toBe("connected");
    expect(consoleCue(console("lines.first"), console("lines"))).toBe("alarm");
    expect(consoleCue(console("lines"), console("lines"))).toBe(null);
  });
});
