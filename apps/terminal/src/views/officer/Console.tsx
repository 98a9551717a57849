// The duty officer's console: the door, or the frame that holds every room of it. Three clocks above, the rooms on one
// side, and on the other what must not be missed whichever room is open: the call, and the alarms.
import type { Announcement } from "../../model/announce.ts";
import { type ConsoleAction, type Section, sections } from "../../model/actions.ts";
import { type ConsoleOn, type ConsoleScreen, endsOf, waiting } from "../../model/console.ts";
import { Announcer } from "../../ui/Announcer.tsx";
import { Button } from "../../ui/Button.tsx";
import { Clock } from "../../ui/Clock.tsx";
import { Refused } from "../../ui/Refused.tsx";
import { Silenced } from "../../ui/Silenced.tsx";
import { ShapeMark } from "../../ui/StateMark.tsx";
import type { Pictures } from "../../ui/VideoTile.tsx";
import { Words, useWords } from "../../ui/Words.tsx";
import { utc } from "../../words/place.ts";
import { moment, name, say } from "../../words/say.ts";
import { CallCards } from "../call/Cards.tsx";
import { CallRoom } from "../call/Room.tsx";
import { ReadinessRoom } from "../readiness/Readiness.tsx";
import { AlarmCards, AlarmsRoom } from "../record/Alarms.tsx";
import { Journal, LedgerRoom } from "../record/Ledger.tsx";
import { Bootstrap, ConsoleFault, ConsoleStarting, SignIn } from "./Door.tsx";
import { HereAsked } from "./Here.tsx";
import { LinesRoom } from "./Lines.tsx";
import { PairingRoom } from "./Pairing.tsx";
import { TerminalsRoom } from "./Terminals.tsx";

export type ConsoleProps = {
  readonly screen: ConsoleScreen;
  readonly pictures: Pictures;
  readonly said: readonly Announcement[];
  readonly act: (action: ConsoleAction) => void;
};

export function Console({ screen, pictures, said, act }: ConsoleProps) {
  return (
    <>
      <ConsoleState screen={screen} pictures={pictures} act={act} />
      <Announcer said={said} />
    </>
  );
}

function ConsoleState({ screen, pictures, act }: Omit<ConsoleProps, "said">) {
  switch (screen.at) {
    case "starting":
      return <ConsoleStarting screen={screen} />;
    case "bootstrap":
      return <Bootstrap screen={screen} act={act} />;
    case "signIn":
      return <SignIn screen={screen} act={act} />;
    case "fault":
      return <ConsoleFault screen={screen} act={act} />;
    case "on":
      return <On screen={screen} pictures={pictures} act={act} />;
  }
  screen satisfies never;
}

function On({ screen, pictures, act }: Omit<ConsoleProps, "said" | "screen"> & { readonly screen: ConsoleOn }) {
  const words = useWords();
  const theirs = theirPlace(screen);
  const rings = screen.calls.some((call) => call.at === "ringingIn");
  return (
    <div className="console" data-ringing={rings}>
      <Skip to="room" />
      <Skip to="urgent" />
      <header className="console-top">
        <p className="console-party">
          <bdi>{screen.us.name}</bdi>
        </p>
        <div className="console-clocks">
          <Clock at={screen.now} place={utc} seconds="seconds" />
          <Clock at={screen.now} place={screen.us.place} />
          {theirs !== null && <Clock at={screen.now} place={theirs} />}
        </div>
      </header>
      <nav className="console-nav" aria-label={words(say("nav.name"))}>
        <div className="console-nav-in">
          <ul>
            {sections.map((section) => (
              <li key={section}>
                <NavButton section={section} screen={screen} act={act} />
              </li>
            ))}
          </ul>
          <div className="console-me">
            <p>
              <bdi>{screen.officer}</bdi>
            </p>
            <Button
              label={say("nav.signOut")}
              kind="quiet"
              size="small"
              disabled={holdsCall(screen)}
              onPress={() => act({ type: "signOut" })}
            />
          </div>
        </div>
      </nav>
      <aside className="console-side" id="urgent" tabIndex={-1} aria-label={words(say("nav.side"))}>
        {screen.section !== "call" && <CallCards screen={screen} act={act} />}
        {screen.section !== "alarms" && <AlarmCards screen={screen} act={act} />}
        {screen.section !== "ledger" && <Journal screen={screen} />}
      </aside>
      <main className="console-room" id="room" tabIndex={-1}>
        <Silenced sound={screen.sound} />
        <Refused refusal={screen.refused} />
        <HereAsked screen={screen} act={act} />
        {screen.asked !== null && (
          <output className="silenced" data-asked>
            <ShapeMark shape="ringing" tone="live" />
            <Words
              say={say("console.asked", { terminal: name(screen.asked.terminal), them: name(screen.asked.them) })}
            />
          </output>
        )}
        {screen.station.at === "away" && (
          <p className="alarm" data-tone="fault">
            <ShapeMark shape="square" tone="fault" />
            <span>
              <Words
                say={say("console.stationAway", { since: moment(screen.station.since, screen.us.place, "timeThere") })}
              />
            </span>
          </p>
        )}
        <Room screen={screen} pictures={pictures} act={act} />
      </main>
    </div>
  );
}

/** Nobody leaves a call behind that would go on unseen: it is handed over or ended first. */
const holdsCall = (screen: ConsoleOn): boolean =>
  screen.calls.some((call) => "seat" in call && call.seat.at === "here");

/** A link for the keyboard, seen only with focus. It moves focus and leaves the address alone. */
function Skip({ to }: { to: "room" | "urgent" }) {
  return (
    <a
      className="skip"
      href={`#${to}`}
      onClick={(event) => {
        event.preventDefault();
        document.getElementById(to)?.focus();
      }}
    >
      <Words say={say(`skip.${to}`)} />
    </a>
  );
}

/** Whose clock stands beside ours: of the call that rings or runs, else of the only line; null when it would be a guess. */
function theirPlace(screen: ConsoleOn) {
  const call = screen.calls.find((one) => one.at !== "ended");
  if (call !== undefined) return endsOf(call).them.place;
  return screen.lines.length === 1 ? (screen.lines[0]?.them.place ?? null) : null;
}

function NavButton({ section, screen, act }: { section: Section; screen: ConsoleOn; act: ConsoleProps["act"] }) {
  const count = waiting(screen, section);
  return (
    <button
      type="button"
      className="nav-button"
      aria-current={screen.section === section ? "page" : undefined}
      onClick={() => act({ type: "open", section })}
    >
      <Words say={say(`nav.${section}`)} />
      {count > 0 && (
        <span className="nav-count">
          <span aria-hidden="true">{count}</span>
          <span className="unseen">
            <Words say={say("nav.waiting", { n: count })} />
          </span>
        </span>
      )}
    </button>
  );
}

function Room({ screen, pictures, act }: Omit<ConsoleProps, "said" | "screen"> & { readonly screen: ConsoleOn }) {
  switch (screen.section) {
    case "lines":
      return <LinesRoom screen={screen} act={act} />;
    case "readiness":
      return <ReadinessRoom screen={screen} act={act} />;
    case "call":
      return <CallRoom screen={screen} pictures={pictures} act={act} />;
    case "terminals":
      return <TerminalsRoom screen={screen} act={act} />;
    case "pairing":
      return <PairingRoom screen={screen} act={act} />;
    case "ledger":
      return <LedgerRoom screen={screen} act={act} />;
    case "alarms":
      return <AlarmsRoom screen={screen} act={act} />;
  }
  screen.section satisfies never;
}
