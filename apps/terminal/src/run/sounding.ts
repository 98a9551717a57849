// Makes a terminal heard in its room: the sounds that go with what its screen shows, as the model names them.
import { type Clock, type Ms, ms } from "@parley/base/time";
import type { Ringer } from "../media/ringer.ts";
import type { ConsoleScreen } from "../model/console.ts";
import { consoleScreen } from "../model/consoleScreen.ts";
import type { DeskScreen } from "../model/desk.ts";
import { deskScreen } from "../model/deskScreen.ts";
import type { Facts } from "../model/facts.ts";
import { consoleCue, consoleLoop, deskCue, deskLoop } from "../model/sounds.ts";

type Screens = { readonly desk: DeskScreen } | { readonly console: ConsoleScreen };

/** The mark of a call that begins comes after its first picture, which a new sound would hold up. */
const pictureFirst: Ms = ms(200);

/** Called with the facts after each change. */
export function soundingFor(ringer: Pick<Ringer, "loop" | "once">, clock: Clock): (facts: Facts) => void {
  let shown: Screens | null = null;
  return (facts) => {
    const before = shown;
    shown = facts.page === "console" ? { console: consoleScreen(facts) } : { desk: deskScreen(facts) };
    const cue =
      "desk" in shown
        ? deskCue(before !== null && "desk" in before ? before.desk : null, shown.desk)
        : consoleCue(before !== null && "console" in before ? before.console : null, shown.console);
    ringer.loop("desk" in shown ? deskLoop(shown.desk) : consoleLoop(shown.console));
    if (cue === "connected") clock.wait(pictureFirst, () => ringer.once(cue));
    else if (cue !== null) ringer.once(cue);
  };
}
