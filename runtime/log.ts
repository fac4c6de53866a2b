import pino from "pino";

export type Log = pino.Logger;

/** Names under which a credential could ever stand in a logged object, at the top or one level down. */
const SECRET_NAMES = [
  "authorization",
  "password",
  "secret",
  "token",
  "cookie",
  "personSalt",
  "clientSecret",
  "secret_sha256",
  '["x-api-key"]',
];

/**
 * A log of one program or part: one JSON object a line on standard error, so that standard output stays free for
 * what a command answers. Written synchronously: the last line before a crash is the one that is needed.
 * With `file` the lines are appended there: for a command whose screen is a person's. Credentials are cut by name; records, headers and bodies are never passed to it.
 */
export function createLog(name: string, level: pino.LevelWithSilent = "info", file?: string): Log {
  return pino(
    {
      name,
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      base: { pid: process.pid },
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError, error: describeError },
      redact: { paths: SECRET_NAMES.flatMap(underAny), censor: "[cut]" },
    },
    pino.destination(file === undefined ? { fd: 2, sync: true } : { dest: file, mkdir: true, sync: true }),
  );
}

function underAny(name: string): readonly string[] {
  return name.startsWith("[") ? [name, `*${name}`] : [name, `*.${name}`, `*.*.${name}`];
}

/** Code, message and stack; not the error's other members, which may hold a request with its headers. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    message: error.message,
    stack: error.stack,
    ...(error.cause instanceof Error ? { cause: error.cause.message } : {}),
  };
}
