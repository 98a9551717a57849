// The drills of a line as ticks: a page of them, oldest first, one of which is seen whole below.
import type { ConsoleAction } from "../../model/actions.ts";
import type { ConsoleOn } from "../../model/console.ts";
import type { Line } from "../../model/line.ts";
import { tickSentence } from "../../model/oneDrill.ts";
import { whenOf } from "../../model/readiness.ts";
import { Button } from "../../ui/Button.tsx";
import { DrillTicks } from "../../ui/DrillTicks.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Words } from "../../ui/Words.tsx";
import { moment, say } from "../../words/say.ts";

type Props = { readonly screen: ConsoleOn; readonly act: (action: ConsoleAction) => void };

export function DrillHistory({ line, screen, act }: Props & { readonly line: Line }) {
  const { page, drill } = screen.readiness;
  if (page.at === "loading")
    return (
      <p className="ready-quiet">
        <Words say={say("readiness.loading")} />
      </p>
    );
  const { rows, newer, older } = page;
  const [first] = rows;
  const last = rows.at(-1);
  if (first === undefined || last === undefined)
    return (
      <div className="empty">
        <p>
          <Words say={say("readiness.noDrills")} />
        </p>
      </div>
    );
  const here = screen.us.place;
  const open = drill.at === "none" ? null : drill.at === "here" ? drill.told.index : drill.index;
  const chosen = rows.find(({ sessions }) => sessions.some(({ index }) => index === open)) ?? null;
  return (
    <Panel
      id="drills"
      title={say(newer === "none" ? "drills.title" : "drills.olderTitle", { n: rows.length })}
      sub={say("drills.from", { from: moment(whenOf(first), here, "day"), to: moment(whenOf(last), here, "day") })}
      acts={
        <div className="row-acts">
          <Button
            label={say("drills.older")}
            kind="quiet"
            size="small"
            disabled={older === null || page.asking === "yes"}
            onPress={() => act({ type: "olderDrills", line: line.id })}
          />
          <Button
            label={say("drills.newest")}
            kind="quiet"
            size="small"
            disabled={newer === "none" || page.asking === "yes"}
            onPress={() => act({ type: "readiness", line: line.id })}
          />
        </div>
      }
    >
      <DrillTicks
        label={say("drills.list")}
        options={rows.map((row) => ({ id: String(row.index), came: row.came, label: tickSentence(row, here) }))}
        chosen={chosen === null ? null : String(chosen.index)}
        onChoose={(id) => act({ type: "drill", index: Number(id) })}
      />
    </Panel>
  );
}
