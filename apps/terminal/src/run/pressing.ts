// What a person presses at a desk or a console, carried out: in this room, or by our station, which says whether they may.
import { isInCall, openCall } from "@parley/call/state";
import type { Act } from "@parley/protocol/terminal/console";
import type { FromTerminal } from "@parley/protocol/terminal/messages";
import type { StationLink } from "../link/socket.ts";
import type { Ringer } from "../media/ringer.ts";
import type { ConsoleAction, DeskAction } from "../model/actions.ts";
import { askedCall } from "../model/deskScreen.ts";
import type { Facts } from "../model/facts.ts";
import type { Browser } from "./browser.ts";
import type { Known } from "./known.ts";
import type { OwnCalls } from "./ownCalls.ts";
import type { ReadinessRun } from "./readinessRun.ts";
import type { Refusals } from "./refusals.ts";
import type { Rehearsal } from "./rehearsal.ts";
import type { Room } from "./room.ts";
import type { SelfTest } from "./selfTest.ts";
import type { Session } from "./stationSession.ts";

export type PressingOptions = {
  readonly known: Known;
  readonly calls: OwnCalls;
  readonly rehearsal: Rehearsal;
  readonly selfTest: SelfTest;
  readonly room: Room;
  readonly ringer: Ringer;
  readonly session: Session;
  readonly link: Pick<StationLink, "wake" | "nudge">;
  readonly refusal: Refusals;
  readonly send: (message: FromTerminal) => boolean;
  readonly saveFile: Browser["saveFile"];
  /** The one-time code of an officer that the page was opened with, or null. */
  readonly officerCode: string | null;
  readonly ringAsked: (asked: Facts["asked"]) => void;
  readonly askNewest: () => void;
  readonly setUpDone: () => void;
  readonly readiness: ReadinessRun;
};

export type Pressing = (action: DeskAction | ConsoleAction) => void;

export function pressingFor(options: PressingOptions): Pressing {
  const { known, calls, rehearsal, room, ringer, session, link, refusal, send, officerCode } = options;
  const { ringAsked, askNewest, readiness } = options;
  const { facts, change } = known;

  const ask = (act: Act): void => void send({ type: "act", act });

  const firstDesk = (): string | null =>
    facts().house?.terminals.find(({ role, presence }) => role === "desk" && presence.at === "here")?.id ?? null;

  const act: Pressing = (action) => {
    if (action.type === "reach") return calls.reach(action.call);
    refusal.pressed();
    const { asked, welcome } = facts();
    switch (action.type) {
      case "call": {
        const desk = "from" in action && action.from === "desk" ? firstDesk() : null;
        // Said before anything is done here: a drill that is under way ends by that very word.
        send({ type: "place", link: action.line, ...(desk === null ? {} : { from: desk }) });
        if (desk !== null) return;
        rehearsal.giveWay();
        options.selfTest.giveWay();
        return room.open("call");
      }
      case "answer":
      case "answerHere":
        if (asked !== null && action.call === askedCall(asked.link)) {
          const { link: line } = asked;
          ringAsked(null);
          return act({ type: "call", line });
        }
        return calls.press("answer", action.call);
      case "decline": {
        // An officer declines for the party, and every place stops ringing; what is only offered here is refused here.
        const rings = Object.values(facts().lines).some(
          ({ line }) => openCall(line) === action.call && !isInCall(line),
        );
        return calls.press(rings ? "hangUp" : "decline", action.call);
      }
      case "stopRinging":
      case "end":
        return calls.press("hangUp", action.call);
      case "ringDesk": {
        const desk = firstDesk();
        if (desk !== null) send({ type: "handOver", call: action.call, to: desk });
        return;
      }
      case "handOver":
        send({ type: "handOver", call: action.call, to: action.to });
        return;
      case "takeOver":
        send({ type: "take", call: action.call });
        return;
      case "keep":
        if (welcome !== null) send({ type: "handOver", call: action.call, to: welcome.terminal });
        return;
      case "choose":
        return change({ chosen: action.line });
      case "microphone":
        return room.mute(action.to);
      case "screen":
        return room.share(action.to);
      case "device":
        return room.choose(action.kind, action.id);
      case "enterCode":
        change({ enrolment: { at: "none", entry: "sending" } });
        void session.enrol(action.code);
        return;
      case "startOver":
        return change({ enrolment: { at: "none", entry: "asking" } });
      case "tryAgain":
        link.wake();
        link.nudge();
        return change({ fault: null });
      case "open":
        if (action.section === "ledger") askNewest();
        change({ section: action.section });
        if (action.section === "readiness") readiness.open(null);
        return;
      case "readiness":
        change({ section: "readiness" });
        return readiness.open(action.line);
      case "olderDrills":
        return readiness.older(action.line);
      case "drill":
        return readiness.choose(action.index);
      case "drillNow":
        send({ type: "drillNow", link: action.line });
        return;
      case "signIn":
        return ask({ do: "signIn" });
      case "signOut":
        send({ type: "signOut" });
        return;
      case "firstOfficer":
        return ask({ do: "enrolOfficer", code: officerCode ?? action.code, name: action.name });
      case "addPasskey":
        return ask({ do: "addPasskey" });
      case "makeCode":
        return ask({ do: "makeCode", role: action.role, name: action.name });
      case "withdrawCode":
        return ask({ do: "withdrawCode", id: action.id });
      case "approve":
      case "refuse":
        return ask({ do: action.type, request: action.request });
      case "removeTerminal":
        return ask({ do: "removeTerminal", terminal: action.terminal });
      case "confirmRemoval":
        return ask({ do: "confirmRemoval", terminal: action.terminal });
      case "here":
        return ask({ do: "here", question: action.question });
      case "rekeyLine":
        return ask({ do: "rekeyLink", link: action.line });
      case "makeOffer":
      case "withdrawOffer":
      case "pairingSeen":
        return ask({ do: action.type });
      case "importOffer":
        return ask({ do: "importOffer", text: action.text });
      case "importFile":
        void action.file.text().then((text) => ask({ do: "importOffer", text: text.slice(0, 8192) }));
        return;
      case "saveOffer": {
        const pairing = facts().house?.pairing;
        if (pairing?.at === "offered") options.saveFile(pairing.fileName, pairing.link);
        return;
      }
      case "words":
        return ask({ do: "words", answer: action.answer });
      case "olderEntries":
        change({ ledger: { ...facts().ledger, older: "loading" } });
        send({ type: "entries", before: facts().ledger.entries.at(-1)?.index ?? null });
        return;
      case "backToLine":
        return calls.backToLine();
      case "tryDevices":
        return room.tryAgain();
      case "testSpeaker":
        return ringer.once("trial", action.kind === "ringer" ? "ring" : "call");
      case "setupDone":
        return options.setUpDone();
      case "openSetup":
        return ask({ do: "openSetUp", terminal: action.terminal });
      case "acknowledge":
        return ask({ do: "acknowledge", alarm: action.alarm });
      case "shelve":
        return ask({ do: "shelve", alarm: action.alarm, minutes: action.minutes });
    }
    action satisfies never;
  };
  return act;
}
