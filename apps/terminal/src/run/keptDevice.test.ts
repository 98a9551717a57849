import { type Clock, type Ms, instant, ms } from "@parley/base/time";
import { describe, expect, it } from "vitest";
import type { Found } from "../media/devices.ts";
import { type Device, keepDevice } from "./keptDevice.ts";

/** A browser with two cameras, whose answers come when the test says so, and a clock that it moves. */
function room(chosen: string | null = "one") {
  const plugged = new Set(["one", "two"]);
  const tracks: { readonly id: string; state: "live" | "ended"; onended: (() => void) | null }[] = [];
  const asked: (() => void)[] = [];
  let refusal: string | null = null;
  const getUserMedia = async ({ video }: MediaStreamConstraints): Promise<MediaStream> => {
    await new Promise<void>((answer) => asked.push(answer));
    if (refusal !== null) throw new DOMException("", refusal);
    const ideal = (video as { deviceId?: { ideal: string } }).deviceId?.ideal;
    const id = ideal !== undefined && plugged.has(ideal) ? ideal : [...plugged][0];
    if (id === undefined) throw new DOMException("", "NotFoundError");
    const track = { id, state: "live" as "live" | "ended", onended: null, getSettings: () => ({ deviceId: id }) };
    tracks.push(track);
    const stoppable = Object.assign(track, { stop: () => (track.state = "ended") });
    return { getTracks: () => [stoppable] } as never;
  };
  let now = 0;
  let timers: { readonly at: number; readonly fire: () => void }[] = [];
  const clock: Clock = {
    now: () => instant(now),
    elapsed: () => ms(now),
    wait: (delay: Ms, fire) => {
      const timer = { at: now + delay, fire };
      timers.push(timer);
      return () => (timers = timers.filter((one) => one !== timer));
    },
  };
  const told: Device["at"][] = [];
  const kept = keepDevice({
    devices: { getUserMedia } as MediaDevices,
    clock,
    kind: "camera",
    chosen,
    onChange: ({ at }) => told.push(at),
  });
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  return {
    kept,
    told,
    refuse: (why: string | null) => (refusal = why),
    /** The browser answers everything that it was asked; how many questions that were. */
    answer: async (): Promise<number> => {
      await settle();
      const all = asked.splice(0);
      for (const one of all) one();
      await settle();
      return all.length;
    },
    live: () => tracks.filter(({ state }) => state === "live").map(({ id }) => id),
    pull: (id: string) => {
      plugged.delete(id);
      for (const track of tracks)
        if (track.id === id && track.state === "live") {
          track.state = "ended";
          track.onended?.();
        }
    },
    plug: (id: string) => plugged.add(id),
    found: (): Found[] => [...plugged].map((id) => ({ kind: "camera", id, label: id })),
    pass: (time: number) => {
      now += time;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { fire } of due) fire();
    },
  };
}

describe("a device that is kept open", () => {
  it("[VW55] is one track however often it is wanted, and none after rest, also where the browser answers late", async () => {
    const { kept, answer, live } = room();
    kept.want();
    kept.want();
    expect(await answer()).toBe(1);
    expect(live()).toEqual(["one"]);
    kept.rest();
    expect(live()).toEqual([]);
    kept.want();
    kept.rest();
    kept.want();
    await answer();
    expect(live()).toEqual(["one"]);
    kept.rest();
    kept.want();
    kept.rest();
    await answer();
    expect([live(), kept.state().at]).toEqual([[], "closed"]);
  });

  it("[VW54] that is pulled out is followed by the next best, and by the chosen one when that comes back", async () => {
    const { kept, answer, live, pull, plug, found } = room();
    kept.want();
    await answer();
    pull("one");
    await answer();
    expect(live()).toEqual(["two"]);
    plug("one");
    kept.look(found());
    expect(live()).toEqual(["two"]); // serves until the chosen one is open
    await answer();
    expect(live()).toEqual(["one"]);
    pull("two");
    kept.look(found());
    expect(await answer()).toBe(0);
    expect(live()).toEqual(["one"]);
  });

  it("[VW54] of which there is none any more says so, and opens at the next plug without being asked", async () => {
    const { kept, answer, live, pull, plug, found } = room();
    kept.want();
    await answer();
    pull("two");
    pull("one");
    await answer();
    expect(kept.state()).toEqual({ at: "refused", why: "NotFoundError" });
    plug("two");
    kept.look(found());
    await answer();
    expect(live()).toEqual(["two"]);
  });

  it("[VW51] that another program holds is tried every three seconds, one that a person forbids only when asked to", async () => {
    const { kept, answer, live, refuse, pass } = room();
    refuse("NotReadableError");
    kept.want();
    await answer();
    pass(2999);
    expect(await answer()).toBe(0);
    pass(1);
    expect(await answer()).toBe(1);
    refuse("NotAllowedError");
    pass(3000);
    expect(await answer()).toBe(1);
    pass(60_000);
    expect(await answer()).toBe(0);
    kept.want();
    expect(await answer()).toBe(0);
    refuse(null);
    kept.tryAgain();
    expect(await answer()).toBe(1);
    expect(live()).toEqual(["one"]);
  });

  it("tells every change, and never that it is open while it only is being exchanged for one that does not open", async () => {
    const { kept, answer, live, refuse, told } = room(null);
    kept.want();
    await answer();
    refuse("NotReadableError");
    kept.choose("two");
    await answer();
    expect([told, live()]).toEqual([["opening", "open"], ["one"]]);
  });
});
