import { type Members, membersOf, objectsOf, parsedJson } from "#gateways/anthropic/members.ts";

/**
 * The events of a captured stream as bare event objects, from a list of those, a list of `{event, data}` (data an
 * object or its JSON text), or the stream's own text. null for anything else. A line of text that is no JSON, such as
 * one that the capture cut off, is no event.
 */
export function streamEvents(value: unknown): readonly Members[] | null {
  if (typeof value === "string") return isStreamText(value) ? eventsOfText(value) : null;
  if (!Array.isArray(value)) return null;
  return objectsOf(value.map(dataOf));
}

/** Whether a text is that of a stream of server-sent events. */
export function isStreamText(text: string): boolean {
  return /(?:^|[\r\n])data:/.test(text);
}

function dataOf(item: unknown): unknown {
  const members = membersOf(item);
  if (members === null) return parsedJson(item);
  return Object.hasOwn(members, "data") ? parsedJson(members["data"]) : members;
}

function eventsOfText(text: string): readonly Members[] {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.startsWith("data:"));
  return objectsOf(lines.map((line) => parsedJson(line.slice("data:".length).trim())));
}
