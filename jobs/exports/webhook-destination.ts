import { readFile } from "node:fs/promises";
import type { Delivery, Destination } from "#jobs/exports/destination.ts";
import { signWebhook } from "#jobs/exports/sign-webhook.ts";

/** Files up to this size are in the message; for a larger one it says where the same bytes can be got. */
export const INLINE_BYTES_MAX = 5_000_000;
const ANSWER_MS_MAX = 60_000;

/**
 * One signed JSON message a delivery: the manifest, and the file in base64 or where to get it. Any answer of 200 to 299
 * is a receipt. Redirects are not followed, so nobody but the operator says where it goes.
 */
export function webhookDestination(
  { url, secret }: { readonly url: string; readonly secret: string },
  clock: () => Date,
): Destination {
  return {
    type: "webhook",
    // The path and the query of such addresses are often secrets.
    place: new URL(url).origin,
    deliver: async (delivery, signal) => {
      const body = JSON.stringify(await messageOf(delivery));
      const response = await fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "user-agent": "spendtrail",
          ...signWebhook({ id: delivery.id, body }, [secret], clock().getTime()),
        },
        body,
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS_MAX)]),
      }).catch((error: unknown) => {
        const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
        throw new Error(cause?.code ?? cause?.message ?? message);
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`it answered ${response.status}`);
    },
  };
}

async function messageOf(delivery: Delivery): Promise<unknown> {
  const { schedule, dueAt, file, mediaType, bytes, sha256, address, path, manifest } = delivery;
  const isInline = bytes <= INLINE_BYTES_MAX;
  return {
    type: "export.delivered",
    timestamp: dueAt,
    data: {
      schedule,
      due_at: dueAt,
      file: {
        name: file,
        media_type: mediaType,
        bytes,
        sha256,
        content_base64: isInline ? (await readFile(path)).toString("base64") : null,
        address,
      },
      manifest: JSON.parse(manifest.toString()) as unknown,
    },
  };
}
