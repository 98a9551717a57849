// The principal's desk: one of the states below, whole, with one thing to press. Focus always rests on that thing, so that
// a single key or a USB button works without looking.
import type { Announcement } from "../../model/announce.ts";
import type { DeskAction } from "../../model/actions.ts";
import type { DeskScreen } from "../../model/desk.ts";
import { Announcer } from "../../ui/Announcer.tsx";
import { Refused } from "../../ui/Refused.tsx";
import { Silenced } from "../../ui/Silenced.tsx";
import { useRest } from "../../ui/useRest.ts";
import type { Pictures } from "../../ui/VideoTile.tsx";
import { Call, Holding } from "./Call.tsx";
import { Idle } from "./Idle.tsx";
import { Elsewhere, Ended, Fault, Starting } from "./Rest.tsx";
import { Connecting, RingingIn, RingingOut } from "./Ring.tsx";
import { Enrolling, NotEnrolled, Setup } from "./Setup.tsx";
import { Stage } from "../call/Stage.tsx";

export type DeskProps = {
  readonly screen: DeskScreen;
  readonly pictures: Pictures;
  readonly said: readonly Announcement[];
  readonly act: (action: DeskAction) => void;
};

export function Desk({ screen, pictures, said, act }: DeskProps) {
  const root = useRest<HTMLElement>(screen.at, "keep");
  return (
    <main className="desk" data-at={screen.at} ref={root}>
      <Stage screen={screen} pictures={pictures} />
      {"refused" in screen && screen.refused !== null ? (
        <Refused refusal={screen.refused} />
      ) : (
        "sound" in screen && <Silenced sound={screen.sound} />
      )}
      <State screen={screen} pictures={pictures} act={act} />
      <Announcer said={said} />
    </main>
  );
}

function State({ screen, pictures, act }: Omit<DeskProps, "said">) {
  switch (screen.at) {
    case "starting":
      return <Starting screen={screen} />;
    case "notEnrolled":
      return <NotEnrolled screen={screen} act={act} />;
    case "enrolling":
      return <Enrolling screen={screen} act={act} />;
    case "setup":
      return <Setup screen={screen} pictures={pictures} act={act} />;
    case "idle":
      return <Idle screen={screen} act={act} />;
    case "elsewhere":
      return <Elsewhere screen={screen} act={act} />;
    case "ringingOut":
      return <RingingOut screen={screen} act={act} />;
    case "ringingIn":
      return <RingingIn screen={screen} pictures={pictures} act={act} />;
    case "connecting":
      return <Connecting screen={screen} act={act} />;
    case "inCall":
      return <Call screen={screen} pictures={pictures} act={act} />;
    case "holding":
      return <Holding screen={screen} pictures={pictures} act={act} />;
    case "ended":
      return <Ended screen={screen} act={act} />;
    case "fault":
      return <Fault screen={screen} act={act} />;
  }
  screen satisfies never;
}
