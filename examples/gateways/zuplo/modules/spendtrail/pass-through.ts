/** How the reading of a body ended: at its end, because the client left, or because the upstream broke off. */
export type Ending = "whole" | "cancelled" | "broken";

export interface Observer {
  chunk(bytes: Uint8Array): void;
  end(ending: Ending): void;
}

/**
 * The same bytes, chunk by chunk and as fast as the client reads them: nothing is held back or copied. A plain
 * `TransformStream` would not say that the client left, and a clone of the response would keep all of it in memory.
 */
export function passThrough(
  body: ReadableStream<Uint8Array>,
  observer: Observer,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let isOver = false;
  const end = (ending: Ending): void => {
    if (isOver) return;
    isOver = true;
    harmless(() => observer.end(ending));
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            end("whole");
            return controller.close();
          }
          controller.enqueue(value);
          harmless(() => observer.chunk(value));
        } catch (error) {
          end("broken");
          controller.error(error);
        }
      },
      async cancel(reason) {
        end("cancelled");
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** What is written down of a call must never break the call. */
function harmless(act: () => void): void {
  try {
    act();
  } catch (error) {
    console.error("spendtrail: an answer could not be read", error instanceof Error ? error.name : "");
  }
}
