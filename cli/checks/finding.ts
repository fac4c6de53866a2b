/** One line of `spendtrail check`: fine, or what to do. A warning does not make the check fail. */
export interface Finding {
  readonly name: string;
  readonly state: "ok" | "warning" | "fault";
  readonly text: string;
}

export const fine = (name: string, text: string): Finding => ({ name, state: "ok", text });
export const warning = (name: string, text: string): Finding => ({ name, state: "warning", text });
export const fault = (name: string, text: string): Finding => ({ name, state: "fault", text });

/** Runs a check; what it throws is its fault, in the words of the error. */
export async function finding(
  name: string,
  check: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [fault(name, error instanceof Error ? error.message : String(error))];
  }
}
