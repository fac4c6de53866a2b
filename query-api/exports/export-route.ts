import type { Socket } from "node:net";
import { z } from "zod";
import { READERS } from "#query-api/access.ts";
import { conflict, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import type { ExportKind } from "#query-api/exports/export-kind.ts";
import type { ExportPlan } from "#query-api/exports/export-plan.ts";
import { Manifest } from "#query-api/exports/manifest.ts";
import { describeExport, sendExport } from "#query-api/exports/send-export.ts";
import { readFor } from "#query-api/read-for.ts";
import type { Reader } from "#query-api/reader.ts";
import { actFirst } from "#query-api/record-act.ts";

/** The body of a file in any format. */
const FileContent = {
  "text/csv": { schema: z.string() },
  "application/x-ndjson": { schema: z.string() },
  "application/vnd.apache.parquet": { schema: z.string() },
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": { schema: z.string() },
};

const FILE_DESCRIPTION =
  "The file. Its row count, SHA-256 and manifest (base64url) follow as the HTTP trailers `spendtrail-row-count`, `spendtrail-sha256` and `spendtrail-manifest`; a file without them is not whole.";

/** One kind of export, as its file and as its manifest. */
export interface ExportRoute<Shape extends z.ZodObject> {
  /** The end of its address: `/v1/exports/{name}`. */
  readonly name: ExportPlan["export"];
  /** Of its operation ids, such as `Costs` in `exportCosts`. */
  readonly operation: string;
  readonly summary: string;
  readonly description: string;
  readonly kind: ExportKind<Shape>;
}

/**
 * The two routes of an export. That it was asked for is on record before its first byte leaves, and its hash before the
 * last.
 */
export function exportRoutes<Shape extends z.ZodObject>(
  app: App,
  deps: RouteDeps,
  { name, operation, summary, description, kind }: ExportRoute<Shape>,
): void {
  const { querystring } = kind;
  const plan = async (query: unknown, reader: Reader, keyId: string) => {
    const made = await kind.plan(query as z.output<Shape>, deps, reader);
    await began(deps, keyId, made);
    return made;
  };
  app.route({
    method: "GET",
    url: `/v1/exports/${name}`,
    config: { access: READERS },
    schema: {
      operationId: `export${operation}`,
      tags: ["exports"],
      summary,
      description: `${description} A viewer's key sees its teams only. The export is recorded before its first byte leaves.`,
      querystring,
      response: { 200: { description: FILE_DESCRIPTION, content: FileContent }, ...problems, ...conflict },
    },
    handler: async (request, reply): Promise<never> => {
      await readFor(request, reply, deps, async (reader, { keyId }) => {
        const made = await plan(request.query, reader, keyId);
        await sendExport(reply, made, (manifest) => ended(deps, keyId, made, manifest));
      });
      // The file has left; the types know JSON answers only.
      return reply as never;
    },
  });
  app.route({
    method: "GET",
    url: `/v1/exports/${name}/manifest`,
    config: { access: READERS },
    schema: {
      operationId: `describe${operation}Export`,
      tags: ["exports"],
      summary: `The manifest of the same file: ${summary.toLowerCase()}`,
      description: "Makes the export once more without sending it, for clients that see no HTTP trailers.",
      querystring,
      response: { 200: Manifest, ...problems, ...conflict },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader, { keyId }) => {
        // Nothing is sent until all of it was made, and a silent connection would be taken for an idle one. A request
        // that is injected has no socket of its own.
        (request.raw.socket as Partial<Socket>).setTimeout?.(0);
        const made = await plan(request.query, reader, keyId);
        const manifest = await describeExport(made);
        await ended(deps, keyId, made, manifest);
        return manifest;
      }),
  });
}

function began(deps: RouteDeps, actor: string, plan: ExportPlan): Promise<void> {
  const { export: name, format, query } = plan;
  return actFirst(deps, {
    act: "export.began",
    actor,
    subject: `/v1/exports/${name}`,
    detail: { format, ...query },
  });
}

function ended(deps: RouteDeps, actor: string, plan: ExportPlan, manifest: Manifest): Promise<void> {
  const { as_of, row_count, sums, bytes, sha256 } = manifest;
  return actFirst(deps, {
    act: "export.ended",
    actor,
    subject: `/v1/exports/${plan.export}`,
    detail: { format: plan.format, ...plan.query, as_of, row_count, sums, bytes, sha256 },
  });
}
