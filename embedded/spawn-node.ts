import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

/**
 * Starts a program of ours on this very Node, with the flags that this process got: below `node_modules` those
 * register the hook that strips types.
 */
export function spawnNode(file: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(process.execPath, [...process.execArgv, file, ...args], options);
}

/** Whether it is gone, by its own exit or by a signal. */
export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
