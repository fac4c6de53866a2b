import { readFileSync } from "node:fs";
import { z } from "zod";
import { readYaml } from "#test/deploy/read-yaml.ts";

const Environment = z.record(z.string(), z.string()).default({});
const Service = z.looseObject({
  image: z.string(),
  command: z.array(z.string()).default([]),
  environment: Environment,
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  profiles: z.array(z.string()).default([]),
  restart: z.string(),
  stop_grace_period: z.string(),
  logging: z.object({ driver: z.string(), options: z.record(z.string(), z.string()) }),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
  ulimits: z.object({ nofile: z.object({ soft: z.string(), hard: z.string() }) }).optional(),
});
export type Service = z.infer<typeof Service>;

/** The services of deploy/compose.yaml, which the checks of it and the containers suite both read. */
export function composeServices(): Record<string, Service> {
  const { services } = readYaml(composeText());
  return z.record(z.string(), Service).parse(services);
}

export function composeText(): string {
  return readFileSync("deploy/compose.yaml", "utf8");
}

export function composeService(name: string): Service {
  const service = composeServices()[name];
  if (service === undefined) throw new Error(`deploy/compose.yaml has no service ${name}`);
  return service;
}
