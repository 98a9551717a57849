// Their picture over the whole screen. It stands in the page from the first ring on, unseen and black until a person has
// answered, so that the first sealed picture needs nothing but to be shown; while a screen is shared that takes its place.
import type { DeskScreen } from "../../model/desk.ts";
import { useAnswered } from "../../ui/Answered.tsx";
import { FaceTile } from "../../ui/FaceTile.tsx";
import { type Pictures, VideoTile } from "../../ui/VideoTile.tsx";
import { name, say } from "../../words/say.ts";

type Staged = Extract<DeskScreen, { at: "ringingIn" | "ringingOut" | "connecting" | "inCall" }>;

const isStaged = (screen: DeskScreen): screen is Staged =>
  screen.at === "ringingIn" || screen.at === "ringingOut" || screen.at === "connecting" || screen.at === "inCall";

export function Stage({ screen, pictures }: { screen: DeskScreen; pictures: Pictures }) {
  const answered = useAnswered(screen.at === "ringingIn" || screen.at === "ringingOut" ? screen.call : null);
  if (!isStaged(screen)) return null;
  const call = screen.at === "inCall" ? screen.call : null;
  const { them } = screen.at === "inCall" ? screen.call.ends : screen.ends;
  if (call?.screen === "theirs") {
    return (
      <div className="call-stage" data-screen="theirs">
        <VideoTile
          key="screen"
          stream={pictures.screen}
          fit="contain"
          label={say("tile.screen", { them: name(them.name) })}
          cause={null}
        />
      </div>
    );
  }
  return (
    <div className="call-stage" data-at={answered ? "answered" : screen.at}>
      <FaceTile
        key="them"
        whose="theirs"
        stream={pictures.them}
        picture={call?.picture ?? { at: "shown" }}
        them={them}
      />
    </div>
  );
}
