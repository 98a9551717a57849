import { describe, expect, it } from "vitest";
import { keepAwake } from "./wake.ts";

/** A page that can be hidden, and a system that gives locks, takes them when it is, and may refuse. */
function house() {
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const locks = new Set<EventTarget>();
  let [asked, refuses] = [0, false];
  const request = async () => {
    asked += 1;
    if (refuses) throw new DOMException("the battery is low", "NotAllowedError");
    const lock = Object.assign(new EventTarget(), {
      release: async () => {
        locks.delete(lock);
        lock.dispatchEvent(new Event("release"));
      },
    });
    locks.add(lock);
    return lock;
  };
  const show = (state: "visible" | "hidden"): void => {
    page.visibilityState = state;
    if (state === "hidden")
      for (const lock of locks) {
        locks.delete(lock);
        lock.dispatchEvent(new Event("release"));
      }
    page.dispatchEvent(new Event("visibilitychange"));
  };
  return {
    awake: keepAwake(page as Document, { request } as WakeLock),
    show,
    refuse: (yes: boolean) => (refuses = yes),
    held: async () => {
      await new Promise((resolve) => setTimeout(resolve));
      return locks.size;
    },
    asked: () => asked,
  };
}

describe("keeping the screen on", () => {
  it("[VW55] one lock is held from the beginning of a call to its end, however often it is said", async () => {
    const { awake, held, asked } = house();
    awake(true);
    awake(true);
    expect(await held()).toBe(1);
    awake(true);
    expect([await held(), asked()]).toEqual([1, 1]);
    awake(false);
    expect(await held()).toBe(0);
  });

  it("[VW55] the lock that goes with a hidden page is asked for again when the page is seen, and not after the call", async () => {
    const { awake, show, held } = house();
    awake(true);
    expect(await held()).toBe(1);
    show("hidden");
    expect(await held()).toBe(0);
    show("visible");
    expect(await held()).toBe(1);
    show("hidden");
    awake(false);
    show("visible");
    expect(await held()).toBe(0);
  });

  it("a call that begins on a hidden page is awake once that is seen, and one that ends while the lock is on its way leaves none", async () => {
    const { awake, show, held } = house();
    show("hidden");
    awake(true);
    expect(await held()).toBe(0);
    show("visible");
    expect(await held()).toBe(1);
    awake(false);
    awake(true);
    awake(false);
    expect(await held()).toBe(0);
  });

  it("a system that refuses is asked again the next time the page is seen", async () => {
    const { awake, show, held, refuse } = house();
    refuse(true);
    awake(true);
    expect(await held()).toBe(0);
    refuse(false);
    show("visible");
    expect(await held()).toBe(1);
  });
});
