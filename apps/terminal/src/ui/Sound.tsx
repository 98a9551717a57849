// The far side's sound, in an element of its own: beside a picture in one element, none is heard while the picture cannot be
// decoded. Shows nothing.
import { useEffect, useRef } from "react";

export type SoundProps = {
  readonly stream: MediaStream | null;
  /** The loudspeaker, or null for the system's own. */
  readonly speaker: string | null;
};

export function Sound({ stream, speaker }: SoundProps) {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    if (audio.current !== null && audio.current.srcObject !== stream) audio.current.srcObject = stream;
  }, [stream]);
  useEffect(() => {
    // A speaker that went away is the media edge's to report; the sound stays where it was.
    if (speaker !== null) audio.current?.setSinkId(speaker).catch(() => undefined);
  }, [speaker]);
  return (
    <audio ref={audio} autoPlay data-stream="sound" hidden>
      <track kind="captions" />
    </audio>
  );
}
