import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64, fromUtf8, utf8 } from '../../src/core/bytes.ts';
import { isMemSyncError } from '../../src/core/errors.ts';
import type { Verdict } from '../../src/receipts/verdict.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { build, bytesOf, NOON, OUTPUT_TEXT } from './build.ts';

const AT = NOON + 60_000;
const { bundle, text, trust } = build();
const BYTES = utf8(text);
const TRUE = verify(bundle);

function verify(candidate: unknown): Verdict {
  return verifyBundle(candidate, trust, AT, { outputText: OUTPUT_TEXT });
}

/** A tampered bundle is refused, or comes to the very verdict of the true one: nothing that a reader goes by has changed. */
function expectNoOtherMeaning(candidate: unknown, what: string): void {
  const verdict = verify(candidate);
  if (verdict.ok) expect(verdict, what).toEqual(TRUE);
  else expect(verdict.failures.length, what).toBeGreaterThan(0);
  expect(verdict.failures.map(({ code }) => code)).not.toContain('internal');
}

/** Text of bytes that may no longer be UTF-8, as a reader of a file would get it. */
function readAsText(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch (error) {
    if (isMemSyncError(error, 'encoding_invalid')) return new TextDecoder().decode(bytes);
    throw error;
  }
}

describe('a bundle with one byte flipped', () => {
  it('starts out true', () => {
    expect([TRUE.ok, TRUE.failures]).toEqual([true, []]);
  });

  it.each([1, 2, 4, 8, 16, 32, 64, 128].map((mask, part) => [mask, part]))(
    'never means another thing (bit %i)',
    (mask, part) => {
      // All runs together flip one bit of every byte; the next test takes any bits.
      for (let i = part; i < BYTES.length; i += 8) {
        const flipped = BYTES.slice();
        flipped[i] = (flipped[i] ?? 0) ^ mask;
        expectNoOtherMeaning(readAsText(flipped), `byte ${i}, bit ${mask}`);
      }
    },
    60_000,
  );

  it('never means another thing, whichever bits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(BYTES.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 }),
        (flips) => {
          const flipped = BYTES.slice();
          for (const [i, mask] of flips) flipped[i] = (flipped[i] ?? 0) ^ mask;
          expectNoOtherMeaning(readAsText(flipped), JSON.stringify(flips));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never means another thing when a character was put in or taken out', () => {
    const character = fc.constantFrom(
      '"',
      ',',
      ':',
      '{',
      '}',
      '[',
      ']',
      '0',
      '1',
      'a',
      ' ',
      '\\',
      '\n',
      '\u0000',
      '=',
      '-',
      'null,',
      '"owner":',
    );
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(2), character, (at, drop, put) => {
        expectNoOtherMeaning(text.slice(0, at) + put + text.slice(at + drop), `${put} at ${at}, ${drop} dropped`);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a bundle that is cut short', () => {
  it('is refused, wherever the cut is', () => {
    for (let length = 0; length < text.length; length += 1) {
      expect(verify(text.slice(0, length)).failures, `${length}`).toEqual([expect.objectContaining({ code: 'bundle_malformed' })]);
    }
  });

  it('is refused with more behind it', () => {
    for (const more of ['}', '{}', ',', text, '\u0000']) expect(verify(text + more).ok).toBe(false);
    expect(verify(`${text}\n`)).toEqual(TRUE);
  });
});

describe('a bundle that has a key twice', () => {
  it('is refused, at every object in it', () => {
    let places = 0;
    for (const match of text.matchAll(/\{("[A-Za-z]+"):/g)) {
      const at = match.index + 1;
      const verdict = verify(`${text.slice(0, at)}${match[1]}:null,${text.slice(at)}`);
      expect(verdict.failures.map(({ code }) => code)).toEqual(['bundle_malformed']);
      places += 1;
    }
    expect(places).toBeGreaterThan(12);
  });
});

describe('what is no bundle', () => {
  it('is refused without an exception', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true, withSparseArray: true }),
        (any) => {
          expect(verify(any)).toMatchObject({ ok: false, receipt: null, failures: [{ code: 'bundle_malformed' }] });
        },
      ),
    );
  });

  it('is refused with any one part of it replaced', () => {
    const paths: (readonly (string | number)[])[] = [];
    const walk = (value: unknown, path: readonly (string | number)[]): void => {
      if (path.length > 0) paths.push(path);
      if (Array.isArray(value)) value.forEach((item, i) => walk(item, [...path, i]));
      else if (typeof value === 'object' && value !== null) for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
    };
    walk(bundle, []);
    const replace = (value: unknown, path: readonly (string | number)[], by: unknown): unknown => {
      const [first, ...rest] = path;
      if (first === undefined) return by;
      if (Array.isArray(value)) return value.map((item: unknown, i) => (i === first ? replace(item, rest, by) : item));
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, key === first ? replace(item, rest, by) : item]));
    };
    const odd = [undefined, 0, -1, 1e300, NaN, '', 'x', true, [], {}, [null], '\ud800', 'ab'.repeat(32)];
    expect(paths.length).toBeGreaterThan(60);
    for (const path of paths) {
      for (const by of odd) {
        const verdict = verify(replace(bundle, path, by));
        const isWithdrawn = by === undefined && ['genesis', 'query', 'request', 'owner'].includes(String(path.at(-1)));
        if (isWithdrawn) expect(verdict.ok, path.join('/')).toBe(true);
        else if (verdict.ok) expect(verdict, `${path.join('/')} = ${JSON.stringify(by)}`).toEqual(TRUE);
        expect(verdict.failures.map(({ code }) => code)).not.toContain('internal');
      }
    }
  });

  it('is refused when reading it throws', () => {
    const hostile = new Proxy(bundle, {
      get: () => {
        throw new Error('no');
      },
    });
    expect(verify(hostile).failures.map(({ code }) => code)).toEqual(['bundle_malformed']);
  });

  it('is refused when it is a prototype’s', () => {
    expect(verify(text.replace('{', '{"__proto__":{},')).ok).toBe(false);
    expect(verify(`{"__proto__":${text}}`).ok).toBe(false);
    expect(verify(text.replace('"record":{', '"record":{"__proto__":{"tier":"active"},')).ok).toBe(false);
  });

  it('is refused when it has more rows or lines than any retrieval', () => {
    const { disclosures } = bundle;
    const code = (change: object) => verify({ ...bundle, disclosures: { ...disclosures, ...change } }).failures[0]?.code;
    expect(code({ tags: Array.from({ length: 1001 }, () => null) })).toBe('bundle_malformed');
    expect(code({ segments: Array.from({ length: 4001 }, () => ({ leaf: '00'.repeat(32) })) })).toBe('bundle_malformed');
    expect(code({ tags: Array.from({ length: 1000 }, () => null) })).toBe('disclosure_mismatch');
  });
});

