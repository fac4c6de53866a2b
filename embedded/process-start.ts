import { readFileSync } from "node:fs";

/**
 * What tells a process from a later one with the same number: the boot of the machine and the tick of its start
 * (proc(5), field 22 of /proc/PID/stat). Numbers are used again soon after a reboot, and in a container at every
 * start. Empty where there is no such process, or no /proc: there the number alone must do.
 */
export function processStart(pid: number): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets, which may hold blanks and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return `${boot}/${fields[19] ?? ""}`;
  } catch {
    return "";
  }
}
