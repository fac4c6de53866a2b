import { scrubText } from "#core/redaction-shapes.ts";

/** Whether a text is a stream of server-sent events whose data is JSON (WHATWG HTML, "Server-sent events"). */
export function isEventStream(text: string): boolean {
  return text.includes("data:") && /(?:^|[\r\n])data: ?[{[]/.test(text);
}

/** Such a text with the JSON of each of its lines redacted by `redactJson`; other lines are scrubbed by shape. */
export function redactEventStream(text: string, redactJson: (json: string) => string): string {
  return text.replaceAll(/[^\r\n]+/g, (line) => {
    const start = /^data: ?(?=[{[])/.exec(line)?.[0];
    return start === undefined ? scrubText(line) : start + redactJson(line.slice(start.length));
  });
}
