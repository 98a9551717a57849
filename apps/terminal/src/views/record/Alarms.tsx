// Alarms: only what needs a person, each with what to do. An acknowledgement bears the officer's name, shelving is timed,
// and there is no way to sweep them all away at once.
import type { ConsoleAction } from "../../model/actions.ts";
import { type Alarm, openAlarms } from "../../model/alarm.ts";
import type { ConsoleOn } from "../../model/console.ts";
import type { Shape, Tone } from "../../model/line.ts";
import { Button } from "../../ui/Button.tsx";
import { ShapeMark } from "../../ui/StateMark.tsx";
import { Words } from "../../ui/Words.tsx";
import { moment, name, say } from "../../words/say.ts";
import { RoomTitle } from "../../ui/RoomTitle.tsx";

type Props = { readonly screen: ConsoleOn; readonly act: (action: ConsoleAction) => void };

const looks: Readonly<Record<Alarm["priority"], { readonly shape: Shape; readonly tone: Tone }>> = {
  1: { shape: "square", tone: "fault" },
  2: { shape: "triangle", tone: "warn" },
  3: { shape: "hollow", tone: "quiet" },
};

const shelves = [15, 60, 240] as const;

export function AlarmCards({ screen, act }: Props) {
  const open = openAlarms(screen.alarms);
  if (open.length === 0) return null;
  return (
    <section className="side-alarms" aria-labelledby="side-alarms">
      <h2 className="side-title" id="side-alarms">
        <Words say={say("alarms.open", { n: open.length })} />
      </h2>
      {open.slice(0, 3).map((alarm) => (
        <article key={alarm.id} className="alarm" data-tone={looks[alarm.priority].tone}>
          <ShapeMark shape={looks[alarm.priority].shape} tone={looks[alarm.priority].tone} />
          <div>
            <p>
              <Words say={alarm.what} />
            </p>
            <Button
              label={say("alarms.see")}
              kind="quiet"
              size="small"
              onPress={() => act({ type: "open", section: "alarms" })}
            />
          </div>
        </article>
      ))}
    </section>
  );
}

export function AlarmsRoom({ screen, act }: Props) {
  const open = openAlarms(screen.alarms);
  const rest = screen.alarms.filter((alarm) => alarm.state.at !== "open");
  return (
    <>
      <RoomTitle
        section="alarms"
        sub={open.length === 0 ? say("alarms.none") : say("alarms.open", { n: open.length })}
      />
      <ul className="alarm-list">
        {[...open, ...rest].map((alarm) => (
          <li
            key={alarm.id}
            className="alarm"
            data-tone={alarm.state.at === "open" ? looks[alarm.priority].tone : "quiet"}
          >
            <ShapeMark shape={looks[alarm.priority].shape} tone={looks[alarm.priority].tone} />
            <div>
              <p className="alarm-what">
                <Words say={alarm.what} />
              </p>
              <p className="card-line">
                <Words say={alarm.cure} />
              </p>
              <small>
                <Words
                  say={say("alarms.since", {
                    since: moment(alarm.since, screen.us.place),
                    times: alarm.times,
                    priority: alarm.priority,
                  })}
                />{" "}
                {alarm.them !== "" && <Words say={say("alarms.line", { them: name(alarm.them) })} />}{" "}
                <AlarmState alarm={alarm} screen={screen} />
              </small>
              {alarm.state.at === "open" && (
                <div className="row-acts">
                  <Button
                    label={say("alarms.acknowledge", { officer: name(screen.officer) })}
                    size="small"
                    onPress={() => act({ type: "acknowledge", alarm: alarm.id })}
                  />
                  {shelves.map((minutes) => (
                    <Button
                      key={minutes}
                      label={say("alarms.shelve", { minutes })}
                      kind="quiet"
                      size="small"
                      onPress={() => act({ type: "shelve", alarm: alarm.id, minutes })}
                    />
                  ))}
                </div>
              )}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function AlarmState({ alarm, screen }: { alarm: Alarm; screen: ConsoleOn }) {
  const { state } = alarm;
  if (state.at === "open") {
    if (state.told === "first") return null;
    return <Words say={say(state.told === "second" ? "alarms.toldSecond" : "alarms.toldParty")} />;
  }
  return (
    <Words
      say={
        state.at === "acknowledged"
          ? say("alarms.acknowledged", { by: name(state.by), when: moment(state.when, screen.us.place, "timeThere") })
          : say("alarms.shelved", { by: name(state.by), until: moment(state.until, screen.us.place, "timeThere") })
      }
    />
  );
}
