// A part of a room under a heading of its own, with a sentence beside it and what can be done with it.
import type { ReactNode } from "react";
import type { Say } from "../words/say.ts";
import { Words } from "./Words.tsx";

export function Panel({
  id,
  title,
  sub = null,
  acts = null,
  children,
}: {
  readonly id: string;
  readonly title: Say;
  readonly sub?: Say | null;
  readonly acts?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="panel" aria-labelledby={id}>
      <div className="panel-head">
        <h2 id={id}>
          <Words say={title} />
        </h2>
        {sub !== null && (
          <p className="ready-quiet">
            <Words say={sub} />
          </p>
        )}
        {acts}
      </div>
      {children}
    </section>
  );
}
