// What people see on their screens, looked at whenever it changes: no ring that nobody placed or that is long over, none given up
// before its minute, and nobody taken back to where a call has been ([SM12] [SM13] [CA12] [CA15]). Decides nothing.
import { seconds } from "@parley/base/time";
import { type Line, isInCall, openCall, ringsAt } from "@parley/call/state";
import type { IdText } from "@parley/protocol/ids";
import type { Forgetting } from "./forgetting.ts";
import type { Seat } from "./front.ts";
import { type Placed, nameIn } from "./ledgers.ts";
import type { World } from "./parts.ts";
import type { Watch } from "./watch.ts";

/** The longest that a ring may sound after the press: its minute, and what is not counted of its way (inbox.ts). */
const ghostAfter = seconds(60 + 30 + 5);

/** A ring's minute less what its age may be overrated by: commits and sockets on the way. */
const ringHasAtLeast = seconds(50);

/** What else is known of a world. */
export type ScreensKnow = {
  readonly world: () => World;
  readonly placed: ReadonlyMap<IdText, Placed>;
  readonly forgetting: Forgetting;
  readonly watch: Watch;
  readonly wrong: (what: string) => void;
};

export class Screens {
  private readonly know: ScreensKnow;
  private readonly shown = new Map<string, number>();
  private readonly screens = new Map<Seat, string>();
  private readonly early = new Set<IdText>();

  constructor(know: ScreensKnow) {
    this.know = know;
  }

  screenOf(seat: Seat, link: IdText): void {
    const line = seat.page.screen(link);
    this.wentBack(seat, line);
    if (line.at === "live" && seat.page.inCall()?.flowing === true) this.know.watch.sees(line.call);
    const shows = `${line.at} ${line.at === "idle" ? "" : nameIn(this.know.placed, line.call)}`;
    if (this.screens.get(seat) !== shows)
      this.know.world().trace.note(`${seat.station.name} ${seat.it.name} shows ${shows}`);
    this.screens.set(seat, shows);
    if (line.at === "ended" && (line.why === "unanswered" || line.why === "notDelivered")) {
      this.know.watch.gaveUp(line.call);
      this.gaveUp(seat, line);
    }
    if (line.at !== "ringing" || line.side !== "called" || !line.desks.includes(seat.id)) return;
    const since = this.know.placed.get(line.call);
    const { queue } = this.know.world();
    if (since === undefined) return this.know.wrong(`${seat.it.name} rings for a call that nobody placed`);
    const { page } = seat;
    const look = (): void => {
      const still =
        seat.page === page && openCall(page.screen(link)) === line.call && page.screen(link).at === "ringing";
      const age = queue.now() - since.at;
      const slept = [seat.machine, ...this.know.world().stations.map((it) => it.machine)].some(
        ({ stoppedUntil }) => stoppedUntil >= since.at,
      );
      if (still && !seat.away && age > ghostAfter && !slept && !this.misled(since))
        this.know.wrong(
          `a ghost: ${seat.station.name} ${seat.it.name} rings ${Math.round(age / 1000)} s after ${since.name}`,
        );
    };
    look();
    queue.wait(since.at + ghostAfter + 1 - queue.now(), look);
  }

  /** [CA12] [CA15]: a page that a call was over for, or that sat in it, does not ring for it or sit in it anew. */
  private wentBack(seat: Seat, line: Line): void {
    if (this.know.forgetting.has(seat.station)) return;
    if (line.at === "idle" || (isInCall(line) && line.ours !== seat.id)) return;
    // What rings at other desks alone is shown, also where it was declined.
    if (line.at === "ringing" && line.side === "called" && !ringsAt(line, seat.id)) return;
    const key = `${seat.id} ${seat.pages} ${line.call}`;
    const rank = line.at === "ringing" ? 0 : line.at === "ended" ? 2 : 1;
    const before = this.shown.get(key) ?? 0;
    if (rank < before)
      this.know.wrong(
        `[CA12] ${seat.station.name} ${seat.it.name} is taken back to ${line.at} in ${nameIn(this.know.placed, line.call)}`,
      );
    this.shown.set(key, Math.max(rank, before));
  }

  /** A ring has its whole minute, whatever any clock says. */
  private gaveUp(seat: Seat, line: Line & { readonly at: "ended" }): void {
    const since = this.know.placed.get(line.call);
    if (since === undefined || this.early.has(line.call) || this.know.forgetting.any()) return;
    const age = this.know.world().queue.now() - since.pressed;
    if (age >= ringHasAtLeast || this.misled(since) || since.by.startedAt > since.at - 3000) return;
    this.early.add(line.call);
    this.know.wrong(
      `${seat.station.name} ${seat.it.name} gives ${since.name} up after ${Math.round(age / 1000)} s: ${line.side} ${line.why}`,
    );
  }

  /** A station that was down while its clock was set has nothing but that clock to tell a ring's age by. */
  private misled({ at }: Placed): boolean {
    return this.know.world().stations.some((it) => it.machine.setAt >= at && it.startedAt >= at);
  }
}
