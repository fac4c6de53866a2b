import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { s3Store } from "#cli/backup/s3-store.ts";
import { runRestore } from "#cli/restore/run-restore.ts";
import type { Manifest } from "#core/backup/manifest.ts";
import type { BackupStore } from "#jobs/backup/store.ts";
import {
  backUp,
  count,
  emptyTarget,
  folderStore,
  loadedGround,
  newFolder,
  picture,
} from "#test/backup/backup-kit.ts";
import { S3_KEYS, type S3Server, startS3 } from "#test/cli/import/s3-server.ts";
import type { Ground } from "#test/support/pipeline.ts";

let ground: Ground;
let s3: S3Server;
const folder = newFolder();
let manifests: readonly Manifest[];
beforeAll(async () => {
  [ground, s3] = await Promise.all([loadedGround(), startS3()]);
  manifests = (await backUp(ground, folderStore(folder))).written;
}, 60_000);
afterAll(async () => {
  await Promise.all([ground.close(), s3.close()]);
});

/** A copy with something done to it, and what the restore says. */
async function refusal(spoil: (copy: string) => void) {
  const copy = newFolder();
  cpSync(folder, copy, { recursive: true });
  spoil(copy);
  const target = await emptyTarget(ground, folderStore(copy));
  return target.restore().then(
    () => "restored",
    (error) => `${error.code} ${error.params.file}`,
  );
}

const nameOf = (sequence: number) => `manifests/0000000${sequence}.json`;

test("a flipped byte, a missing file, a missing manifest and a reordered chain are refused by name", async () => {
  const file = manifests[1]?.files[0]?.name ?? "";
  const flip = (path: string) => {
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    writeFileSync(path, bytes);
  };
  expect(await refusal((copy) => flip(join(copy, file)))).toBe(`BACKUP_FILE_DAMAGED ${file}`);
  expect(await refusal((copy) => rmSync(join(copy, file)))).toBe(`BACKUP_FILE_MISSING ${file}`);
  expect(await refusal((copy) => rmSync(join(copy, nameOf(2))))).toBe(`BACKUP_CHAIN_BROKEN ${nameOf(4)}`);
  expect(await refusal((copy) => rmSync(join(copy, nameOf(4))))).toBe(`BACKUP_CHAIN_BROKEN ${nameOf(4)}`);
  expect(await refusal((copy) => rmSync(join(copy, "latest.json")))).toBe("BACKUP_CHAIN_BROKEN latest.json");
  const swapped = await refusal((copy) => {
    renameSync(join(copy, nameOf(2)), join(copy, "kept"));
    renameSync(join(copy, nameOf(3)), join(copy, nameOf(2)));
    renameSync(join(copy, "kept"), join(copy, nameOf(3)));
  });
  expect(swapped).toBe(`BACKUP_CHAIN_BROKEN ${nameOf(2)}`);
  // Renumbered by hand, so that only the hash of the manifest before tells.
  const removed = await refusal((copy) => {
    const third = JSON.parse(readFileSync(join(copy, nameOf(3)), "utf8"));
    writeFileSync(join(copy, nameOf(2)), JSON.stringify({ ...third, sequence: 2 }));
  });
  expect(removed).toBe(`BACKUP_CHAIN_BROKEN ${nameOf(2)}`);
}, 60_000);

/** A place that fails at the n-th write or read, once. */
function failing(
  store: BackupStore,
  at: number,
  kinds: readonly ("read" | "write" | "create")[],
): BackupStore {
  let calls = 0;
  const tried = <Value>(kind: "read" | "write" | "create", act: () => Promise<Value>) => {
    if (kinds.includes(kind) && ++calls === at) return Promise.reject(new Error("broken off"));
    return act();
  };
  return {
    place: store.place,
    read: (name) => tried("read", () => store.read(name)),
    write: (name, content) => tried("write", () => store.write(name, content)),
    create: (name, content) => tried("create", () => store.create(name, content)),
  };
}

test("a back-up to S3 that breaks off at any write and a restore that breaks off are finished by running them again", async () => {
  const store = s3Store("invocation-logs", "deep/place", { ...S3_KEYS, AWS_ENDPOINT_URL: s3.url });
  let at = 0;
  for (let done = false; !done; ) {
    at += 1;
    expect(at).toBeLessThan(40);
    done = await backUp(ground, failing(store, at, ["write", "create"])).then(
      () => true,
      () => false,
    );
  }
  expect(at).toBeGreaterThan(3);
  expect((await backUp(ground, store)).written).toEqual([]);

  const target = await emptyTarget(ground, store);
  const reads = Array.from({ length: 6 }, (_, index) => 12 + 7 * index);
  for (const read of reads) {
    const broken = { ...target.deps, store: failing(store, read, ["read"]) };
    await runRestore(broken).catch(() => {});
  }
  const report = await target.restore().catch((error) => error);
  expect(report.code ?? "restored").toMatch(/^(restored|RESTORE_TARGET_NOT_EMPTY)$/);
  expect(await picture(target.clickhouse)).toEqual(await picture(ground.clickhouse));
  expect(await count(target.clickhouse, "records_v1")).toBe(await count(ground.clickhouse, "records_v1"));
  await target.clickhouse.close();
}, 120_000);
