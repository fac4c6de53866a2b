/** Stands where a credential stood. */
export const CREDENTIAL_MARKER = "[credential]";

/** Stands where content stood; says how many bytes of JSON text it was. */
export function contentMarker(bytes: number): string {
  return `[content ${bytes} bytes]`;
}

/** Whether a value has been redacted already; exactly a marker, so that text which merely quotes one is not spared. */
export function isMarker(value: string): boolean {
  return value.startsWith("[c") && MARKER.test(value);
}

const MARKER = /^\[(?:credential(?: \d{1,6})?|content \d{1,12} bytes)\]$/;
