// The room of the call on the console: every call there is, in the state it is in, and the devices of this console.
import type { ConsoleAction } from "../../model/actions.ts";
import { beganSentence, endedSentence, routeSentence } from "../../model/call.ts";
import { type ConsoleCall, type ConsoleOn, callSentence, endsOf } from "../../model/console.ts";
import { Card } from "../../ui/Card.tsx";
import { HoldButton } from "../../ui/HoldButton.tsx";
import { RoomTitle } from "../../ui/RoomTitle.tsx";
import { StateMark } from "../../ui/StateMark.tsx";
import type { Pictures } from "../../ui/VideoTile.tsx";
import { Words } from "../../ui/Words.tsx";
import { say } from "../../words/say.ts";
import { ReceiptTrack } from "../principal/Ring.tsx";
import { RingActs, callMark } from "./Cards.tsx";
import { DeviceChoices } from "./Devices.tsx";
import { InCall } from "./InCall.tsx";
import { CallAlarms } from "./Seal.tsx";

type Act = (action: ConsoleAction) => void;
type Props = { readonly screen: ConsoleOn; readonly act: Act };

export function CallRoom({ screen, pictures, act }: Props & { readonly pictures: Pictures }) {
  return (
    <>
      <RoomTitle section="call" sub={screen.calls.length === 0 ? say("call.none") : null} />
      {screen.calls.map((call) => (
        <article key={call.id} className="call-panel" aria-label={endsOf(call).them.name}>
          <header className="call-head">
            <h2 className="call-name">
              <bdi>{endsOf(call).them.name}</bdi>
              {endsOf(call).room !== null && <bdi className="who-room">{endsOf(call).room}</bdi>}
            </h2>
            <StateMark mark={callMark(call)} />
          </header>
          <p className="call-sentence">
            <Words say={callSentence(call, screen.now)} />
          </p>
          <CallBody call={call} screen={screen} pictures={pictures} act={act} />
        </article>
      ))}
      <Card title={say("call.devices")}>
        <div className="device-row">
          <DeviceChoices devices={screen.devices} act={act} />
        </div>
      </Card>
    </>
  );
}

function CallBody({
  call,
  screen,
  pictures,
  act,
}: Props & { readonly call: ConsoleCall; readonly pictures: Pictures }) {
  switch (call.at) {
    case "ringingIn":
      return (
        <>
          <p className="card-line">
            <Words say={say(`ring.keys.${call.keys}`)} />
          </p>
          <RingActs call={call} act={act} />
        </>
      );
    case "ringingOut":
      return (
        <>
          <ReceiptTrack receipts={call.receipts} here={screen.us.place} />
          <HoldButton
            label={say("ring.stop")}
            size="console"
            onHeld={() => act({ type: "stopRinging", call: call.id })}
          />
        </>
      );
    case "connecting":
      return <HoldButton label={say("call.end")} size="console" onHeld={() => act({ type: "end", call: call.id })} />;
    case "inCall":
      return <InCall call={call} screen={screen} pictures={pictures} act={act} />;
    case "holding":
      return (
        <>
          <p className="card-line">
            <Words say={routeSentence(call.path, screen.now)} /> <Words say={say("holding.byItself")} />
          </p>
          <CallAlarms call={call.facts} />
          <HoldButton label={say("call.end")} size="console" onHeld={() => act({ type: "end", call: call.id })} />
        </>
      );
    case "ended":
      return (
        <>
          {call.began !== null && (
            <p className="card-line">
              <Words say={beganSentence(call.began, call.ends)} />{" "}
              <Words say={endedSentence(call.endedAt, call.ends)} />
            </p>
          )}
          {call.receipts !== null && <ReceiptTrack receipts={call.receipts} here={screen.us.place} />}
          {call.record.at !== "none" && (
            <p className="card-line">
              <Words say={say(`record.${call.record.at}`, { entry: call.record.entry })} />
            </p>
          )}
        </>
      );
  }
  call satisfies never;
}
