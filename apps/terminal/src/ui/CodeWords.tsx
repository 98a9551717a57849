// Words or codes that two people read to each other: large, numbered, monospaced, each in its own box and always read from
// first to last in the direction of the words' own script.
export function CodeWords({ words, label }: { words: readonly string[]; label: string }) {
  return (
    <ol className="code-words" dir="ltr" aria-label={label}>
      {words.map((word, i) => (
        <li key={i} className="code-word" lang="en">
          <span className="code-number" aria-hidden="true">
            {i + 1}
          </span>
          {word}
        </li>
      ))}
    </ol>
  );
}

/** A short code in groups, as it is typed: "K7QF 2M9D". */
export function Code({ text }: { text: string }) {
  return (
    <code className="code" dir="ltr">
      {text}
    </code>
  );
}
