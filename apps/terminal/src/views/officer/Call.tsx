// The call as the officer has it: the ring that must not be missed, on every section's side; and the room of the call with
// its receipts, who holds it on our side, and the ways to answer, hand over, take back and end.
import { between } from "@parley/base/time";
import type { ConsoleAction } from "../../model/actions.ts";
import { alarmSentence, beganSentence, pictureSentence, routeSentence, sealSentences } from "../../model/call.ts";
import { type ConsoleCall, type ConsoleOn, callSentence, endsOf } from "../../model/console.ts";
import type { Mark } from "../../model/line.ts";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { Choice } from "../../ui/Choice.tsx";
import { HoldButton } from "../../ui/HoldButton.tsx";
import { MicrophoneSwitch } from "../../ui/MicrophoneSwitch.tsx";
import { ShapeMark, StateMark } from "../../ui/StateMark.tsx";
import { type Pictures, VideoTile } from "../../ui/VideoTile.tsx";
import { Words } from "../../ui/Words.tsx";
import { moment, name, say } from "../../words/say.ts";
import { ReceiptTrack } from "../principal/Ring.tsx";
import { DeviceChoices } from "../principal/Setup.tsx";
import { RoomTitle } from "../../ui/RoomTitle.tsx";

type Act = (action: ConsoleAction) => void;
type Props = { readonly screen: ConsoleOn; readonly act: Act };
type Of<At extends ConsoleCall["at"]> = Extract<ConsoleCall, { at: At }>;

function callMark(call: ConsoleCall): Mark {
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

function RingActs({ call, act }: { call: Of<"ringingIn">; act: Act }) {
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
        <HoldButton
          label={say("call.decline")}
          hint={say("hold.hint")}
          again={say("hold.again")}
          size="console"
          onHeld={() => act({ type: "decline", call: call.id })}
        />
      </div>
    </>
  );
}

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
          <DeviceChoices
            devices={screen.devices}
            onDevice={(kind, id) => act({ type: "device", kind, id })}
            onTone={() => act({ type: "testSpeaker" })}
          />
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
            hint={say("hold.hint")}
            again={say("hold.again")}
            size="console"
            onHeld={() => act({ type: "stopRinging", call: call.id })}
          />
        </>
      );
    case "connecting":
      return (
        <HoldButton
          label={say("call.end")}
          hint={say("hold.hint")}
          again={say("hold.again")}
          size="console"
          onHeld={() => act({ type: "end", call: call.id })}
        />
      );
    case "inCall":
      return <InCall call={call} screen={screen} pictures={pictures} act={act} />;
    case "holding":
      return (
        <>
          <p className="card-line">
            <Words say={routeSentence(call.path, screen.now)} /> <Words say={say("holding.byItself")} />
          </p>
          <HoldButton
            label={say("call.end")}
            hint={say("hold.hint")}
            again={say("hold.again")}
            size="console"
            onHeld={() => act({ type: "end", call: call.id })}
          />
        </>
      );
    case "ended":
      return (
        <>
          {call.began !== null && (
            <p className="card-line">
              <Words say={beganSentence(call.began, call.ends)} />{" "}
              <Words
                say={say("ended.at", {
                  here: moment(call.endedAt, call.ends.here.place, "timeThere"),
                  there: moment(call.endedAt, call.ends.them.place, "timeThere"),
                })}
              />
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

function InCall({ call, screen, pictures, act }: Props & { readonly call: Of<"inCall">; readonly pictures: Pictures }) {
  const { facts, seat, handover } = call;
  const { them, here } = facts.ends;
  return (
    <>
      {facts.alarms.map((alarm) => (
        <p key={alarm.id} className="alarm">
          <ShapeMark shape="triangle" tone="warn" />
          <span>
            <Words say={alarmSentence(alarm, them)} />
          </span>
        </p>
      ))}
      <div className="call-columns">
        {seat.at === "here" && (
          <div className="call-pictures">
            <VideoTile
              stream={pictures.them}
              picture={facts.picture}
              label={say("tile.them", { them: name(them.name) })}
              cause={pictureSentence(facts.picture.at === "hidden" ? facts.picture.why : "off", "theirs", them)}
            />
            <div className="call-corner">
              <VideoTile
                own
                stream={pictures.self}
                picture={facts.selfPicture}
                label={say("tile.self")}
                cause={pictureSentence(facts.selfPicture.at === "hidden" ? facts.selfPicture.why : "off", "ours", them)}
              />
            </div>
          </div>
        )}
        <div className="call-facts">
          <Card title={say("seal.title")} tone="seal" level={3}>
            {sealSentences(facts.seal, them, here.place, facts.began, screen.now).map((line) => (
              <p key={line.id} className="card-line">
                <Words say={line} />
              </p>
            ))}
            <p className="card-line">
              <Words say={routeSentence(facts.route, screen.now)} />
            </p>
            <p className="card-line">
              <Words say={beganSentence(facts.began, facts.ends)} />
            </p>
          </Card>
          <Card title={say("call.receipts")} level={3}>
            <ReceiptTrack receipts={call.receipts} here={screen.us.place} />
          </Card>
        </div>
      </div>
      <div className="call-acts">
        {seat.at === "here" ? (
          <>
            <MicrophoneSwitch
              microphone={facts.microphone}
              onChange={(to) => act({ type: "microphone", call: call.id, to })}
            />
            <Button
              label={say(facts.screen === "ours" ? "screen.stop" : "screen.share")}
              onPress={() => act({ type: "screen", call: call.id, to: facts.screen === "ours" ? "stopped" : "shared" })}
            />
            {handover.at === "none" && screen.handTargets.length > 0 && (
              <Choice
                label={say("call.handOver")}
                labelSeen={false}
                empty={say("call.handOverTo")}
                options={screen.handTargets.map((target) => ({
                  id: target.id,
                  label: say("device.named", { label: name(target.name) }),
                }))}
                chosen={null}
                onChoose={(to) => act({ type: "handOver", call: call.id, to })}
              />
            )}
          </>
        ) : (
          <>
            <p className="card-line">
              <Words say={say("call.heldAt", { terminal: name(seat.name) })} />
            </p>
            <Button label={say("call.takeOver")} onPress={() => act({ type: "takeOver", call: call.id })} />
          </>
        )}
        <span className="apart">
          <HoldButton
            label={say("call.end")}
            hint={say("hold.hint")}
            again={say("hold.again")}
            size="console"
            onHeld={() => act({ type: "end", call: call.id })}
          />
        </span>
      </div>
      {handover.at === "offered" && (
        <p className="card-line" role="status">
          <Words
            say={say("call.offered", {
              terminal: name(handover.to),
              lasted: { lasted: between(handover.since, screen.now) },
            })}
          />
        </p>
      )}
    </>
  );
}
