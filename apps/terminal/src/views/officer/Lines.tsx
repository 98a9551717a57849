// Every standing line, gravest first: its state in the one vocabulary, how it was proven, by machines and by people, and
// the first date on which anything on it will fail.
import { between } from "@parley/base/time";
import type { ConsoleAction } from "../../model/actions.ts";
import { findingSentence, horizonSentence } from "../../model/checks.ts";
import { type ConsoleOn, linesSummary } from "../../model/console.ts";
import {
  type Line,
  byGravity,
  drillCaption,
  drillsHold,
  historySentence,
  lineMark,
  lineSentence,
  mayCall,
  missedSentence,
  since,
} from "../../model/line.ts";
import { type Rekey, rekeyPress, rekeySentence } from "../../model/rekey.ts";
import { Button } from "../../ui/Button.tsx";
import { PeopleMarks } from "../../ui/PeopleMarks.tsx";
import { StateMark } from "../../ui/StateMark.tsx";
import { Table } from "../../ui/Table.tsx";
import { Ticks } from "../../ui/Ticks.tsx";
import { Words } from "../../ui/Words.tsx";
import { ago, name, say } from "../../words/say.ts";
import { RoomTitle } from "../../ui/RoomTitle.tsx";

type Props = { readonly screen: ConsoleOn; readonly act: (action: ConsoleAction) => void };

export function LinesRoom({ screen, act }: Props) {
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
          { key: "drills", head: say("lines.proof") },
          { key: "path", head: say("lines.path") },
          { key: "act", head: say("lines.act"), unseen: true },
        ]}
        rows={byGravity(screen.lines).map((line) => ({
          key: line.id,
          cells: [
            <LineCell key="line" line={line} screen={screen} act={act} />,
            <ProofCell key="proof" line={line} screen={screen} act={act} />,
            <PathCell key="path" line={line} screen={screen} />,
            <ActCell key="act" line={line} screen={screen} act={act} />,
          ],
        }))}
      />
    </>
  );
}

type CellProps = { readonly line: Line; readonly screen: ConsoleOn };

function LineCell({ line, screen, act }: CellProps & Pick<Props, "act">) {
  const rekey = screen.rekeys.find((it) => it.line === line.id) ?? null;
  const missed = missedSentence(line, screen.us.place, screen.now);
  return (
    <>
      <span className="line-head">
        <bdi className="line-name">{line.them.name}</bdi>
        <StateMark mark={lineMark(line.state)} />
      </span>
      <small className="line-why">
        <Words say={lineSentence(line, screen.us.place, screen.now)} />
      </small>
      {rekey !== null && <RekeyNote rekey={rekey} act={act} />}
      {missed !== null && (
        <small>
          <Words say={missed} />
        </small>
      )}
      <small>
        <Words say={historySentence(line, screen.us.place)} />
      </small>
    </>
  );
}

function RekeyNote({ rekey, act }: { readonly rekey: Rekey } & Pick<Props, "act">) {
  const press = rekeyPress(rekey);
  return (
    <>
      <small className="line-why">
        <Words say={rekeySentence(rekey)} />
      </small>
      {press !== null && (
        <Button
          label={press}
          spoken={say("rekey.spoken", { press, them: name(rekey.them) })}
          kind="quiet"
          size="small"
          onPress={() => act({ type: "rekeyLine", line: rekey.line })}
        />
      )}
    </>
  );
}

function ProofCell({ line, screen, act }: CellProps & Pick<Props, "act">) {
  return (
    <>
      <Ticks ticks={line.ticks} hold={drillsHold(line.state)} />
      <small>
        <Words say={drillCaption(line)} />{" "}
        {line.lastDrill !== null && (
          <Words say={say("lines.lastDrill", { ago: ago(between(line.lastDrill, screen.now)) })} />
        )}
      </small>
      <PeopleMarks line={line} here={screen.us.place} now={screen.now} />
      <Button
        label={say("readiness.open")}
        spoken={say("readiness.openThem", { them: name(line.them.name) })}
        kind="quiet"
        size="small"
        onPress={() => act({ type: "readiness", line: line.id })}
      />
    </>
  );
}

function PathCell({ line, screen }: CellProps) {
  const { roundTrip, horizon, findings, stations } = line;
  return (
    <>
      <small>
        <Words
          say={say(stations.at === "linked" ? "lines.linked" : "lines.away", {
            since: since(stations.since, screen.us.place, screen.now),
          })}
        />
      </small>
      {roundTrip !== null && (
        <small>
          <Words say={say("lines.roundTrip", { ms: Math.round(roundTrip.time), loss: roundTrip.loss })} />
        </small>
      )}
      {horizon !== null && (
        <small>
          <Words say={horizonSentence(horizon, screen.us.place, "lines.horizon")} />
        </small>
      )}
      {findings.map((finding) => (
        <small className="line-why" key={`${finding.code} ${finding.whose} ${finding.detail}`}>
          <Words say={findingSentence(finding)} />
        </small>
      ))}
    </>
  );
}

function ActCell({ line, screen, act }: CellProps & Pick<Props, "act">) {
  if (!mayCall(line.state)) return null;
  const busy = screen.calls.some((call) => call.line === line.id && call.at !== "ended");
  const them = name(line.them.name);
  return (
    <div className="row-acts">
      <Button
        label={say("lines.call")}
        spoken={say("lines.callThem", { them })}
        size="small"
        disabled={busy}
        onPress={() => act({ type: "call", line: line.id, from: "here" })}
      />
      <Button
        label={say("lines.callDesk")}
        spoken={say("lines.callThemDesk", { them })}
        kind="quiet"
        size="small"
        disabled={busy || screen.handTargets.length === 0}
        onPress={() => act({ type: "call", line: line.id, from: "desk" })}
      />
    </div>
  );
}
