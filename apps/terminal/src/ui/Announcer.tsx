// What assistive technology is told when it happens. Two queues: a polite one that waits for the reader to finish, and an
// assertive one for rings, loss and cut-off alone. Both are always in the page, since a live region added late is not heard.
import type { Announcement } from "../model/announce.ts";
import { Words } from "./Words.tsx";

export function Announcer({ said }: { said: readonly Announcement[] }) {
  const of = (urgency: Announcement["urgency"]) => said.filter((one) => one.urgency === urgency).slice(-3);
  return (
    <div className="unseen">
      {(["polite", "assertive"] as const).map((urgency) => (
        <div key={urgency} role={urgency === "polite" ? "log" : "alert"} aria-live={urgency} aria-relevant="additions">
          {of(urgency).map((one) => (
            <p key={one.key}>
              <Words say={one.what} />
            </p>
          ))}
        </div>
      ))}
    </div>
  );
}
