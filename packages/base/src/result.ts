// A value or a reason, never a throw: how pure code reports what the outside world did wrong.
// A `throw` in Parley means a bug of ours; anything that bytes, peers or people can cause is a `Result`.

/** Either a value or an error; exactly one of the two. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

export const fail = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error });

/**
 * The value of a result that cannot fail here, because we made the input ourselves.
 * Throws a plain `Error` otherwise, since then the bug is ours.
 */
export function certain<T, E>(result: Result<T, E>): T {
  if (result.ok) return result.value;
  throw new Error(`a result that had to be a value was an error: ${JSON.stringify(result.error)}`);
}
