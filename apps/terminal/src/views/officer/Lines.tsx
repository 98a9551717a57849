// Every standing line, gravest first: its state in the one vocabulary, how it was proven, by machines and by people, and
// the first date on which anything on it will fail.
import { between } from "@parley/base/time";
import type { ConsoleAction } from "../../model/actions.ts";
import { type ConsoleOn, linesSummary } from "../../model/console.ts";
import { type Line, byGravity, drillCaption, lineMark, lineSentence, mayCall } from "../../model/line.ts";
import { Button } from "../../ui/Button.tsx";
import { StateMark } from "../../ui/StateMark.tsx";
import { Table } from "../../ui/Table.tsx";
import { Ticks } from "../../ui/Ticks.tsx";
import { Words } from "../../ui/Words.tsx";
import { ago, moment, name, say } from "../../words/say.ts";
import { RoomTitle } from "../../ui/RoomTitle.tsx";

type Props = { readonly screen: ConsoleOn; readonly act: (action: ConsoleAction) => void };

export function LinesRoom({ screen, act }: Props) {
  const busy = (line: Line) => screen.calls.some((call) => call.line === line.id && call.at !== "ended");
  if (screen.lines.length === 0)
    return (
      <>
        <RoomTitle section="lines" />
        <div className="empty">
          <p>
            <Words say={say("lines.none")} />
          </p>
          <Button
            label={say("lines.pair")}
            kind="primary"
            tone="neutral"
            onPress={() => act({ type: "open", section: "pairing" })}
          />
        </div>
      </>
    );
  return (
    <>
      <RoomTitle section="lines" sub={linesSummary(screen.lines)} />
      <Table
        caption={say("nav.lines")}
        columns={[
          { key: "line", head: say("lines.line") },
          { key: "state", head: say("lines.state") },
          { key: "drills", head: say("lines.drills") },
          { key: "people", head: say("lines.people") },
          { key: "path", head: say("lines.path") },
          { key: "act", head: say("lines.act"), unseen: true },
        ]}
        rows={byGravity(screen.lines).map((line) => ({
          key: line.id,
          cells: [
            <LineName key="n" line={line} screen={screen} />,
            <div key="s" className="line-state">
              <StateMark mark={lineMark(line.state)} />
              <small>
                <Words say={lineSentence(line, screen.us.place, screen.now)} />
              </small>
            </div>,
            <DrillCell key="d" line={line} screen={screen} />,
            <PeopleCell key="p" line={line} screen={screen} />,
            <PathCell key="r" line={line} screen={screen} />,
            mayCall(line.state) ? (
              <div key="a" className="row-acts">
                <Button
                  label={say("lines.callHere", { them: name(line.them.name) })}
                  size="small"
                  disabled={busy(line)}
                  onPress={() => act({ type: "call", line: line.id, from: "here" })}
                />
                <Button
                  label={say("lines.callDesk")}
                  kind="quiet"
                  size="small"
                  disabled={busy(line) || screen.handTargets.length === 0}
                  onPress={() => act({ type: "call", line: line.id, from: "desk" })}
                />
              </div>
            ) : null,
          ],
        }))}
      />
    </>
  );
}

type CellProps = { readonly line: Line; readonly screen: ConsoleOn };

function LineName({ line, screen }: CellProps) {
  return (
    <>
      <bdi className="line-name">{line.them.name}</bdi>
      <small>
        <Words say={say("lines.since", { since: moment(line.established, screen.us.place, "date") })} />
      </small>
      <small>
        <Words
          say={
            line.used === null
              ? say("lines.neverUsed")
              : say("lines.used", { used: moment(line.used, screen.us.place, "date") })
          }
        />
      </small>
    </>
  );
}

function DrillCell({ line, screen }: CellProps) {
  return (
    <>
      <Ticks ticks={line.ticks} />
      <small>
        <Words say={drillCaption(line)} />{" "}
        {line.lastDrill !== null && (
          <Words say={say("lines.lastDrill", { ago: ago(between(line.lastDrill, screen.now)) })} />
        )}
      </small>
      {line.horizon !== null && (
        <small>
          <Words
            say={say("lines.horizon", {
              what: say(`horizon.${line.horizon.what}`),
              at: moment(line.horizon.at, screen.us.place, "date"),
            })}
          />
        </small>
      )}
    </>
  );
}

function PeopleCell({ line, screen }: CellProps) {
  if (line.peopleAt === null)
    return (
      <small>
        <Words say={say("lines.noPeople")} />
      </small>
    );
  return (
    <>
      <Words say={ago(between(line.peopleAt, screen.now))} />
      <small>
        <Words say={say("lines.answered")} />
      </small>
    </>
  );
}

function PathCell({ line, screen }: CellProps) {
  return (
    <>
      {line.roundTrip !== null && <Words say={say("lines.roundTrip", { ms: Math.round(line.roundTrip.time) })} />}
      <small>
        <Words
          say={say(line.stations.at === "linked" ? "lines.linked" : "lines.away", {
            since: moment(line.stations.since, screen.us.place, "day"),
          })}
        />
      </small>
      {line.roundTrip !== null && (
        <small>
          <Words say={say("lines.loss", { percent: line.roundTrip.loss })} />
        </small>
      )}
    </>
  );
}
