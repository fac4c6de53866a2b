import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Installed } from "#test/alertmanager/install.ts";

export interface Alertmanager {
  readonly url: string;
  /** What it holds now, as its API tells. */
  alerts(): Promise<readonly { labels: Record<string, string>; startsAt: string; endsAt: string }[]>;
  /** Kills it with -9 and takes all that it knew. */
  stop(): Promise<void>;
}

/** A real one with nothing in it, which groups by the alert's name and forwards everything to a webhook. */
export async function startAlertmanager(
  { path, cwd }: Installed,
  port: number,
  hook: string,
): Promise<Alertmanager> {
  const folder = mkdtempSync(join(tmpdir(), "alertmanager-"));
  const config = join(folder, "alertmanager.yml");
  writeFileSync(
    config,
    `route:
  receiver: hook
  group_by: [alertname]
  group_wait: 1s
  group_interval: 2s
  repeat_interval: 1h
receivers:
  - name: hook
    webhook_configs:
      - url: ${hook}
        send_resolved: true
`,
  );
  const child: ChildProcess = spawn(
    path,
    [
      ...[`--config.file=${config}`, `--storage.path=${join(folder, "data")}`],
      ...[`--web.listen-address=127.0.0.1:${port}`, "--cluster.listen-address="],
    ],
    { cwd, stdio: "ignore" },
  );
  const exited = once(child, "exit");
  const url = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`Alertmanager ended with ${child.exitCode}`);
    await new Promise((over) => setTimeout(over, 50));
  }
  return {
    url,
    alerts: async () => (await fetch(`${url}/api/v2/alerts`)).json() as ReturnType<Alertmanager["alerts"]>,
    stop: async () => {
      child.kill("SIGKILL");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
