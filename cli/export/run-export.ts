import { rm, writeFile } from "node:fs/promises";
import { askApi } from "#cli/api-client.ts";
import { type CommonOptions, screenOf } from "#cli/common-options.ts";
import { type Downloaded, download } from "#cli/export/download.ts";
import { exportAccess } from "#cli/export/export-access.ts";
import { failure } from "#core/failure.ts";

export interface ExportOptions extends CommonOptions {
  readonly from: string;
  readonly to?: string;
  readonly asOf?: string;
  readonly format: string;
  readonly out?: string;
  readonly url?: string;
}

/** Behind it is a whole export, which the API makes once more. */
const MANIFEST_MS_MAX = 3_600_000;

type Params = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Downloads an export and writes its manifest beside it; says what it holds. */
export async function runExport(name: string, options: ExportOptions, further: Params): Promise<void> {
  const screen = screenOf(options);
  const access = exportAccess(options.url);
  const params: Params = {
    ...further,
    from: options.from,
    to: options.to,
    as_of: options.asOf,
    format: options.format,
  };
  const file = options.out ?? `spendtrail-${name}-${options.from.slice(0, 10)}.${options.format}`;
  const path = `/v1/exports/${name}`;
  const found = await download(access, addressOf(access.base, path, params), file, (bytes) =>
    screen.progress(`${(bytes / 1_000_000).toFixed(1)} MB`),
  );
  const manifest = await manifestOf(found, `${path}/manifest`, params, options.url);
  if (manifest.sha256 !== found.sha256) {
    await rm(file, { force: true });
    throw failure("EXPORT_INCOMPLETE", { file, bytes: found.bytes, reason: CHANGED });
  }
  const beside = `${file}.manifest.json`;
  await writeFile(beside, `${JSON.stringify({ file, ...manifest }, null, 2)}\n`, { flag: "wx" }).catch(
    (error: NodeJS.ErrnoException) => {
      throw failure("EXPORT_FILE_UNWRITABLE", { file: beside, reason: error.code ?? error.message }, error);
    },
  );
  screen.answer({ file, manifest_file: beside, ...manifest }, [
    `${file}: ${manifest.row_count} rows, ${found.bytes} bytes, as of ${manifest.as_of}`,
    ...Object.entries(manifest.sums).map(([column, sum]) => `  ${column}: ${sum}`),
    ...((manifest.charges ?? "0") === "0"
      ? []
      : [`  calls: ${manifest.calls_cost} USD; ${manifest.charges} charges: ${manifest.charges_cost} USD`]),
    `  sha256: ${found.sha256}`,
    ...(manifest.unpriced_calls === "0"
      ? []
      : [`  ${manifest.unpriced_calls} calls have no price and are in no sum: spendtrail prices list`]),
    `${beside}: the manifest`,
  ]);
}

/** The manifest of a file that was too long for its trailer is made with the export, once more. */
const CHANGED = "what came in meanwhile made another file; ask again with an --as-of of some minutes ago";

interface Told {
  readonly sha256: string;
  readonly row_count: number;
  readonly as_of: string;
  readonly sums: Readonly<Record<string, string>>;
  readonly unpriced_calls: string;
  readonly calls_cost?: string;
  readonly charges?: string;
  readonly charges_cost?: string;
}

async function manifestOf(
  { manifest, asOf }: Downloaded,
  path: string,
  params: Params,
  url: string | undefined,
): Promise<Told> {
  return (manifest ??
    (await askApi(path, { ...params, as_of: asOf }, { url, deadlineMs: MANIFEST_MS_MAX }))) as Told;
}

function addressOf(base: string, path: string, params: Params): URL {
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(params))
    for (const part of value === undefined ? [] : [value].flat()) url.searchParams.append(name, part);
  return url;
}
