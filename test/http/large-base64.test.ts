import { describe, expect, it } from 'vitest';
import { base64 } from '../../schemas/primitives.ts';
import { Site } from '../support/site.ts';

const MIB = 1024 * 1024;

describe('base64', () => {
  it.each([
    ['', true],
    ['AA==', true],
    ['AAA=', true],
    ['AAAA', true],
    ['AA=', false],
    ['A===', false],
    ['====', false],
    ['AAAAA', false],
    ['=AAA', false],
    ['AA==AAAA', false],
    ['AA-_', false],
    ['AAAA\n', false],
  ])('“%s” reads: %s', (text, reads) => {
    expect(base64(64).safeParse(text).success).toBe(reads);
  });

  it('is read to the bound, and no further, in one go', () => {
    const text = Buffer.alloc(6 * MIB).toString('base64');
    expect(base64(6 * MIB).safeParse(text).success).toBe(true);
    expect(base64(6 * MIB).safeParse(`${text.slice(0, -1)}!`).success).toBe(false);
    expect(base64(6 * MIB).safeParse(`${text}AAAA`).success).toBe(false);
  });

  it('of some megabytes in a body is refused for what it says, and breaks nothing', async () => {
    const site = await Site.open();
    try {
      const genesis = {
        payloadType: 'application/vnd.memsync.owner-event.v1+json',
        payload: Buffer.alloc(4 * MIB, 'x').toString('base64'),
        signatures: [{ keyid: 'owner', sig: Buffer.alloc(64).toString('base64') }],
      };
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${site.url}/v1/vaults`, { method: 'POST', headers, body: JSON.stringify({ genesis }) });
      expect([response.status, await response.json()]).toMatchObject([400, { code: expect.stringMatching(/^event_|^input_/) }]);
    } finally {
      await site.close();
    }
  });
});
