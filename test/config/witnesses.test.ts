import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readServiceSettings } from '../../src/config/settings.ts';
import { encodeCosignerKey } from '../../src/log/cosigner-key.ts';
import { makeCosigner } from '../log/cosigner.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memsync-policy-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const line = (i: number, url: string): string => `witness w${i} ${encodeCosignerKey(makeCosigner(`w${i}.example`, i).key)} ${url}`;
const read = (policy: string | Uint8Array) => {
  const path = join(folder, 'policy.txt');
  writeFileSync(path, policy);
  return readServiceSettings({ MEMSYNC_WITNESS_POLICY: path }).witnesses;
};
const many = (count: number): string =>
  `${Array.from({ length: count }, (_, i) => line(i + 1, `https://w${i}.example/`)).join('\n')}\nquorum w1\n`;

describe('MEMSYNC_WITNESS_POLICY', () => {
  it('names a file with the witnesses to be asked', () => {
    const policy = read(
      `# Ours.\n${line(1, 'https://w.example/at/')}\n${line(2, '')}\n${line(3, 'http://10.0.0.3:8080')}\ngroup g 2 w1 w2 w3\nquorum g\n`,
    );
    expect(policy?.witnesses.map(({ name, url }) => [name, url])).toEqual([
      ['w1', 'https://w.example/at/'],
      ['w2', null],
      ['w3', 'http://10.0.0.3:8080'],
    ]);
    expect(policy?.quorum).toBe('g');
    expect(read(many(15))?.witnesses).toHaveLength(15);
    expect(readServiceSettings({}).witnesses).toBeNull();
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['a line that does not read', `${line(1, 'https://w.example/')}\nquorums w1\n`, /Line 2: Expected/],
    ['a key that is cut', `quorum none\n\nwitness w1 w1.example+00000000+AAAA https://w.example/\n`, /Line 3: /],
    ['no quorum', `${line(1, 'https://w.example/')}\n`, /quorum/],
    ['nobody to ask', `${line(1, '')}\nquorum w1\n`, /nobody to ask/],
    ['more than can cosign', many(16), /16 witnesses/],
    ['an address that is none', `${line(1, 'w.example')}\nquorum w1\n`, /Line 1: the URL of w1/],
    ['another protocol', `#\n${line(1, 'ftp://w.example')}\nquorum w1\n`, /Line 2: the URL of w1/],
    ['a secret in an address', `${line(1, 'https://a:b@w.example/')}\nquorum w1\n`, /secret/],
    ['a query in an address', `${line(1, 'https://w.example/?a')}\nquorum w1\n`, /query/],
    ['what is not UTF-8', Uint8Array.of(0x23, 0xff, 0x0a), /UTF-8/],
  ])('is refused with %s', (_, policy, why) => {
    expect(() => read(policy)).toThrow(expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(why) }));
  });

  it('is refused where there is no such file, by its path', () => {
    const path = join(folder, 'none.txt');
    expect(() => readServiceSettings({ MEMSYNC_WITNESS_POLICY: path })).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(path) }),
    );
  });
});
