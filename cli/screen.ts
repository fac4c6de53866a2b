import { type Column, tableLines } from "#cli/table.ts";

/**
 * Where a verb writes. Data goes to stdout: one JSON value with `--json`, text otherwise. Everything said on the
 * way goes to stderr, and progress only where that is a terminal.
 */
export interface Screen {
  readonly json: boolean;
  /** The verb's answer: `value` with --json, `lines` otherwise. */
  answer(value: unknown, lines: readonly string[]): void;
  table<Row>(value: unknown, columns: readonly Column<Row>[], rows: readonly Row[]): void;
  /** A remark on the way, always on stderr. */
  say(line: string): void;
  /** Progress that is rewritten in place; nothing where stderr is no terminal. */
  progress(line: string): void;
}

interface Streams {
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean | undefined };
}

export function createScreen(
  json: boolean,
  streams: Streams = { out: process.stdout, err: process.stderr },
): Screen {
  let open = false;
  const closeProgress = () => {
    if (open) streams.err.write("\r\u001b[K");
    open = false;
  };
  const answer = (value: unknown, lines: readonly string[]) => {
    closeProgress();
    streams.out.write(json ? `${JSON.stringify(value)}\n` : lines.map((line) => `${line}\n`).join(""));
  };
  return {
    json,
    answer,
    table: (value, columns, rows) => answer(value, json ? [] : tableLines(columns, rows)),
    say: (line) => {
      closeProgress();
      streams.err.write(`${line}\n`);
    },
    progress: (line) => {
      if (!streams.err.isTTY) return;
      streams.err.write(`\r\u001b[K${line}`);
      open = true;
    },
  };
}
