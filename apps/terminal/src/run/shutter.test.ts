// The page's side of the shutter: what it tells the frame worker, and when the camera may be on the stream.
import { expect, test } from "vitest";
import type { KeyFrameAsked } from "../media/peer.ts";
import { Shutter } from "./shutter.ts";

function shutter(answer: KeyFrameAsked) {
  const told: string[] = [];
  let asked = 0;
  const it = new Shutter({
    stream: "send/cam/x/1",
    toFrames: (message) => void (message.type === "shutter" && told.push(message.to)),
    beginAnew: () => {
      asked++;
      return Promise.resolve(answer);
    },
  });
  return { it, told, asked: () => asked };
}

test("[FR24] the camera may be put there only once the worker says that it has fallen", async () => {
  const { it, told, asked } = shutter("asked");
  const closing = it.close();
  expect(it.covers()).toBe(false);
  await closing;
  expect([it.covers(), it.fell(), it.covers(), told, asked()]).toEqual([false, true, true, ["shut"], 1]);
});

test("[FR24] where no key frame can be had it stays open for good, and before anything is sent it is tried again", async () => {
  const unable = shutter("unable");
  await unable.it.close();
  await unable.it.close();
  expect([unable.told, unable.it.fell(), unable.it.covers()]).toEqual([["shut", "open"], false, false]);
  const early = shutter("notYet");
  await early.it.close();
  await early.it.close();
  expect(early.told).toEqual(["shut", "open", "shut", "open"]);
});

test("[FR25] whoever reaches for Answer has it made ready, and let be it is shut again", async () => {
  const { it, told, asked } = shutter("asked");
  it.ready();
  await it.close();
  it.fell();
  it.ready();
  it.ready();
  it.notYet();
  it.ready();
  it.open();
  it.open();
  expect(told).toEqual(["shut", "ready", "shut", "ready", "open"]);
  expect(asked()).toBe(4);
});

test("[FR26] opened without having been made ready it asks for a key frame; an answer while it falls opens it", async () => {
  const cold = shutter("asked");
  await cold.it.close();
  cold.it.fell();
  cold.it.open();
  expect([cold.told, cold.asked()]).toEqual([["shut", "open"], 2]);
  const falling = shutter("asked");
  await falling.it.close();
  falling.it.open();
  expect([falling.it.fell(), falling.it.covers(), falling.told]).toEqual([false, false, ["shut", "open"]]);
});
