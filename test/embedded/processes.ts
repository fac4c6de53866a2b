import { spawnSync } from "node:child_process";

/** The processes whose command line names the folder, ours not among them. */
export function processesNaming(folder: string): { readonly pid: number; readonly command: string }[] {
  const { stdout } = spawnSync("ps", ["-A", "-ww", "-o", "pid=,command="], {
    encoding: "utf8",
    maxBuffer: 1 << 24,
  });
  return stdout.split("\n").flatMap((line) => {
    const [, pid = "", command = ""] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return command.includes(folder) && Number(pid) !== process.pid ? [{ pid: Number(pid), command }] : [];
  });
}
