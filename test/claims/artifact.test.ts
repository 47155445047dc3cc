import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LIMITS } from '../../schemas/limits.ts';
import { readArtifact } from '../../src/claims/artifact.ts';
import { KINDS } from '../../src/claims/all-kinds.ts';
import { artifactKind, type ClaimKind } from '../../src/claims/kind.ts';
import { isMemSyncError, type MemSyncError } from '../../src/core/errors.ts';
import { parseStrictJson } from '../../src/core/json.ts';

const sample = artifactKind({
  schema: z.strictObject({ kind: z.literal('sample.v1'), sky: z.enum(['blue', 'grey']), seen: z.array(z.string()).default([]) }),
  trust: z.undefined(),
  judge: () => ({ status: 'asserted', checks: [], facts: [] }),
});
const WEATHER: ClaimKind = {
  text: { claim: 'weather', proves: 'That it was so.', doesNotProve: 'That it will be.' },
  order: 1,
  artifacts: { 'sample.v1': sample },
};

const read = (value: unknown, claim = 'weather') => readArtifact(claim, value, [WEATHER]);

function refusal(value: unknown, claim?: string): MemSyncError {
  try {
    read(value, claim);
  } catch (error) {
    if (isMemSyncError(error)) return error;
    throw error;
  }
  throw new Error('it was taken');
}

/** Lists in one another, so deep. */
function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

describe('evidence that reads', () => {
  it('comes back as it was given, without what its kind would fill in', () => {
    expect(read({ kind: 'sample.v1', sky: 'blue' })).toEqual({ kind: 'sample.v1', sky: 'blue' });
  });

  it('may be of a kind that nobody knows, for a claim that is known', () => {
    const value = { kind: 'other.v9', anything: [1, null, { deep: 'er' }] };
    expect(read(value)).toEqual(value);
    for (const { text } of KINDS) expect(readArtifact(text.claim, { kind: 'not.known' })).toEqual({ kind: 'not.known' });
  });

  it('is not looked for among what every object has', () => {
    for (const kind of ['constructor', 'valueof', 'tostring']) expect(read({ kind })).toEqual({ kind });
  });

  it('may fill its bounds', () => {
    const rest = JSON.stringify({ kind: 'big.v1', bytes: '' }).length;
    expect(read({ kind: 'big.v1', bytes: 'x'.repeat(LIMITS.artifactBytes - rest) })['kind']).toBe('big.v1');
    expect(read({ kind: 'deep.v1', deep: nested(LIMITS.artifactDepth - 1) })['kind']).toBe('deep.v1');
    expect(read({ kind: 'many.v1', many: Array.from({ length: LIMITS.artifactValues - 2 }, () => 0) })['kind']).toBe('many.v1');
    expect(read({ kind: 'number.v1', most: Number.MAX_SAFE_INTEGER, least: 5e-324, part: 0.1 })['kind']).toBe('number.v1');
  });
});

describe('evidence that does not read', () => {
  const rest = JSON.stringify({ kind: 'big.v1', bytes: '' }).length;
  it.each<[string, unknown, RegExp]>([
    ['is no object', 'sample.v1', /names no kind/],
    ['is nothing', null, /names no kind/],
    ['is a list', [{ kind: 'sample.v1' }], /names no kind/],
    ['has no kind', { sky: 'blue' }, /names no kind/],
    ['has a kind that is no name', { kind: 'Sample v1' }, /names no kind/],
    ['lacks a field', { kind: 'sample.v1' }, /wants it/],
    ['has another field', { kind: 'sample.v1', sky: 'blue', sea: 'blue' }, /wants it/],
    ['has a wrong value', { kind: 'sample.v1', sky: 'green' }, /wants it/],
    ['is a byte too long', { kind: 'big.v1', bytes: 'x'.repeat(LIMITS.artifactBytes - rest + 1) }, /longer than/],
    ['is too long in bytes, not in characters', { kind: 'big.v1', bytes: '€'.repeat(LIMITS.artifactBytes / 2) }, /longer than/],
    ['nests one too deep', { kind: 'deep.v1', deep: nested(LIMITS.artifactDepth) }, /nests deeper/],
    ['nests ten thousand deep', { kind: 'deep.v1', deep: nested(10_000) }, /nests deeper/],
    ['nests a million deep', nested(1_000_000), /nests deeper/],
    ['has one value too many', { kind: 'many.v1', many: Array.from({ length: LIMITS.artifactValues - 1 }, () => 0) }, /more than/],
    ['has a number beyond doubles', parseStrictJson('{"kind":"sample.v1","n":1e999}'), /past 2\^53/],
    ['has a whole number that is not kept exactly', parseStrictJson('{"kind":"other.v1","n":9007199254740993}'), /past 2\^53/],
    ['has no number', { kind: 'other.v1', n: Number.NaN }, /past 2\^53/],
    ['has a key __proto__', JSON.parse('{"kind":"other.v1","__proto__":{"kind":"sample.v1"}}'), /__proto__/],
    ['has a key __proto__ within', JSON.parse('{"kind":"other.v1","a":[{"__proto__":[]}]}'), /__proto__/],
    ['has a lone surrogate', { kind: 'other.v1', a: '\ud800' }, /lone surrogate/],
    ['has a lone surrogate in a key', { kind: 'other.v1', '\udc00': 1 }, /lone surrogate/],
    ['has a value that JSON does not', { kind: 'other.v1', a: 1n }, /one spelling/],
  ])('because it %s', (_, value, said) => {
    const { code, detail } = { code: refusal(value).code, detail: refusal(value).message };
    expect([code, detail]).toEqual(['evidence_malformed', expect.stringMatching(said)]);
    expect(detail.length).toBeLessThan(300);
  });

  it('is told where, and no more of it than a little', () => {
    expect(refusal({ kind: 'sample.v1', sky: 'blue', seen: ['a', 7] }).issues).toEqual([{ path: '/seen/1', message: expect.any(String) }]);
    const keys = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`key/${i}~${'x'.repeat(100)}`, i]));
    for (const value of [
      { kind: 'sample.v1', sky: 'blue', ...keys },
      { kind: 'sample.v1', sky: 'blue', seen: Array.from({ length: 10_000 }, () => 7) },
    ]) {
      const { code, issues = [] } = refusal(value);
      expect(code).toBe('evidence_malformed');
      expect(issues.length).toBeGreaterThan(0);
      expect(JSON.stringify(issues).length).toBeLessThan(20_000);
    }
  });

  it('is refused for a claim that nobody knows, before it is looked at', () => {
    for (const claim of ['sky', 'toString', '__proto__', '']) expect(refusal(nested(10_000), claim).code).toBe('claim_unknown');
  });
});

it('every kind of evidence of this build holds its own name as `kind`, and nothing else does', () => {
  for (const { text, artifacts } of KINDS)
    for (const [name, { schema }] of Object.entries(artifacts)) {
      const { error } = schema.safeParse({ kind: `${name}.other` });
      expect([text.claim, name, error?.issues.some(({ path }) => path[0] === 'kind')]).toEqual([text.claim, name, true]);
    }
});
