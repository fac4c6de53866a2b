import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface ChildServers {
  readonly child: ChildProcess;
  readonly brokers: string[];
  readonly clickHouseUrl: string;
  /** Kafka's process and ClickHouse's. */
  readonly pids: readonly number[];
  /** Lets it stop them in order; gives its exit code. */
  end(): Promise<number | null>;
}

/** Runs `child-servers.ts` and waits until its servers answer. */
export async function runChildServers(
  dataDir: string,
  ports: readonly [kafka: number, clickHouse: number] = [0, 0],
): Promise<ChildServers> {
  const program = new URL("./child-servers.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [program, dataDir, ...ports.map(String)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const line = once(createInterface({ input: child.stdout }), "line");
  const first = await Promise.race([
    line,
    exited.then(([code]) => Promise.reject(new Error(`ended: ${code}`))),
  ]);
  const { brokers, clickHouseUrl, pids } = JSON.parse(String(first[0])) as ChildServers;
  const end = async () => {
    child.stdin.end();
    const [code] = await exited;
    return code as number | null;
  };
  return { child, brokers, clickHouseUrl, pids, end };
}
