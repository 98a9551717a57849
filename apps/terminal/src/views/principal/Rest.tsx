// The desk when there is no call to be had or had just now: starting, after a call, and out of order. Each says what
// happens next and that somebody knows of it.
import { between } from "@parley/base/time";
import type { DeskAction } from "../../model/actions.ts";
import { beganSentence, endedSentence } from "../../model/call.ts";
import { type DeskScreen, elsewhereSentence, endSentence } from "../../model/desk.ts";
import { Button } from "../../ui/Button.tsx";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { HoldButton } from "../../ui/HoldButton.tsx";
import { PartyName } from "../../ui/PartyName.tsx";
import { StateMark } from "../../ui/StateMark.tsx";
import { Thread } from "../../ui/Thread.tsx";
import { Words } from "../../ui/Words.tsx";
import { length, say } from "../../words/say.ts";
import { Whom } from "./Whom.tsx";

type Act = (action: DeskAction) => void;
type Of<At extends DeskScreen["at"]> = Extract<DeskScreen, { at: At }>;

export function Starting({ screen }: { screen: Of<"starting"> }) {
  return (
    <div className="desk-heart">
      <h1 className="desk-title">
        <Words say={say("starting.title")} />
      </h1>
      <p className="desk-why">
        <Words say={say("starting.why", { lasted: { lasted: between(screen.since, screen.now) } })} />
      </p>
    </div>
  );
}

/** Where the call is that others of ours have: what the old place says after a move, and every desk that did not get it. */
export function Elsewhere({ screen, act }: { screen: Of<"elsewhere">; act: Act }) {
  const { ends, now, since, what } = screen;
  return (
    <>
      <Thread at={now} here={ends.here} there={ends.them} state="dashed" shape="target" tone="quiet" />
      <div className="desk-heart">
        <PartyName name={ends.them.name} />
        <p className="desk-state">
          <StateMark
            mark={{
              shape: what === "call" ? "target" : "ringing",
              tone: "quiet",
              word: say(what === "call" ? "state.inCall" : "state.ringing"),
            }}
          />
          <Elapsed since={since} now={now} />
        </p>
        <p className="desk-why desk-say">
          <Words say={elsewhereSentence(screen)} />
        </p>
        <p className="desk-note">
          <Words say={say("elsewhere.why")} />
        </p>
        <HoldButton
          label={say("elsewhere.take")}
          mark="take"
          kind="plain"
          rest
          onHeld={() => act({ type: "takeOver", call: screen.call })}
        />
        <Whom line={screen.line} lines={screen.lines} act={act} />
      </div>
    </>
  );
}

export function Ended({ screen, act }: { screen: Of<"ended">; act: Act }) {
  const { ends, now, began, endedAt, record } = screen;
  return (
    <>
      <Thread at={now} here={ends.here} there={ends.them} state="dashed" shape="circle" tone="quiet" />
      <div className="desk-heart">
        <PartyName name={ends.them.name} />
        <p className="desk-state">
          <StateMark mark={{ shape: "circle", tone: "quiet", word: say("state.ended") }} />
          {began !== null && <Elapsed since={began} now={endedAt} />}
        </p>
        <p className="desk-why">
          <Words say={endSentence(screen.why, ends.them)} />
        </p>
        {began !== null && (
          <p className="desk-note desk-lines">
            <Words say={beganSentence(began, ends)} />
            <Words say={endedSentence(endedAt, ends)} />
          </p>
        )}
        <Button
          label={say("ended.back")}
          mark="back"
          kind="primary"
          size="desk"
          tone="neutral"
          rest
          onPress={() => act({ type: "backToLine" })}
        />
        <p className="desk-caption">
          {record.at !== "none" && (
            <>
              <Words say={say(`record.${record.at}`, { entry: record.entry })} />{" "}
            </>
          )}
          <Words say={say("ended.until", { length: length(between(now, screen.until)) })} />
        </p>
      </div>
    </>
  );
}

export function Fault({ screen, act }: { screen: Of<"fault">; act: Act }) {
  const { code, us, since, now } = screen;
  return (
    <div className="desk-heart">
      {us !== null && (
        <p className="desk-room">
          <bdi>{us.name}</bdi>
        </p>
      )}
      <h1 className="desk-title">
        <Words say={say(`fault.${code}`)} />
      </h1>
      <p className="desk-state">
        <StateMark mark={{ shape: "square", tone: "fault", word: say("state.notReadyOurs") }} />
        <Elapsed since={since} now={now} />
      </p>
      <p className="desk-why">
        <Words say={say(`fault.${code}.next`)} />
      </p>
      {code !== "removed" && code !== "codeChanged" && (
        <Button
          label={say("fault.tryAgain")}
          kind="primary"
          size="desk"
          tone="neutral"
          rest
          onPress={() => act({ type: "tryAgain" })}
        />
      )}
    </div>
  );
}
