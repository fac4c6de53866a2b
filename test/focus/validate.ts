import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

/** What the validator found: how many of its rules passed, and those that failed with what it said. */
export interface Verdict {
  readonly passed: number;
  readonly failed: readonly string[];
}

/** From its own folder: 1.0.0 looks for its list of currencies relative to where it runs. */
const MAIN =
  "import os, focus_validator; os.chdir(os.path.dirname(os.path.dirname(focus_validator.__file__))); from focus_validator.main import main; main()";
const BOUND = { timeout: 110_000, maxBuffer: 1 << 26 };

/** Runs the official validator on a CSV file and reads its report in the form of JUnit. */
export async function validate(
  python: string,
  {
    file,
    version,
    report,
    env = {},
  }: { file: string; version: string; report: string; env?: NodeJS.ProcessEnv },
  further: readonly string[] = [],
): Promise<Verdict> {
  const module = ["-c", MAIN];
  const options = ["--data-file", file, "--validate-version", version, ...further];
  const output = ["--output-type", "unittest", "--output-destination", report];
  await promisify(execFile)(python, [...module, ...options, ...output], {
    ...BOUND,
    env: { ...process.env, ...env },
  }).catch((error: { stderr?: string; stdout?: string }) => {
    // It may end with 1 when rules fail; without a report it broke.
    process.stderr.write(`${(error.stdout ?? "").slice(-2_000)}${(error.stderr ?? "").slice(-2_000)}`);
  });
  const text = readFileSync(report, "utf8");
  const cases = [...text.matchAll(/<testcase ([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g)];
  if (cases.length === 0) throw new Error(`the validator ran no rule: ${text.slice(0, 500)}`);
  const skipped = (body: string | undefined) => body?.includes("<skipped") === true;
  const failed = cases.filter(([, , , body]) => body !== undefined && /<(failure|error)/.test(body));
  return {
    passed: cases.filter((one) => !failed.includes(one) && !skipped(one[3])).length,
    failed: failed.map(([whole]) => whole.replaceAll(/\s+/g, " ").slice(0, 400)),
  };
}
