// The way that one call's packets take, asked of the browser each second: whether it is direct, and whether it carries our
// picture beside our sound. A path that is being mended is judged anew, once it is back.
import { type Clock, type Ms, ms } from "@parley/base/time";
import { type Line, isInCall } from "@parley/call/state";
import { type Path, judgePath, pathFactsOf, wholePath } from "../media/poorPath.ts";
import { type Route, routeOf } from "../media/route.ts";

export type CallPath = {
  readonly at: () => Path["at"];
  /** It is narrow, or looks so: sound goes at half its rate. */
  readonly isPoor: () => boolean;
  /** From now on the browser is asked. */
  readonly begin: () => void;
  /** The call is with another terminal: nothing is held against the path to that one. `onChanged` is not called. */
  readonly anew: () => void;
  readonly close: () => void;
};

export type CallPathOptions = {
  readonly line: () => Line;
  readonly clock: Clock;
  /** The browser's own report of the connection; empty while there is none. */
  readonly report: () => Promise<readonly unknown[]>;
  readonly onLooked: (looked: { readonly route: Route; readonly path: Path["at"] }) => void;
  /** Called after `onLooked`, where what is sent is other than before. */
  readonly onChanged: () => void;
};

/** How often the browser is asked which way its packets take. */
const routeEvery: Ms = ms(1000);

export function watchPath({ line, clock, report, onLooked, onChanged }: CallPathOptions): CallPath {
  let path: Path = wholePath(clock.elapsed());
  let closed = false;

  const isPoor = (): boolean => path.at === "soundOnly" || path.poorSince !== null;

  const looked = (told: readonly unknown[]): void => {
    if (closed) return;
    const before = [path.at, isPoor()];
    path = line().at === "live" ? judgePath(path, pathFactsOf(told), clock.elapsed()) : wholePath(clock.elapsed());
    onLooked({ route: routeOf(told), path: path.at });
    if (path.at !== before[0] || isPoor() !== before[1]) onChanged();
  };

  const watchRoute = (): void => {
    if (closed) return;
    if (isInCall(line())) void report().then(looked);
    clock.wait(routeEvery, watchRoute);
  };

  return {
    at: () => path.at,
    isPoor,
    begin: watchRoute,
    anew: () => {
      path = wholePath(clock.elapsed());
    },
    close: () => {
      closed = true;
    },
  };
}
