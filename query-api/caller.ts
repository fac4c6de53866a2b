import type { FastifyRequest } from "fastify";
import { failure } from "#core/failure.ts";
import type { KeySetting } from "#core/settings/key.ts";
import { isUnknown, verifyKey } from "#core/settings/verify-key.ts";
import type { Access } from "#query-api/access.ts";
import type { ApiDeps } from "#query-api/deps.ts";
import { type Scope, scopeOf } from "#query-api/scope.ts";
import { onceCaughtUp } from "#runtime/settings/once-caught-up.ts";

/** Who asks, by the key alone. */
export interface Caller {
  readonly keyId: string;
  readonly role: KeySetting["role"];
  readonly scope: Scope;
}

const callers = new WeakMap<FastifyRequest, Caller>();

/** The caller of a request to a route that takes a key. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new Error("the route is public and has no caller");
  return caller;
}

/**
 * Lets a request through or throws the failure to answer with. Before anything of the request but its headers is
 * read. A route without a stated access is closed.
 *
 * @throws failure API_KEY_MISSING, API_KEY_INVALID, ROLE_FORBIDDEN
 */
export async function admit(
  request: FastifyRequest,
  access: Access | undefined,
  deps: ApiDeps,
): Promise<void> {
  if (access === "public") return;
  const header = request.headers.authorization;
  if (header === undefined) throw failure("API_KEY_MISSING");
  const token = /^bearer +(\S{1,200}) *$/i.exec(header)?.[1];
  const verified = await onceCaughtUp(
    deps.settings,
    () => verifyKey(deps.settings.state(), token ?? "", deps.clock().getTime()),
    (result) => !isUnknown(result),
  );
  if (!verified.ok) {
    deps.log.info({ requestId: request.id, reason: verified.reason }, "key refused");
    throw failure("API_KEY_INVALID");
  }
  const key = verified.value;
  if (access === undefined || !access.includes(key.role)) {
    const route = `${request.method} ${request.routeOptions.url}`;
    await deps.recordAct({ act: "access.denied", actor: key.id, subject: route, detail: { role: key.role } });
    throw failure("ROLE_FORBIDDEN", { role: key.role, wanted: access?.join(", ") ?? "none" });
  }
  callers.set(request, { keyId: key.id, role: key.role, scope: scopeOf(key) });
}
