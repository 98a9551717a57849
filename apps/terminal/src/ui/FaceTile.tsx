// The picture of one end of a call: theirs, or our own as in a looking glass, or the sentence that says why there is none.
import { type Picture, pictureSentence } from "../model/call.ts";
import type { Party } from "../model/line.ts";
import { name, say } from "../words/say.ts";
import { VideoTile } from "./VideoTile.tsx";

export type FaceTileProps = {
  readonly whose: "ours" | "theirs";
  readonly stream: MediaStream | null;
  readonly picture: Picture;
  /** The party at the other end; no sentence about our own picture names it. */
  readonly them: Party;
};

export function FaceTile({ whose, stream, picture, them }: FaceTileProps) {
  return (
    <VideoTile
      own={whose === "ours"}
      stream={stream}
      label={whose === "ours" ? say("tile.self") : say("tile.them", { them: name(them.name) })}
      cause={pictureSentence(picture, whose, them)}
    />
  );
}
