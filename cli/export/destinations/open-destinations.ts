import { emailDestination } from "#cli/export/destinations/email-destination.ts";
import { s3Destination } from "#cli/export/destinations/s3-destination.ts";
import type { Destination } from "#jobs/exports/destination.ts";
import { folderDestination } from "#jobs/exports/folder-destination.ts";
import { webhookDestination } from "#jobs/exports/webhook-destination.ts";
import type { ExportDestination } from "#runtime/config/export-destinations.ts";

/**
 * The destinations of the configuration, ready to take something; nothing is asked of them yet.
 *
 * @throws failure IMPORT_S3_REFUSED where a bucket is named and there are no credentials
 */
export function openDestinations(
  configured: ReadonlyMap<string, ExportDestination> | null,
  env: NodeJS.ProcessEnv,
  clock: () => Date,
): ReadonlyMap<string, Destination> {
  return new Map([...(configured ?? [])].map(([name, place]) => [name, open(place, env, clock)]));
}

function open(place: ExportDestination, env: NodeJS.ProcessEnv, clock: () => Date): Destination {
  switch (place.type) {
    case "folder":
      return folderDestination(place.path);
    case "s3":
      return s3Destination(place, env);
    case "webhook":
      return webhookDestination(place, clock);
    case "email":
      return emailDestination(place);
    default:
      return place satisfies never;
  }
}
