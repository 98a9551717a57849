// Nominal types over plain ones, so that a link's id cannot be passed where a call's is meant.

declare const brand: unique symbol;

/** `T`, told apart from every other `T` by `Name`; at run time nothing but `T`. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
