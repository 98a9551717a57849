// The far side's sound, in an element of its own: beside a picture in one element, none is heard while the picture cannot be
// decoded. Shows nothing.
import { useEffect, useRef } from "react";

export type SoundProps = {
  readonly stream: MediaStream | null;
  /** The loudspeaker, or null for the system's own. */
  readonly speaker: string | null;
  /** Whether the browser lets the page be heard; once it does, the sound begins by itself. */
  readonly heard: "free" | "blocked";
  readonly onBlocked: () => void;
};

export function Sound({ stream, speaker, heard, onBlocked }: SoundProps) {
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const element = audio.current;
    if (element === null) return;
    if (element.srcObject !== stream) element.srcObject = stream;
    if (stream === null) return;
    element.play().catch((error: unknown) => {
      // As after a reload in the middle of a call: the picture is there, and nobody would know why there is no sound.
      if (error instanceof DOMException && error.name === "NotAllowedError") onBlocked();
    });
  }, [stream, heard, onBlocked]);
  useEffect(() => {
    // One that was pulled out this very moment: the sound stays where it was, and the room's next look says where it goes.
    audio.current?.setSinkId?.(speaker ?? "").catch(() => undefined);
  }, [speaker]);
  return (
    <audio ref={audio} autoPlay data-stream="sound" hidden>
      <track kind="captions" />
    </audio>
  );
}
