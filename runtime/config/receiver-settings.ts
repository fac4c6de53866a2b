import { isIP } from "node:net";
import { z } from "zod";
import { SecretName } from "#core/settings/receiver.ts";

/** What the operator lets receivers reach beside public addresses over https on port 443. */
export type AllowedPlace =
  /** This very host: also with http, on private addresses, and on this port, or on 443 and 80 where none is said. */
  | { readonly kind: "host"; readonly host: string; readonly port: number | null }
  /** Addresses that any host may have, over https on port 443. */
  | { readonly kind: "network"; readonly address: string; readonly prefix: number };

/** `alertmanager.internal:9093,10.20.0.0/16` as places. */
export const allowedPlaces = z.string().transform((text, context): readonly AllowedPlace[] => {
  const places = text.split(",").map((part) => readPlace(part.trim()));
  if (places.every((place) => place !== null)) return places;
  context.addIssue({ code: "custom", message: "is no list of hosts and networks" });
  return z.NEVER;
});

function readPlace(text: string): AllowedPlace | null {
  const network = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text);
  if (network !== null) {
    const [, address = "", digits = ""] = network;
    const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    return Number(digits) <= bits ? { kind: "network", address, prefix: Number(digits) } : null;
  }
  if (!/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/.test(text)) return null;
  // As an address of a receiver is read, so that both say a host alike.
  const url = URL.parse(`ws://${text}`);
  const port = /:(\d+)$/.exec(text.replace(/^\[.*\]/, ""))?.[1];
  if (url === null || port === "0") return null;
  return { kind: "host", host: url.hostname, port: port === undefined ? null : Number(port) };
}

/** A JSON object's text as secrets by name. */
export const receiverSecrets = fromJson(
  z
    .record(
      SecretName,
      z
        .string()
        .min(1)
        .max(4000)
        .regex(/^[\x20-\x7e]*$/),
    )
    .transform((named): ReadonlyMap<string, string> => new Map(Object.entries(named))),
);

const line = z
  .string()
  .min(1)
  .max(1000)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u);

const Smtp = z.strictObject({
  host: z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/),
  port: z.int().min(1).max(65_535).optional(),
  tls: z.enum(["tls", "starttls", "none"]).default("starttls"),
  user: line.optional(),
  password: line.optional(),
  from: z
    .string()
    .max(254)
    .regex(/^[^\s,;<>"@\p{Cc}]+@[A-Za-z0-9.-]+$/u),
});
/** The server that mails of alerts are handed to. */
export type SmtpServer = z.infer<typeof Smtp>;

export const receiverSmtp = fromJson(Smtp);

function fromJson<Value>(schema: z.ZodType<Value>): z.ZodType<Value, string> {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: "custom", message: "is not JSON" });
        return z.NEVER;
      }
    })
    .pipe(schema as z.ZodType<Value, unknown>);
}
