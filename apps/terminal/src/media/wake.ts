// Keeps the screen on while there is a call. A browser lets the lock go whenever the page is hidden, so it is asked for again
// as soon as the page is seen.

/** Switches the lock; safe to say again. A system that forbids it (a battery saver) is left alone: kiosks have their own settings. */
export function keepAwake(page: Document, wakeLock: WakeLock | undefined): (on: boolean) => void {
  let wanted = false;
  let lock: Promise<WakeLockSentinel | null> | null = null;

  const ask = (): void => {
    if (wakeLock === undefined || page.visibilityState !== "visible" || lock !== null) return;
    const asked = wakeLock.request("screen").then(
      (held) => {
        held.addEventListener("release", () => {
          if (lock === asked) lock = null;
        });
        return held;
      },
      () => {
        if (lock === asked) lock = null;
        return null;
      },
    );
    lock = asked;
  };

  page.addEventListener("visibilitychange", () => {
    if (wanted) ask();
  });

  return (on) => {
    wanted = on;
    if (on) return ask();
    const held = lock;
    lock = null;
    void held?.then((it) => it?.release());
  };
}
