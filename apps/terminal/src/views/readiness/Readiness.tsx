// The section of readiness: of one line its state and horizon in a sentence, its drills, one of them step by step, the days and hours
// in which they were, the trends of its numbers, and everything on it that has a date ([VW70]-[VW76] of docs/spec/views.md).
import type { ConsoleAction } from "../../model/actions.ts";
import { findingSentence, horizonSentence } from "../../model/checks.ts";
import type { ConsoleOn } from "../../model/console.ts";
import { type Line, byGravity, lineMark, lineSentence } from "../../model/line.ts";
import { Button } from "../../ui/Button.tsx";
import { Choice } from "../../ui/Choice.tsx";
import { PeopleMarks } from "../../ui/PeopleMarks.tsx";
import { RoomTitle } from "../../ui/RoomTitle.tsx";
import { StateMark } from "../../ui/StateMark.tsx";
import { Words } from "../../ui/Words.tsx";
import { name, say } from "../../words/say.ts";
import { DrillHistory } from "./Drills.tsx";
import { HorizonTable } from "./Horizon.tsx";
import { OneDrill } from "./OneDrill.tsx";
import { Trends } from "./Trends.tsx";
import { Weeks } from "./Weeks.tsx";

type Props = { readonly screen: ConsoleOn; readonly act: (action: ConsoleAction) => void };

export function ReadinessRoom({ screen, act }: Props) {
  const { readiness } = screen;
  const line = screen.lines.find(({ id }) => id === readiness.line);
  if (line === undefined)
    return (
      <>
        <RoomTitle section="readiness" sub={say("readiness.sub")} />
        <div className="empty">
          <p>
            <Words say={say("readiness.none")} />
          </p>
        </div>
      </>
    );
  return (
    <>
      <RoomTitle section="readiness" sub={say("readiness.sub")} />
      <Head line={line} screen={screen} act={act} />
      <DrillHistory line={line} screen={screen} act={act} />
      <OneDrill screen={screen} act={act} />
      {readiness.summary !== null && readiness.summary.days.length > 0 && (
        <>
          <Weeks summary={readiness.summary} us={screen.us} />
          <Trends key={`${line.id} ${readiness.summary.today}`} summary={readiness.summary} />
        </>
      )}
      <HorizonTable screen={screen} />
    </>
  );
}

function Head({ line, screen, act }: Props & { readonly line: Line }) {
  const { us, now } = screen;
  const runs = line.rehearsing === "now";
  return (
    <section className="ready-head" aria-label={line.them.name}>
      <div className="ready-says">
        <p className="ready-name">
          <bdi className="line-name">{line.them.name}</bdi>
          <StateMark mark={lineMark(line.state)} />
        </p>
        <p>
          <Words say={lineSentence(line, us.place, now)} />
        </p>
        {line.horizon !== null && (
          <p className="ready-quiet">
            <Words say={horizonSentence(line.horizon, us.place, "line.horizon")} />
          </p>
        )}
        {line.findings.map((finding) => (
          <p key={`${finding.code} ${finding.whose} ${finding.detail}`}>
            <Words say={findingSentence(finding)} />
          </p>
        ))}
      </div>
      <div className="ready-acts">
        {screen.lines.length > 1 && (
          <Choice
            label={say("readiness.line")}
            labelSeen={false}
            options={byGravity(screen.lines).map(({ id, them }) => ({
              id,
              label: say("name.only", { name: name(them.name) }),
            }))}
            chosen={line.id}
            empty={say("readiness.line")}
            onChoose={(id) => act({ type: "readiness", line: id })}
          />
        )}
        <Button
          label={say(runs ? "readiness.drillRuns" : "readiness.drillNow")}
          disabled={runs}
          onPress={() => act({ type: "drillNow", line: line.id })}
        />
      </div>
      <PeopleMarks line={line} here={us.place} now={now} />
    </section>
  );
}
