import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import type { FastifyReply } from "fastify";
import { FORMAT_OF } from "#query-api/exports/export-format.ts";
import type { ExportPlan } from "#query-api/exports/export-plan.ts";
import { makeExport } from "#query-api/exports/make-export.ts";
import type { Manifest } from "#query-api/exports/manifest.ts";

/** A trailer is a header to whoever reads it, and clients bound those; a longer manifest has an address of its own. */
const MANIFEST_TRAILER_CHARACTERS_MAX = 8_000;

/**
 * Sends a file as it is made and, behind its last byte, what it holds, as HTTP trailers: a file without them is not
 * whole. Resolves when it has left. The last piece is held back until `ended` has taken the manifest: where the end
 * cannot be put on record, nobody has all of the file.
 */
export async function sendExport(
  reply: FastifyReply,
  plan: ExportPlan,
  ended: (manifest: Manifest) => Promise<void>,
): Promise<void> {
  const made = makeExport(plan);
  // The first piece before any header: what the store refuses is an answer of its own.
  const first = await made.next();
  let manifest: Manifest | undefined;
  const pieces = async function* () {
    let held: Buffer | undefined;
    for (let step = first; ; step = await made.next()) {
      if (step.done) {
        await ended(step.value);
        manifest = step.value;
        if (held !== undefined) yield held;
        return;
      }
      // The end of a format can be nothing, and what is held back must be something.
      if (step.value.length === 0) continue;
      if (held !== undefined) yield held;
      held = step.value;
    }
  };
  const body = Readable.from(pieces(), { objectMode: false });
  const trailer = (name: string, value: (of: Manifest) => string) =>
    reply.trailer(name, async () => (manifest === undefined ? "" : value(manifest)));
  trailer("spendtrail-row-count", ({ row_count }) => String(row_count));
  trailer("spendtrail-sha256", ({ sha256 }) => sha256);
  trailer("spendtrail-manifest", manifestTrailer);
  reply.headers({
    "content-disposition": `attachment; filename="spendtrail-${plan.export}.${plan.format}"`,
    "spendtrail-as-of": plan.pin.asOf,
    "spendtrail-data-until": plan.pin.dataUntil ?? "none",
    "spendtrail-settings-offset": plan.pin.settingsOffset.toString(),
  });
  reply.type(FORMAT_OF[plan.format].mediaType).send(body);
  // A client that went away is not our failure, and a break inside is logged where it happens.
  await finished(reply.raw).catch(() => {});
}

/** The manifest alone: the export is made, hashed and thrown away. */
export async function describeExport(plan: ExportPlan): Promise<Manifest> {
  const made = makeExport(plan);
  for (;;) {
    const step = await made.next();
    if (step.done) return step.value;
  }
}

function manifestTrailer(manifest: Manifest): string {
  const text = Buffer.from(JSON.stringify(manifest)).toString("base64url");
  return text.length > MANIFEST_TRAILER_CHARACTERS_MAX ? "" : text;
}
