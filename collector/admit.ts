import type { FastifyRequest } from "fastify";
import type { CollectorDeps } from "#collector/deps.ts";
import { failure } from "#core/failure.ts";
import type { KeySetting } from "#core/settings/key.ts";
import { isUnknown, type KeyRefusal, verifyKey } from "#core/settings/verify-key.ts";
import { onceCaughtUp } from "#runtime/settings/once-caught-up.ts";

export type Admission =
  | { readonly ok: true; readonly key: KeySetting }
  | { readonly ok: false; readonly reason: KeyRefusal | "missing" };

/**
 * The key that a request shows, as `Authorization: Bearer st_…` or `x-api-key: st_…`, judged before anything of the
 * body is read. Why a key was refused is for the log: a caller is told only that it is not valid.
 */
export async function admissionOf(
  request: Pick<FastifyRequest, "headers">,
  deps: Pick<CollectorDeps, "settings" | "clock">,
): Promise<Admission> {
  const { authorization, "x-api-key": apiKey } = request.headers;
  if (authorization === undefined && apiKey === undefined) return { ok: false, reason: "missing" };
  const token = authorization === undefined ? apiKey : /^bearer +(\S{1,200}) *$/i.exec(authorization)?.[1];
  if (typeof token !== "string") return { ok: false, reason: "malformed" };
  const { settings, clock } = deps;
  const verified = await onceCaughtUp(
    settings,
    () => verifyKey(settings.state(), token, clock().getTime()),
    (result) => !isUnknown(result),
  );
  return verified.ok ? { ok: true, key: verified.value } : { ok: false, reason: verified.reason };
}

/** @throws failure API_KEY_MISSING, API_KEY_INVALID, ROLE_FORBIDDEN */
export function requireIngestKey(admission: Admission): KeySetting {
  if (!admission.ok) throw failure(admission.reason === "missing" ? "API_KEY_MISSING" : "API_KEY_INVALID");
  const { role } = admission.key;
  if (role !== "ingest") throw failure("ROLE_FORBIDDEN", { role, wanted: "ingest" });
  return admission.key;
}
