/**
 * kafkajs 2.2.4 asks for a timer in the past after every answer (`requestQueue/index.js`, tulios/kafkajs#1751). Node
 * runs it at once, as is meant, and prints a TimeoutNegativeWarning on the user's screen, from Node 24 on. Only
 * that warning, and only when it comes from kafkajs, is kept back.
 */
export function quietNegativeTimers(): void {
  if (quiet) return;
  quiet = true;
  const emitWarning = process.emitWarning as (...args: unknown[]) => void;
  process.emitWarning = (...args: unknown[]) => {
    const isNegativeTimer = args[1] === "TimeoutNegativeWarning";
    if (isNegativeTimer && new Error().stack?.includes("kafkajs") === true) return;
    emitWarning.apply(process, args);
  };
}

let quiet = false;
