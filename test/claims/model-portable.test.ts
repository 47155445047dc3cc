import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { bundle } from '../../build/bundle.ts';
import type * as Bytes from '../../src/claims/model-bytes.ts';
import { base64, hex, utf8 } from '../../src/core/bytes.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import { RECEIPT, statuses } from './kinds/gateway.ts';

const HELLO = utf8('hello walrus');
const BLOB_ID = 'kIrHJ_1VfYJD-OV0O1JicM2lB5swr83ZkfvTD7BWV0I';

it('where there is no encoder a SHA-256 is compared all the same, and a blob ID, right or wrong, is asserted', async () => {
  const { code, packages } = await bundle('src/claims/model-bytes.ts', { format: 'esm', minify: false });
  expect([code.includes('walrus-wasm'), packages.filter((name) => name.startsWith('@mysten'))]).toEqual([false, []]);
  const folder = mkdtempSync(join(tmpdir(), 'memsync-model-'));
  try {
    writeFileSync(join(folder, 'model-bytes.mjs'), code);
    const { judgeModelBytes } = (await import(pathToFileURL(join(folder, 'model-bytes.mjs')).href)) as typeof Bytes;
    const judged = (more: object) => {
      const artifact = { kind: 'model-bytes', bytes: base64(HELLO), ...more } as const;
      return judgeModelBytes({ artifact, gathered: undefined, receipt: RECEIPT });
    };
    for (const blobId of [BLOB_ID, BLOB_ID.replace('k', 'l')]) {
      const alone = await judged({ blobId });
      expect([alone.status, statuses(alone)['artifact.blob_id']]).toEqual(['asserted', 'asserted']);
    }
    const both = await judged({ blobId: BLOB_ID, sha256: hex(sha256(HELLO)) });
    expect([both.status, statuses(both)['artifact.sha256'], statuses(both)['artifact.blob_id']]).toEqual([
      'verified',
      'verified',
      'asserted',
    ]);
    expect((await judged({ sha256: 'a'.repeat(64) })).status).toBe('failed');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