describe('the proof', () => {
  const [head = '', checkpoint = ''] = bundle.proof.split(/\n\n(.*)/s);
  const [magic = '', index = '', ...hashes] = head.split('\n');
  const codes = (lines: readonly string[], note = checkpoint) =>
    verify({ ...bundle, proof: `${lines.join('\n')}\n\n${note}` }).failures.map(({ code }) => code);

  it('is taken apart rightly here', () => {
    expect([magic, index, hashes.length]).toEqual(['c2sp.org/tlog-proof@v1', 'index 4', 4]);
    expect(codes([magic, index, ...hashes])).toEqual([]);
  });

  it('is refused with any hash dropped, doubled, swapped or altered', () => {
    const refuse = (changed: readonly string[]) => expect(codes([magic, index, ...changed])).toEqual(['proof_invalid']);
    hashes.forEach((hash, at) => {
      refuse(hashes.toSpliced(at, 1));
      refuse(hashes.toSpliced(at, 0, hash));
      refuse(hashes.with(at, base64(bytesOf('other'))));
      for (let other = at + 1; other < hashes.length; other += 1) refuse(hashes.with(at, hashes[other] ?? '').with(other, hash));
    });
    refuse([]);
    refuse([...hashes, base64(bytesOf('other'))]);
  });

  it('is refused at any other index', () => {
    for (const other of [0, 1, 2, 3, 5, 6, 7, 8, 9, 12, 4 + 2 ** 32])
      expect(codes([magic, `index ${other}`, ...hashes])).toEqual(['proof_invalid']);
    for (const other of ['index 04', 'index -4', 'index 4.0', 'index', 'Index 4'])
      expect(codes([magic, other, ...hashes])).toEqual(['encoding_invalid']);
  });

  it('is refused with a checkpoint of another size, root or log, or without its signature', () => {
    const [origin = '', size = '', root = '', , signature = ''] = checkpoint.split('\n');
    const note = (...lines: string[]) => codes([magic, index, ...hashes], `${lines.join('\n')}\n`);
    expect(note(origin, size, root, '', signature)).toEqual([]);
    expect(note(origin, '10', root, '', signature)).toEqual(['signature_invalid']);
    expect(note(origin, size, base64(bytesOf('other')), '', signature)).toEqual(['signature_invalid']);
    expect(note('other.example/log', size, root, '', signature)).toEqual(['signature_invalid']);
    expect(note(origin, size, root, '', signature.replace('memsync', 'other'))).toEqual(['key_untrusted']);
    expect(note(origin, size, root)).toEqual(['encoding_invalid']);
    expect(note(origin, size, root, '')).toEqual(['encoding_invalid']);
  });

  it('may bring bytes that nobody signed, and they change nothing', () => {
    expect(verify({ ...bundle, proof: bundle.proof.replace('index', 'extra AAAA\nindex') })).toEqual(TRUE);
  });
});
