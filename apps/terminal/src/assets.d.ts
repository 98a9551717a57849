// What the bundler makes of an import that Node and TypeScript do not know.
declare module "*?worker&url" {
  /** The address of the built worker, on our own station. */
  const url: string;
  export default url;
}
