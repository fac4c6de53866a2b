import { readFileSync } from "node:fs";
import { z } from "zod";
import { type CommonOptions, screenOf } from "#cli/common-options.ts";
import { readSetting, writeSetting } from "#cli/settings-over-http.ts";
import { failure } from "#core/failure.ts";

export interface SetOptions extends CommonOptions {
  readonly file?: string;
  readonly type?: string;
  readonly address?: string;
  readonly addressSecret?: string;
  readonly authorizationSecret?: string;
  readonly routingKeySecret?: string;
  readonly body?: string;
  readonly secret: readonly string[];
  readonly to: readonly string[];
  readonly default?: boolean;
  readonly resolved?: boolean;
  readonly note?: string;
  readonly reason: string;
  readonly url?: string;
}

type Said = Readonly<Record<string, unknown>>;

/** Sets a receiver, or those of a file. What is not said of one that is there stays as it is, unless its type changes. */
export async function setReceivers(name: string | undefined, options: SetOptions): Promise<void> {
  if ((name === undefined) === (options.file === undefined))
    throw failure("OPTION_INVALID", {
      option: "<name>",
      value: name ?? "nothing",
      accepts: "the name of one receiver, or --file with one or several",
    });
  const wanted = options.file === undefined ? [{ id: name, ...saidOf(options) }] : readFile(options.file);
  const receivers = [];
  for (const said of wanted) receivers.push(await setOne(said, options));
  screenOf(options).answer(
    { receivers },
    receivers.map(
      ({ id, version }) =>
        `Receiver ${id} is set (version ${version}). Try it where the jobs run: spendtrail alerts test ${id}`,
    ),
  );
}

async function setOne(said: Said, { url, reason }: SetOptions) {
  const id = String(said["id"]);
  const stored = await readSetting("receiver", id, url);
  const isSameType = said["type"] === undefined || said["type"] === stored?.value["type"];
  const before = isSameType ? without(stored?.value ?? {}, said) : {};
  const value = { ...before, ...said };
  const version = await writeSetting("receiver", { id, version: stored?.version ?? 0, value, reason }, url);
  return { id, version, value };
}

/** An address takes the place of a secret that holds one, and the other way round. */
function without(before: Said, said: Said): Said {
  const other = { url: "url_secret", url_secret: "url" } as const;
  const gone = Object.entries(other).flatMap(([name, replaced]) => (name in said ? [replaced] : []));
  return Object.fromEntries(Object.entries(before).filter(([name]) => !(gone as string[]).includes(name)));
}

function saidOf(options: SetOptions): Said {
  const { type, body, note } = options;
  const said = {
    ...{ type, body, note, url: options.address, url_secret: options.addressSecret },
    authorization_secret: options.authorizationSecret,
    routing_key_secret: options.routingKeySecret,
    secrets: options.secret.length === 0 ? undefined : options.secret,
    to: options.to.length === 0 ? undefined : options.to,
    is_default: options.default,
    send_resolved: options.resolved,
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

const Named = z.looseObject({ id: z.string() });
const File = z.union([z.array(Named).min(1), Named.transform((one) => [one])]);

function readFile(path: string): readonly Said[] {
  try {
    return File.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    const reason = error instanceof z.ZodError ? "not receivers with an id" : (error as Error).message;
    throw failure("OPTION_INVALID", {
      option: "--file",
      value: path,
      accepts: `a JSON file of one receiver or a list of them (${reason})`,
    });
  }
}
