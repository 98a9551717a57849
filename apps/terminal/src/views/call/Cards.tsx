// A call in short, beside every other section, and the acts of a ring: to answer, to let the desk ring and, apart from
// both, to decline.
import type { ConsoleAction } from "../../model/actions.ts";
import { type ConsoleCall, type ConsoleOn, callSentence, endsOf } from "../../model/console.ts";
import type { Mark } from "../../model/line.ts";
import { Button } from "../../ui/Button.tsx";
import { HoldButton } from "../../ui/HoldButton.tsx";
import { StateMark } from "../../ui/StateMark.tsx";
import { Words } from "../../ui/Words.tsx";
import { say } from "../../words/say.ts";

type Act = (action: ConsoleAction) => void;
type Props = { readonly screen: ConsoleOn; readonly act: Act };
type Of<At extends ConsoleCall["at"]> = Extract<ConsoleCall, { at: At }>;

export function callMark(call: ConsoleCall): Mark {
  switch (call.at) {
    case "ringingIn":
      return { shape: "ringing", tone: "live", word: say("ring.calling") };
    case "ringingOut":
      return { shape: "ringing", tone: "live", word: say("state.ringing") };
    case "connecting":
      return { shape: "ringing", tone: "live", word: say("state.connecting") };
    case "inCall":
      return { shape: "target", tone: "live", word: say("state.inCall") };
    case "holding":
      return { shape: "bars", tone: "warn", word: say("state.holding") };
    case "ended":
      return { shape: "circle", tone: "quiet", word: say("state.ended") };
  }
  call satisfies never;
}

/** Beside every other section: each call in one card, and for a ring the acts themselves. */
export function CallCards({ screen, act }: Props) {
  return screen.calls
    .filter((call) => call.at !== "ended")
    .map((call) => (
      <section
        key={call.id}
        className="card call-card"
        data-tone={call.at === "ringingIn" ? "ring" : "plain"}
        aria-labelledby={`call-${call.id}`}
      >
        <h2 className="card-title" id={`call-${call.id}`}>
          <bdi>{endsOf(call).them.name}</bdi>
          <StateMark mark={callMark(call)} />
        </h2>
        <p className="card-line">
          <Words say={callSentence(call, screen.now)} />
        </p>
        {call.at === "ringingIn" ? (
          <RingActs call={call} act={act} />
        ) : (
          <div className="row-acts">
            <Button label={say("call.openRoom")} size="small" onPress={() => act({ type: "open", section: "call" })} />
          </div>
        )}
      </section>
    ));
}

export function RingActs({ call, act }: { call: Of<"ringingIn">; act: Act }) {
  return (
    <>
      <div className="row-acts">
        <Button
          label={say("call.answerHere")}
          kind="primary"
          onPress={() => act({ type: "answerHere", call: call.id })}
        />
        {call.deskRings ? (
          <Words say={say("call.deskRings")} />
        ) : (
          <Button label={say("call.ringDesk")} onPress={() => act({ type: "ringDesk", call: call.id })} />
        )}
      </div>
      <div className="row-acts row-apart">
        <HoldButton label={say("call.decline")} size="console" onHeld={() => act({ type: "decline", call: call.id })} />
      </div>
    </>
  );
}
