// A party's name as the heading of a screen, isolated from the direction around it; a long one is set smaller, so that it
// stays whole and the button stays on the screen.
export function PartyName({ name }: { name: string }) {
  const letters = name.length;
  return (
    <h1 className="desk-name" data-length={letters > 36 ? "longest" : letters > 16 ? "long" : "short"}>
      <bdi>{name}</bdi>
    </h1>
  );
}
