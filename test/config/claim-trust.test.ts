import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readServiceSettings } from '../../src/config/settings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memsync-trust-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (trust: string | Uint8Array): unknown => {
  const path = join(folder, 'trust.json');
  writeFileSync(path, trust);
  return readServiceSettings({ MEMSYNC_CLAIM_TRUST: path }).claimTrust;
};

describe('MEMSYNC_CLAIM_TRUST', () => {
  it('names a file with JSON, which is read where the claims are known', () => {
    expect(read('{ "version": 1, "route": { "attestedKeys": [] } }\n')).toEqual({ version: 1, route: { attestedKeys: [] } });
    expect(readServiceSettings({}).claimTrust).toBeNull();
    expect(readServiceSettings({ MEMSYNC_CLAIM_TRUST: '' }).claimTrust).toBeNull();
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['what is not JSON', '{"version":1', /not one whole JSON/],
    ['nothing', '', /not one whole JSON/],
    ['a key twice', '{"version":1,"route":{},"route":{"attestedKeys":[]}}', /one key twice/],
    ['what is not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), /UTF-8/],
  ])('is refused with %s', (_, trust, why) => {
    expect(() => read(trust)).toThrow(expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(why) }));
    expect(() => read(trust)).toThrow(/^MEMSYNC_CLAIM_TRUST: .*trust\.json/);
  });

  it('is refused where there is no such file, by its path', () => {
    const path = join(folder, 'none.json');
    expect(() => readServiceSettings({ MEMSYNC_CLAIM_TRUST: path })).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(path) }),
    );
  });
});
