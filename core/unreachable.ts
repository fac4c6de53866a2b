/** Ends an exhaustive switch: the compiler refuses a case that is not handled. Throws when types were lied to. */
export function unreachable(value: never): never {
  throw new Error(`unreachable case: ${JSON.stringify(value)}`);
}
