import { expect, test } from "vitest";
import { makeMirror } from "./mirror.ts";

/** A track as far as a mirror needs one; its copies are in `copies`, with what was asked of them. */
function cameraOf(width: number, height: number) {
  const copies: { stopped: boolean; asked: MediaTrackConstraints | null }[] = [];
  const track = {
    clone: () => {
      const copy = { stopped: false, asked: null as MediaTrackConstraints | null };
      copies.push(copy);
      return {
        getSettings: () => ({ width, height }),
        applyConstraints: (asked: MediaTrackConstraints) => ((copy.asked = asked), Promise.resolve()),
        stop: () => (copy.stopped = true),
      };
    },
  };
  return { track: track as unknown as MediaStreamTrack, copies };
}

test("[VW77] our own picture is a copy at half the pictures and in no more lines than its place has", () => {
  const [wide, low] = [cameraOf(1280, 720), cameraOf(320, 240)];
  const mirror = makeMirror();
  mirror(wide.track);
  expect(wide.copies[0]?.asked).toEqual({ frameRate: { max: 15 }, width: 640, height: 360 });
  mirror(low.track);
  expect(low.copies[0]?.asked).toEqual({ frameRate: { max: 15 } });
});

test("[VW77] the copy ends with its camera, and with another one: nothing of ours holds a camera open", () => {
  const [one, other] = [cameraOf(640, 360), cameraOf(640, 360)];
  const mirror = makeMirror();
  const shown = mirror(one.track);
  expect(mirror(one.track)).toBe(shown);
  expect(one.copies).toHaveLength(1);
  mirror(other.track);
  expect(one.copies[0]?.stopped).toBe(true);
  expect(mirror(null)).toBeNull();
  expect(other.copies[0]?.stopped).toBe(true);
});
