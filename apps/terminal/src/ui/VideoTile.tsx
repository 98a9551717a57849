// A moving picture without sound (Sound.tsx has that), or the sentence that says why there is none: a tile is never grey without its cause.
import { useEffect, useRef } from "react";
import type { Say } from "../words/say.ts";
import { Words, useWords } from "./Words.tsx";

/** The moving pictures of a call, each null while there is none; they are not facts and so stand beside the screen. */
export type Pictures = {
  readonly them: MediaStream | null;
  readonly self: MediaStream | null;
  readonly screen: MediaStream | null;
  /** The loudspeaker for their sound, or null for the system's own. */
  readonly speaker: string | null;
};

export type VideoTileProps = {
  readonly stream: MediaStream | null;
  /** Whose picture this is, for assistive technology. */
  readonly label: Say;
  /** Why the picture is hidden, shown in its place; null while it is shown. */
  readonly cause: Say | null;
  /** Our own picture is mirrored, as in a looking glass. */
  readonly own?: boolean;
  /** The whole of a screen must be seen; a face may be cut to fill. */
  readonly fit?: "cover" | "contain";
};

export function VideoTile(props: VideoTileProps) {
  const { stream, label, cause, own = false, fit = "cover" } = props;
  const video = useRef<HTMLVideoElement>(null);
  const words = useWords();
  useEffect(() => {
    if (video.current !== null && video.current.srcObject !== stream) video.current.srcObject = stream;
  }, [stream]);
  return (
    <div className="tile" data-at={cause === null ? "shown" : "hidden"} data-own={own} data-fit={fit}>
      <video
        ref={video}
        data-stream={own ? "self" : fit === "contain" ? "screen" : "remote"}
        autoPlay
        playsInline
        muted
        aria-label={words(label)}
        hidden={cause !== null}
      />
      {cause !== null && (
        <p className="tile-cause">
          <Words say={cause} />
        </p>
      )}
    </div>
  );
}
