import { FAILURES } from "#core/failure.ts";

/** docs/errors.md: one heading a code, in alphabetical order. `{name}` in a message is filled when it is thrown. */
export function errorsPage(): string {
  const sections = Object.entries(FAILURES)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { status, message }]) => `## ${code}\n\nHTTP status ${status}.\n\n${quoted(message)}`);
  return `${[HEAD, ...sections].join("\n\n")}\n`;
}

const HEAD = `<!-- Generated from core/failure.ts by \`npm run generate\`; changes belong there. -->
# Errors

Every error has a code that stays the same. Over HTTP it comes as a problem document (RFC 9457) whose \`code\` is
one of these; on the command line it stands before the message. What is in braces is filled in.`;

function quoted(message: string): string {
  return message
    .split("\n")
    .map((line) => `> ${line}`.trimEnd())
    .join("\n");
}
