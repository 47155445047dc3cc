import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { requestSha256 } from '../../src/claims/request.ts';

describe('requestSha256', () => {
  it('is over the canonical JSON of the messages', () => {
    const expected = createHash('sha256').update('[{"content":"Hé","role":"user"},{"a":1,"role":"x"}]').digest('hex');
    expect(
      requestSha256({
        messages: [
          { role: 'user', content: 'Hé' },
          { role: 'x', a: 1.0 },
        ],
      }),
    ).toBe(expected);
  });

  it('does not turn on the order of keys, but on that of messages', () => {
    const [one, two] = [
      { role: 'user', content: 'a' },
      { content: 'b', role: 'user' },
    ];
    expect(requestSha256({ messages: [one, two] })).toBe(requestSha256({ messages: [{ content: 'a', role: 'user' }, two] }));
    expect(requestSha256({ messages: [one, two] })).not.toBe(requestSha256({ messages: [two, one] }));
  });

  it('is the app’s own digest when that is all there is', () => {
    expect(requestSha256({ sha256: 'ab'.repeat(32) })).toBe('ab'.repeat(32));
  });

  it('refuses a lone surrogate', () => {
    expect(() => requestSha256({ messages: [{ role: 'user', content: '\udc00' }] })).toThrow(
      expect.objectContaining({ name: 'MemSyncError' }),
    );
  });
});
