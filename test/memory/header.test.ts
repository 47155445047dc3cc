import { describe, expect, it } from 'vitest';
import { concat, fromUtf8, utf8 } from '../../src/core/bytes.ts';
import { canonicalJson } from '../../src/crypto/canonical.ts';
import { encodeHeader, parseHeader, type RowHeader } from '../../src/memory/header.ts';
import { grantId, makeRowHeader, memoryId, NOON } from './build.ts';

const unopenable = expect.objectContaining({ code: 'row_unopenable' });
const header = makeRowHeader({
  subject: 'the owner',
  attribute: null,
  observedAt: NOON - 1000,
  derivedFrom: [memoryId(2), memoryId(3)],
  bounds: { activeUntil: NOON, backgroundUntil: NOON + 1 },
  origin: {
    effective: 'imported',
    claimed: { kind: 'imported', quote: '“so”' },
    stamped: { grantId: null, channel: 'owner', recordedAt: NOON },
  },
});

describe('a row’s header', () => {
  it('reads as it was written, in canonical JSON', () => {
    for (const one of [header, makeRowHeader()]) {
      expect(parseHeader(encodeHeader(one), one.row, one.version)).toEqual(one);
      expect(fromUtf8(encodeHeader(one))).toBe(fromUtf8(canonicalJson(one)));
    }
  });

  it('of another row or version is not this one’s', () => {
    const bytes = encodeHeader(header);
    expect(() => parseHeader(bytes, memoryId(2), 1)).toThrow(unopenable);
    expect(() => parseHeader(bytes, header.row, 2)).toThrow(unopenable);
  });

  const bent: readonly [string, Record<string, unknown>][] = [
    ['another format', { v: 2 }],
    ['a field more', { tier: 'active' }],
    ['no basis', { basisAt: undefined }],
    ['a basis that is no integer', { basisAt: 0.5 }],
    ['an unknown origin', { origin: { ...header.origin, effective: 'oracle' } }],
    ['a validation of its own', { lastValidatedAt: NOON }],
    ['too many sources', { derivedFrom: Array.from({ length: 65 }, (_, i) => memoryId(i)) }],
    ['a source that is no row', { derivedFrom: [grantId(1)] }],
    ['an empty subject', { subject: '' }],
    ['half a bound', { bounds: { activeUntil: NOON } }],
  ];
  it.each(bent)('with %s is none', (_what, change) => {
    const value: Partial<RowHeader> = { ...header, ...change };
    const kept = Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
    expect(() => parseHeader(canonicalJson(kept), header.row, 1)).toThrow(unopenable);
  });

  it('in any other spelling is none', () => {
    const bytes = encodeHeader(header);
    for (const one of [concat(bytes, utf8('\n')), concat(utf8(' '), bytes), bytes.slice(1), new Uint8Array(0), Uint8Array.of(0xff)]) {
      expect(() => parseHeader(one, header.row, 1)).toThrow(unopenable);
    }
  });
});
