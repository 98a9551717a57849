// The line at rest: their name, what is proven about the line, both clocks and the button. It stands open for years and
// must be read from across a dark room, so nothing on it moves and nothing on it admits anyone.
import type { DeskAction } from "../../model/actions.ts";
import { causeClause } from "../../model/cause.ts";
import { horizonSentence } from "../../model/checks.ts";
import { type Check, type DeskScreen, callNote } from "../../model/desk.ts";
import {
  type LineState,
  drillCaption,
  drillsHold,
  historySentence,
  lineMark,
  lineSentence,
  mayCall,
  missedSentence,
} from "../../model/line.ts";
import { peopleShort } from "../../model/people.ts";
import { Button } from "../../ui/Button.tsx";
import { PartyName } from "../../ui/PartyName.tsx";
import { ShapeMark, StateMark } from "../../ui/StateMark.tsx";
import { Thread, type ThreadProps } from "../../ui/Thread.tsx";
import { Ticks } from "../../ui/Ticks.tsx";
import { Words } from "../../ui/Words.tsx";
import { type Place } from "../../words/place.ts";
import { type Say, moment, name, say } from "../../words/say.ts";
import { Whom } from "./Whom.tsx";

type IdleScreen = Extract<DeskScreen, { at: "idle" }>;

function threadState(state: LineState): ThreadProps["state"] {
  switch (state.at) {
    case "ready":
    case "degraded":
      return "whole";
    case "unproven":
      return "dashed";
    case "notReady":
      return state.cause.whose === "theirs" ? "brokenThere" : "brokenHere";
    case "cutOff":
      return "cut";
  }
  state satisfies never;
}

export function Idle({ screen, act }: { screen: IdleScreen; act: (action: DeskAction) => void }) {
  const { line, us, now, room } = screen;
  const mark = lineMark(line.state);
  const note = callNote(room);
  const missed = missedSentence(line, us.place, now);
  return (
    <>
      <Thread
        at={now}
        here={us}
        there={line.them}
        state={threadState(line.state)}
        shape={mark.shape}
        tone={mark.tone}
      />
      <div className="desk-heart">
        {line.them.crest !== null && <img className="crest" src={line.them.crest} alt="" />}
        <PartyName name={line.them.name} />
        <p className="desk-state">
          <StateMark mark={mark} />
        </p>
        <p className="desk-why">
          <Words say={lineSentence(line, us.place, now)} />
        </p>
        {missed !== null && (
          <p className="desk-say desk-missed">
            <Words say={missed} />
          </p>
        )}
        {mayCall(line.state) && (
          <Button
            label={say("desk.call", { them: name(line.them.name) })}
            mark="call"
            kind="primary"
            size="desk"
            tone={line.state.at === "ready" ? "ready" : "neutral"}
            rest
            onPress={() => act({ type: "call", line: line.id })}
          />
        )}
        {mayCall(line.state) && note !== null && (
          <p className="desk-note">
            <Words say={note} />
          </p>
        )}
        <Whom line={line} lines={screen.lines} act={act} />
      </div>
      <footer className="desk-foot">
        <div className="desk-history">
          <Ticks ticks={line.ticks} hold={drillsHold(line.state)} />
          <p className="desk-caption">
            <Words say={drillCaption(line)} /> <Words say={historySentence(line, us.place)} />{" "}
            {line.horizon !== null && <Words say={horizonSentence(line.horizon, us.place, "line.horizon")} />}
          </p>
        </div>
        <div className="desk-now">
          <p className="desk-caption" data-people={line.people.theirs.at}>
            <Words say={peopleShort(line.people.theirs, "theirs", now)} />{" "}
            <Words say={peopleShort(line.people.ours, "ours", now)} />
          </p>
          <dl className="checks">
            <CheckFact what={say("check.camera")} check={room.camera} here={us.place} />
            <CheckFact what={say("check.microphone")} check={room.microphone} here={us.place} />
            <CheckFact what={say("check.speaker")} check={room.speaker} here={us.place} />
            <CheckFact what={say("check.direct")} check={room.direct} here={us.place} />
            <CheckFact what={say("check.relay")} check={room.relay} here={us.place} />
          </dl>
        </div>
      </footer>
    </>
  );
}

function CheckFact({ what, check, here }: { what: Say; check: Check; here: Place }) {
  return (
    <div className="check" data-at={check.at}>
      <dt>
        <ShapeMark
          shape={check.at === "good" ? "disc" : check.at === "bad" ? "square" : "hollow"}
          tone={check.at === "good" ? "ready" : check.at === "bad" ? "fault" : "quiet"}
        />
        <Words say={what} />
      </dt>
      <dd>
        <Words
          say={
            check.at === "good"
              ? say("check.good", { checked: moment(check.checked, here, "time") })
              : check.at === "bad"
                ? causeClause(check.cause)
                : say("check.untested")
          }
        />
      </dd>
    </div>
  );
}
