// A raised surface with a heading; `tone` adds a colour to its edge, never the only sign of anything.
import { type ReactNode, useId } from "react";
import type { Say } from "../words/say.ts";
import { Words } from "./Words.tsx";

export type CardProps = {
  readonly title: Say;
  readonly tone?: "plain" | "ready" | "warn" | "fault" | "seal";
  readonly level?: 2 | 3;
  readonly children: ReactNode;
};

export function Card({ title, tone = "plain", level = 2, children }: CardProps) {
  const id = useId();
  const Title = level === 2 ? "h2" : "h3";
  return (
    <section className="card" data-tone={tone} aria-labelledby={id}>
      <Title className="card-title" id={id}>
        <Words say={title} />
      </Title>
      {children}
    </section>
  );
}
