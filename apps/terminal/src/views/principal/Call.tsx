// In a call: their picture, ours small, who and since when, sealed with whose key, whether we are heard, and "End". When the
// line is lost the picture goes and the sentence says who is waited for, since when, and that nobody is heard meanwhile.
import type { Instant } from "@parley/base/time";
import type { DeskAction } from "../../model/actions.ts";
import { type CallFacts, beganSentence, routeSentence } from "../../model/call.ts";
import { type DeskScreen, holdingSentence } from "../../model/desk.ts";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { FaceTile } from "../../ui/FaceTile.tsx";
import { HoldButton } from "../../ui/HoldButton.tsx";
import { MicrophoneSwitch } from "../../ui/MicrophoneSwitch.tsx";
import { PartyName } from "../../ui/PartyName.tsx";
import { StateMark } from "../../ui/StateMark.tsx";
import { Thread } from "../../ui/Thread.tsx";
import type { Pictures } from "../../ui/VideoTile.tsx";
import { Words } from "../../ui/Words.tsx";
import { timeText } from "../../words/place.ts";
import { name, say } from "../../words/say.ts";
import { CallAlarms, SealCard } from "../call/Seal.tsx";

type Act = (action: DeskAction) => void;
type Of<At extends DeskScreen["at"]> = Extract<DeskScreen, { at: At }>;

export function Call({ screen, pictures, act }: { screen: Of<"inCall">; pictures: Pictures; act: Act }) {
  const { call, now } = screen;
  const { them } = call.ends;
  return (
    <>
      <h1 className="unseen">
        <Words say={say("call.with", { them: name(them.name) })} />
      </h1>
      <div className="call-over">
        <div className="call-head-row">
          <WhoCard call={call} now={now} />
          <SealCard call={call} now={now} />
        </div>
        <div className="call-alarms">
          <CallAlarms call={call} />
        </div>
        <div className="call-foot-row">
          <Bar call={call} act={act} />
          <div className="call-tiles">
            {call.screen === "theirs" && (
              <div className="call-tile">
                <FaceTile whose="theirs" stream={pictures.them} picture={call.picture} them={them} />
              </div>
            )}
            <div className="call-tile">
              <FaceTile whose="ours" stream={pictures.self} picture={call.selfPicture} them={them} />
            </div>
          </div>
        </div>
      </div>
    </>
  );
}

function WhoCard({ call, now }: { call: CallFacts; now: Instant }) {
  const { here, them } = call.ends;
  return (
    <section className="card" aria-label={them.name}>
      <p className="who-name">
        <bdi>{them.name}</bdi>
        {call.ends.room !== null && <bdi className="who-room">{call.ends.room}</bdi>}
      </p>
      <p className="who-clocks">
        <span className="who-running">
          <StateMark mark={{ shape: "target", tone: "live", word: say("state.inCall") }} />
          <Elapsed since={call.began} now={now} />
        </span>
        <span className="who-clock">
          <bdi>{timeText(now, here.place.zone)}</bdi> <Words say={say("clock.here")} />
        </span>
        <span className="who-clock">
          <bdi>{timeText(now, them.place.zone)}</bdi> <bdi>{them.place.name}</bdi>
        </span>
      </p>
      <p className="card-line">
        <Words say={beganSentence(call.began, call.ends)} />
      </p>
      {(call.theirMicrophone === "muted" || call.theirMicrophone === "lost") && (
        <p className="card-line who-muted">
          <Words say={say(`theirMic.${call.theirMicrophone}`, { them: name(them.name) })} />
        </p>
      )}
      {call.screen === "ours" && (
        <p className="card-line">
          <Words say={say("screen.ours")} />
        </p>
      )}
    </section>
  );
}

function Bar({ call, act }: { call: CallFacts; act: Act }) {
  return (
    <div className="bar">
      <MicrophoneSwitch
        microphone={call.microphone}
        onChange={(to) => act({ type: "microphone", call: call.id, to })}
      />
      <HoldButton label={say("call.end")} mark="end" rest onHeld={() => act({ type: "end", call: call.id })} />
    </div>
  );
}

export function Holding({ screen, pictures, act }: { screen: Of<"holding">; pictures: Pictures; act: Act }) {
  const { call, now } = screen;
  const { here, them } = call.ends;
  const state = screen.whose === "theirs" ? "brokenThere" : "brokenHere";
  return (
    <>
      <Thread at={now} here={here} there={them} state={state} shape="bars" tone="warn" />
      <div className="desk-heart">
        <PartyName name={them.name} />
        <p className="desk-state">
          <StateMark mark={{ shape: "bars", tone: "warn", word: say("state.holding") }} />
        </p>
        <p className="desk-why desk-say">
          <Words say={holdingSentence(screen)} />
        </p>
        <p className="desk-note">
          <Words say={routeSentence(screen.path, now)} /> <Words say={say("holding.byItself")} />
        </p>
        <CallAlarms call={call} />
        <HoldButton label={say("call.end")} mark="end" rest onHeld={() => act({ type: "end", call: call.id })} />
        <p className="desk-caption">
          <Words say={beganSentence(call.began, call.ends)} />
        </p>
      </div>
      <div className="desk-preview">
        <FaceTile whose="ours" stream={pictures.self} picture={call.selfPicture} them={them} />
      </div>
    </>
  );
}
