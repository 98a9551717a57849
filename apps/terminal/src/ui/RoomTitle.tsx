// The heading of a room of the console: its name, as in the list of rooms, and a sentence that sums it up.
import { type Say, say } from "../words/say.ts";
import type { Section } from "../model/actions.ts";
import { Words } from "./Words.tsx";

export function RoomTitle({ section, sub = null }: { section: Section; sub?: Say | null }) {
  return (
    <div className="room-title">
      <h1>
        <Words say={say(`nav.${section}`)} />
      </h1>
      {sub !== null && (
        <p className="room-sub">
          <Words say={sub} />
        </p>
      )}
    </div>
  );
}
