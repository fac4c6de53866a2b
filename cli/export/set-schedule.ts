import { readFileSync } from "node:fs";
import { z } from "zod";
import { type CommonOptions, screenOf } from "#cli/common-options.ts";
import {
  callingKeyId,
  readSchedule,
  type ScheduleValue,
  writeSchedule,
} from "#cli/export/schedule-settings.ts";
import { failure } from "#core/failure.ts";

export interface SetOptions extends CommonOptions {
  readonly file?: string;
  readonly export?: string;
  readonly param: readonly string[];
  readonly range?: string;
  readonly format?: string;
  readonly cron?: string;
  readonly zone?: string;
  readonly destination?: string;
  readonly owner?: string;
  readonly catchUp?: number;
  readonly reason: string;
  readonly url?: string;
}

/** Sets a schedule, or those of a file. What is not said of one that is there stays as it is. */
export async function setSchedules(name: string | undefined, options: SetOptions): Promise<void> {
  if ((name === undefined) === (options.file === undefined))
    throw failure("OPTION_INVALID", {
      option: "<name>",
      value: name ?? "nothing",
      accepts: "the name of one schedule, or --file with one or several",
    });
  const wanted = options.file === undefined ? [{ id: name, ...saidOf(options) }] : readFile(options.file);
  const set = [];
  for (const value of wanted) set.push(await setOne(value, options));
  screenOf(options).answer(
    { schedules: set },
    set.map(({ id, version }) => `Schedule ${id} is set (version ${version}).`),
  );
}

async function setOne(said: ScheduleValue, options: SetOptions) {
  const id = String(said["id"]);
  const stored = await readSchedule(id, options.url);
  const owner = stored?.value["owner"] ?? callingKeyId(options.url);
  const value = { owner, ...stored?.value, ...said };
  const version = await writeSchedule(id, stored?.version ?? 0, value, {
    url: options.url,
    reason: options.reason,
  });
  return { id, version, value };
}

function saidOf(options: SetOptions): ScheduleValue {
  const { range, format, cron, zone, destination, owner, catchUp: catch_up } = options;
  const said = { export: options.export, range, format, cron, zone, destination, owner, catch_up };
  const parameters = options.param.length === 0 ? undefined : parametersOf(options.param);
  return Object.fromEntries(
    Object.entries({ ...said, parameters }).filter(([, value]) => value !== undefined),
  );
}

function parametersOf(given: readonly string[]): Readonly<Record<string, string | string[]>> {
  const pairs = given.map((text) => {
    const at = text.indexOf("=");
    if (at > 0) return [text.slice(0, at), text.slice(at + 1)] as const;
    throw failure("OPTION_INVALID", { option: "--param", value: text, accepts: "name=value" });
  });
  const byName = Map.groupBy(pairs, ([name]) => name);
  return Object.fromEntries(
    [...byName].map(([name, some]) => {
      const [first = "", ...rest] = some.map(([, value]) => value);
      return [name, rest.length === 0 ? first : [first, ...rest]];
    }),
  );
}

const File = z.union([
  z.array(z.looseObject({ id: z.string() })).min(1),
  z.looseObject({ id: z.string() }).transform((one) => [one]),
]);

function readFile(path: string): readonly ScheduleValue[] {
  try {
    return File.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    const accepts = "a JSON file with a schedule or a list of them, each with an id";
    throw failure("OPTION_INVALID", { option: "--file", value: path, accepts }, error);
  }
}
