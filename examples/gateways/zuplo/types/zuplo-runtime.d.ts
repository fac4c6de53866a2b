/**
 * The members of Zuplo's runtime that this policy uses, as Zuplo's public documentation describes them:
 * zuplo.com/docs/programmable-api/{zuplo-context,zuplo-request,request-user,hooks,background-dispatcher}. It is our own
 * text. In a Zuplo project leave this file out: `@zuplo/runtime` brings the real types.
 */
declare module "@zuplo/runtime" {
  export interface RequestUser {
    sub: string;
    data: unknown;
  }

  export class ZuploRequest extends Request {
    readonly params: Record<string, string>;
    readonly query: Record<string, string>;
    user?: RequestUser;
  }

  export type OnResponseSendingHook = (
    response: Response,
    request: ZuploRequest,
    context: ZuploContext,
  ) => Promise<Response> | Response;

  export interface ZuploContext {
    readonly requestId: string;
    readonly custom: Record<string, unknown>;
    addResponseSendingHook(hook: OnResponseSendingHook): void;
    waitUntil(promise: Promise<unknown>): void;
  }

  export class BackgroundDispatcher<Entry> {
    constructor(dispatchFunction: (entries: Entry[]) => Promise<void>, options: { msDelay: number });
    enqueue(entry: Entry, context: ZuploContext): void;
  }

  export const environment: Record<string, string | undefined>;
}
