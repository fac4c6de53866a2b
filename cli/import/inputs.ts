import { fileInputs } from "#cli/import/file-inputs.ts";
import type { Input } from "#cli/import/input.ts";
import type { Format } from "#cli/import/options.ts";
import { postgresInput } from "#cli/import/postgres-inputs.ts";
import { s3Inputs } from "#cli/import/s3-inputs.ts";
import type { TimeRange } from "#cli/import/time-range.ts";

export interface InputOptions {
  readonly format: Format;
  readonly range: TimeRange;
  readonly nowMs: number;
  readonly env: NodeJS.ProcessEnv;
}

/** What a command line names: files, objects or a table. That there is none at all is told before anything is read. */
export async function inputsOf(named: string, options: InputOptions): Promise<AsyncIterable<Input>> {
  const inputs = each(named, options);
  const first = await inputs.next();
  return (async function* () {
    if (first.done) return;
    yield first.value;
    yield* inputs;
  })();
}

async function* each(named: string, options: InputOptions): AsyncGenerator<Input> {
  if (/^s3:\/\//i.test(named)) yield* s3Inputs(named, options.format, options.env);
  else if (isPostgres(named)) yield postgresInput(named, options.range, options.nowMs);
  else yield* fileInputs(named, options.format);
}

/** For people and the log of acts: an address of a database without its user and password. */
export function shownInput(named: string): string {
  if (!isPostgres(named)) return named.slice(0, 500);
  const address = URL.parse(named);
  return address === null ? "postgres" : `postgres://${address.host}${address.pathname}`;
}

function isPostgres(named: string): boolean {
  return /^postgres(ql)?:\/\//i.test(named);
}
