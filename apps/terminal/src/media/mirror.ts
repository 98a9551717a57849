// Our own picture on our own screen: a copy of the camera's track at half the pictures and no larger than its tile, since drawing
// it costs as much as drawing theirs does. The copy holds the camera open as the track itself does, so it ends with it.

/** Pictures a second: enough to see oneself move. */
const mirrorRate = 15;
/** Lines of a picture in the largest place that it has. */
const mirrorLines = 360;

/** The track to show for the camera's, or null for none; the one before is stopped where the camera's is another. */
export type Mirror = (camera: MediaStreamTrack | null) => MediaStreamTrack | null;

export function makeMirror(): Mirror {
  let of: MediaStreamTrack | null = null;
  let copy: MediaStreamTrack | null = null;
  return (camera) => {
    if (camera === of) return copy;
    copy?.stop();
    of = camera;
    copy = camera?.clone() ?? null;
    // A browser that cannot shows the whole picture.
    if (copy !== null) void copy.applyConstraints(mirrorOf(copy.getSettings())).catch(() => undefined);
    return copy;
  };
}

function mirrorOf({ width = 0, height = 0 }: MediaTrackSettings): MediaTrackConstraints {
  const frameRate = { max: mirrorRate };
  if (height <= mirrorLines) return { frameRate };
  return { frameRate, width: Math.round((width * mirrorLines) / height), height: mirrorLines };
}
