import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lengthPrefixed, utf8 } from '../../src/core/bytes.ts';
import { systemRandom } from '../../src/core/random.ts';
import { Redacted } from '../../src/core/redacted.ts';
import { sealBytes } from '../../src/crypto/aead.ts';
import { type CollectionKey, collectionKey } from '../../src/crypto/collection-key.ts';
import { pad } from '../../src/crypto/padding.ts';
import { openEventBody, sealEventBody } from '../../src/app/event-body.ts';
import { openRecord, type RecordName, sealRecord } from '../../src/app/sealed-record.ts';
import { eventData } from '../../src/memory/event.ts';
import { anyBit, bytesOf32, flipBit } from '../support/tamper.ts';

const VAULT = 'aa'.repeat(32);
const keyOf = (bytes: Uint8Array, vault = VAULT): CollectionKey =>
  collectionKey({ vault, collection: `col_${'01'.repeat(16)}`, epoch: 1 }, new Redacted(bytes));
const key = keyOf(new Uint8Array(32).fill(1));
const clear = utf8('{"kind":"sighted"}');

describe('the sealed half of a grant’s event', () => {
  const broken = expect.objectContaining({ code: 'ledger_broken' });
  const bodies = fc.oneof(fc.constant(null), fc.record({ observedAt: fc.nat(), claimed: fc.constant({ kind: 'imported' as const }) }));

  it('opens in its place, to what was sealed, and with any bit changed does not', () => {
    fc.assert(
      fc.property(bytesOf32, fc.nat(), bytesOf32, bodies, anyBit, (secret, seq, previous, body, bit) => {
        const under = keyOf(secret);
        const sealed = sealEventBody(under, seq, previous, clear, body, systemRandom);
        expect(openEventBody(under, seq, previous, clear, sealed)).toEqual(body ?? {});
        expect(() => openEventBody(under, seq, previous, clear, flipBit(sealed, bit.at(sealed)))).toThrow(broken);
        expect(() => openEventBody(under, seq, previous, flipBit(clear, bit.at(clear)), sealed)).toThrow(broken);
        expect(() => openEventBody(under, seq, flipBit(previous, bit.at(previous)), clear, sealed)).toThrow(broken);
        expect(() => openEventBody(under, seq + 1, previous, clear, sealed)).toThrow(broken);
        expect(() => openEventBody(keyOf(flipBit(secret, bit.at(secret))), seq, previous, clear, sealed)).toThrow(broken);
      }),
    );
  });

  it('looks the same with and without a body', () => {
    const previous = new Uint8Array(32);
    const sizes = [null, { observedAt: 1 }, { claimed: { kind: 'imported' as const, ref: 'x'.repeat(40) } }].map(
      (body) => sealEventBody(key, 1, previous, clear, body, systemRandom).length,
    );
    expect(new Set(sizes).size).toBe(1);
  });

  it('that is none, though a key holder sealed it, is broken', () => {
    const previous = new Uint8Array(32);
    const sealed = (bytes: Uint8Array): Uint8Array => sealBytes(key.key, bytes, eventData(1, previous, clear), systemRandom);
    expect(openEventBody(key, 1, previous, clear, sealed(pad(utf8('{}'))))).toEqual({});
    for (const bytes of [
      utf8('{}'),
      pad(utf8('{"tier":"active"}')),
      pad(utf8('{}{}')),
      pad(utf8('x')),
      pad(Uint8Array.of(0xff)),
      new Uint8Array(0),
    ]) {
      expect(() => openEventBody(key, 1, previous, clear, sealed(bytes))).toThrow(broken);
    }
  });
});

describe('a sealed record', () => {
  const unopenable = expect.objectContaining({ code: 'row_unopenable' });
  const schema = z.strictObject({ text: z.string() });
  const name: RecordName = ['retrieval', 'ret_1'];

  it('opens under its name, to what was sealed, and with any bit changed does not', () => {
    fc.assert(
      fc.property(bytesOf32, fc.string(), anyBit, (secret, text, bit) => {
        const under = keyOf(secret);
        const sealed = sealRecord(under, name, { text }, systemRandom);
        expect(openRecord([under], name, sealed, schema)).toEqual({ text });
        expect(() => openRecord([under], name, flipBit(sealed, bit.at(sealed)), schema)).toThrow(unopenable);
        expect(() => openRecord([keyOf(flipBit(secret, bit.at(secret)))], name, sealed, schema)).toThrow(unopenable);
      }),
    );
  });

  it('does not open as another record, kind, or vault', () => {
    const sealed = sealRecord(key, name, { text: 'x' }, systemRandom);
    const elsewhere = keyOf(new Uint8Array(32).fill(1), 'bb'.repeat(32));
    expect(() => openRecord([key], ['retrieval', 'ret_2'], sealed, schema)).toThrow(unopenable);
    expect(() => openRecord([key], ['receipt', 'ret_1'], sealed, schema)).toThrow(unopenable);
    expect(() => openRecord([elsewhere], name, sealed, schema)).toThrow(unopenable);
  });

  it('that is none, though a key holder sealed it, does not open', () => {
    const data = lengthPrefixed(utf8('memsync/record/v1'), utf8(VAULT), utf8('retrieval'), utf8('ret_1'));
    const sealed = (bytes: Uint8Array): Uint8Array => sealBytes(key.key, bytes, data, systemRandom);
    expect(openRecord([key], name, sealed(pad(utf8('{"text":"x"}'))), schema)).toEqual({ text: 'x' });
    for (const bytes of [
      utf8('{"text":"x"}'),
      pad(utf8('{"text":1}')),
      pad(utf8('{"text":"x"}x')),
      pad(Uint8Array.of(0xff)),
      new Uint8Array(0),
    ]) {
      expect(() => openRecord([key], name, sealed(bytes), schema)).toThrow(unopenable);
    }
  });
});
