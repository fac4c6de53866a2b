import { getContainerRuntimeClient } from "testcontainers";

/** An engine answers at once or hangs; a machine without one has no socket to ask. */
const ENGINE_BOUND_MS = 15_000;

export type Engine =
  | { readonly ok: true; readonly host: string }
  | { readonly ok: false; readonly reason: string };

/**
 * The container engine that testcontainers would use (DOCKER_HOST, the usual sockets), or why there is none.
 * `TEST_CONTAINERS=off` is for machines that have one and should not fetch 1.5 GB of images for a test run.
 */
export async function findEngine(env: NodeJS.ProcessEnv = process.env): Promise<Engine> {
  if (env["TEST_CONTAINERS"] === "off") return { ok: false, reason: "TEST_CONTAINERS=off" };
  const late = new Promise<never>((_, reject) => {
    const why = new Error(`the container engine did not answer in ${ENGINE_BOUND_MS / 1000} s`);
    setTimeout(() => reject(why), ENGINE_BOUND_MS).unref();
  });
  try {
    const { info } = await Promise.race([getContainerRuntimeClient(), late]);
    return { ok: true, host: info.containerRuntime.host };
  } catch (error) {
    return { ok: false, reason: (error as Error).message };
  }
}

/** What to do about a missing engine: say so where the run's reader sees it, or fail where CI promises one. */
export function withoutEngine(reason: string, env: NodeJS.ProcessEnv = process.env): string {
  const how =
    "Start Docker or Podman and run: npx vitest run test/containers. CI_REQUIRES_DOCKER=1 makes this a failure.";
  const text = `SKIPPED: the suite on the images of deploy/compose.yaml (${reason}). ${how}`;
  if (env["CI_REQUIRES_DOCKER"] === "1") throw new Error(text);
  return text;
}
