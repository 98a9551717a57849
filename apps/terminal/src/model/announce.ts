// What is worth telling somebody who cannot see the screen, from the screen before and the screen after. Rings, loss and
// cut-off interrupt; everything else waits its turn, and what did not change is not said again.
import { type Say, name, say } from "../words/say.ts";
import { alarmSentence, microphoneSentence } from "./call.ts";
import { openAlarms } from "./alarm.ts";
import { type ConsoleScreen, endsOf } from "./console.ts";
import { type DeskScreen, elsewhereSentence, endSentence } from "./desk.ts";
import { lineMark } from "./line.ts";

export type Announcement = { readonly key: string; readonly urgency: "polite" | "assertive"; readonly what: Say };

const polite = (key: string, what: Say): Announcement => ({ key, urgency: "polite", what });
const assertive = (key: string, what: Say): Announcement => ({ key, urgency: "assertive", what });

export function announceDesk(before: DeskScreen | null, after: DeskScreen): readonly Announcement[] {
  const same = before?.at === after.at;
  switch (after.at) {
    case "ringingIn":
      return same
        ? []
        : [assertive(`ring ${after.call}`, say(`announce.${after.how}`, { them: name(after.ends.them.name) }))];
    case "ringingOut":
      return same
        ? []
        : [polite(`out ${after.call}`, say("announce.ringingOut", { them: name(after.ends.them.name) }))];
    case "inCall": {
      const call = after.call;
      const them = name(call.ends.them.name);
      const said: Announcement[] = [];
      if (!same)
        said.push(
          polite(
            `in ${call.id} ${after.now}`,
            say(before?.at === "holding" ? "announce.back" : "announce.connected", { them }),
          ),
        );
      const earlier = before !== null && "call" in before && typeof before.call === "object" ? before.call : null;
      if (earlier?.microphone.at !== call.microphone.at)
        said.push(polite(`mic ${call.microphone.at} ${after.now}`, microphoneSentence(call.microphone)));
      if (earlier !== null && earlier.theirMicrophone !== call.theirMicrophone && call.theirMicrophone !== "unknown")
        said.push(
          polite(`theirs ${call.theirMicrophone} ${after.now}`, say(`theirMic.${call.theirMicrophone}`, { them })),
        );
      const known = new Set(earlier?.alarms.map((alarm) => alarm.id));
      for (const alarm of call.alarms)
        if (!known.has(alarm.id)) said.push(polite(`alarm ${alarm.id}`, alarmSentence(alarm, call.ends.them)));
      return said;
    }
    case "elsewhere":
      return before?.at === "elsewhere" && before.where === after.where
        ? []
        : [polite(`elsewhere ${after.call} ${after.where}`, elsewhereSentence(after))];
    case "holding":
      return same
        ? []
        : [assertive(`lost ${after.since}`, say("announce.lost", { them: name(after.call.ends.them.name) }))];
    case "ended": {
      if (same) return [];
      const what = endSentence(after.why, after.ends.them);
      return [after.why === "removed" ? assertive(`end ${after.endedAt}`, what) : polite(`end ${after.endedAt}`, what)];
    }
    case "fault":
      return before?.at === "fault" && before.code === after.code
        ? []
        : [assertive(`fault ${after.code} ${after.since}`, say(`fault.${after.code}`))];
    case "idle": {
      const was = before?.at === "idle" ? lineMark(before.line.state).word.id : null;
      const mark = lineMark(after.line.state);
      if (was === mark.word.id) return [];
      const what = say("announce.line", { them: name(after.line.them.name), state: mark.word });
      return [
        after.line.state.at === "cutOff" ? assertive(`cut ${after.line.id}`, what) : polite(`line ${after.now}`, what),
      ];
    }
    case "starting":
    case "notEnrolled":
    case "enrolling":
    case "setup":
    case "connecting":
      return [];
  }
  after satisfies never;
}

export function announceConsole(before: ConsoleScreen | null, after: ConsoleScreen): readonly Announcement[] {
  if (after.at !== "on") return [];
  const earlier = before?.at === "on" ? before : null;
  const said: Announcement[] = [];
  for (const call of after.calls) {
    const was = earlier?.calls.find((one) => one.id === call.id);
    if (was?.at === call.at) continue;
    const them = name(endsOf(call).them.name);
    if (call.at === "ringingIn") said.push(assertive(`ring ${call.id}`, say("announce.call", { them })));
    if (call.at === "holding") said.push(assertive(`lost ${call.id} ${call.since}`, say("announce.lost", { them })));
    if (call.at === "inCall") said.push(polite(`in ${call.id} ${after.now}`, say("announce.connected", { them })));
    if (call.at === "ended") said.push(polite(`end ${call.id}`, endSentence(call.why, endsOf(call).them)));
  }
  const known = new Set(earlier?.alarms.map((alarm) => alarm.id));
  for (const alarm of openAlarms(after.alarms))
    if (!known.has(alarm.id)) said.push(polite(`alarm ${alarm.id}`, alarm.what));
  return said;
}
