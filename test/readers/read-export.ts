import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

export type ReaderName = "duckdb" | "pandas" | "openpyxl" | "office";

/** What a program found in a file; figures as plain decimals, times to the millisecond. */
export interface Found {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly sums: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, string>>;
  /** Cells that are formulas. */
  readonly formulas: number;
}

const run = promisify(execFile);
const BOUND = { timeout: 110_000, maxBuffer: 1 << 28 };
/** CSV with commas, quotes and UTF-8 (76), as a person chooses in the dialog of LibreOffice. */
const CSV_IN = "--infilter=Text - txt - csv (StarCalc):44,34,76,1";

/** Reads a file with a library of Python. */
export async function readExport(
  python: string,
  reader: ReaderName,
  file: string,
  columns: readonly string[],
): Promise<Found> {
  const { stdout } = await run(
    python,
    ["test/readers/read.py", reader, file, JSON.stringify(columns)],
    BOUND,
  );
  return JSON.parse(stdout) as Found;
}

/** Opens a file in LibreOffice without a screen and reads what it holds then. */
export async function openInOffice(
  { office, python }: { office: string; python: string },
  file: string,
  columns: readonly string[],
): Promise<Found> {
  const out = join(dirname(file), `office-${basename(file)}`);
  mkdirSync(out, { recursive: true });
  // A profile of its own: another LibreOffice of this user would take the job and answer nothing.
  const profile = `-env:UserInstallation=${pathToFileURL(join(dirname(file), "profile"))}`;
  const filter = file.endsWith(".csv") ? [CSV_IN] : [];
  await run(office, [profile, "--headless", ...filter, "--convert-to", "fods", "--outdir", out, file], BOUND);
  return readExport(python, "office", join(out, basename(file).replace(/\.(csv|xlsx)$/, ".fods")), columns);
}
