import { describe, expect, it } from 'vitest';
import { hex } from '../../src/core/bytes.ts';
import { SystemRandom } from '../../src/core/random.ts';

describe('the system’s generator', () => {
  it('gives as many bytes as were asked for, past its pool too', () => {
    const random = new SystemRandom();
    for (const length of [0, 1, 24, 32, 4096, 4097, 16_384, 40_000]) expect(random.bytes(length)).toHaveLength(length);
  });

  it('never gives the same bytes twice, over many pools', () => {
    const random = new SystemRandom();
    const given = Array.from({ length: 5000 }, () => hex(random.bytes(24)));
    expect(new Set(given).size).toBe(given.length);
    expect(given).not.toContain('00'.repeat(24));
  });

  it('hands out arrays of the caller’s own', () => {
    const random = new SystemRandom();
    const first = random.bytes(32);
    const kept = hex(first);
    const second = random.bytes(32);
    second.fill(0);
    expect(hex(first)).toBe(kept);
    expect(first.buffer.byteLength).toBe(32);
  });

  it('leaves every bit of a byte possible', () => {
    let ones = 0;
    let zeros = 0;
    for (const byte of new SystemRandom().bytes(4096)) {
      ones |= byte;
      zeros |= ~byte & 0xff;
    }
    expect([ones, zeros]).toEqual([0xff, 0xff]);
  });
});
