import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, utf8 } from '../../../src/core/bytes.ts';
import { encodeLine, readJsonLines } from '../../../src/sdk/transfer/json-lines.ts';
import { MAX_LINE_BYTES } from '../../../src/sdk/transfer/line.ts';
import { all, cut, plain } from './pieces.ts';

const NEWLINE = utf8('\n');
const read = async (bytes: Uint8Array | string, size = 65_536, maxBytes?: number): Promise<ReturnType<typeof plain>[]> => {
  const source = cut(typeof bytes === 'string' ? utf8(bytes) : bytes, size);
  return (await all(readJsonLines(source, maxBytes === undefined ? {} : { maxBytes }))).map(plain);
};
const values = (...list: unknown[]): ReturnType<typeof plain>[] => list.map((value, i) => ({ line: i + 1, value }));

describe('JSON Lines', () => {
  it('come back as they were written, however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' })),
        fc.integer({ min: 1, max: 50 }),
        async (list, size) => {
          const bytes = concat(...list.map(encodeLine));
          expect(await read(bytes, size)).toEqual(values(...list.map((value): unknown => JSON.parse(JSON.stringify(value)))));
        },
      ),
    );
  });

  it('end in LF or CRLF, in any mixture, and the last in either or in nothing', async () => {
    for (const size of [1, 2, 7, 100]) {
      expect(await read('{"a":1}\r\n[2]\n"x"\r\n4', size)).toEqual(values({ a: 1 }, [2], 'x', 4));
      expect(await read('1\n2\r\n', size)).toEqual(values(1, 2));
    }
    expect(await read('')).toEqual([]);
    expect(await read('"\u2028\u2029"\n')).toEqual(values('\u2028\u2029'));
  });

  it('may begin with a byte order mark, and have none elsewhere', async () => {
    expect(await read('\uFEFF1\n2\n', 1)).toEqual(values(1, 2));
    expect(await read('1\n\uFEFF2\n')).toEqual([
      { line: 1, value: 1 },
      expect.objectContaining({ line: 2, says: expect.stringMatching(/^does not/) }),
    ]);
    expect(await read('\uFEFF\uFEFF1\n')).toEqual([expect.objectContaining({ says: expect.stringMatching(/^does not read/) })]);
  });

  const invalid: [string, string | Uint8Array, RegExp][] = [
    ['an empty line', '', /^is empty\.$/],
    ['blanks', ' \t\r', /^is empty\.$/],
    ['half of a document', '{"a":', /^does not read\. The text is not one whole JSON document\.$/],
    ['two documents', '{} {}', /^does not read/],
    ['a key twice', '{"a":1,"\\u0061":2}', /^does not read\. An object in the JSON has one key twice\.$/],
    ['a key twice, deep', '[{"x":{"a":1,"b":2,"a":3}}]', /key twice/],
    ['1,000 arrays in one another', `${'['.repeat(1000)}${']'.repeat(1000)}`, /nests deeper than 64/],
    ['1,000 objects in one another', `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`, /nests deeper than 64/],
    ['200,000 arrays begun', '['.repeat(200_000), /^does not read/],
    ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), /^is not UTF-8\.$/],
    ['an overlong encoding', Uint8Array.of(0x22, 0xc0, 0xaf, 0x22), /^is not UTF-8\.$/],
    ['a surrogate in UTF-8', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), /^is not UTF-8\.$/],
    ['a lone surrogate in a value', '["x\\ud800y"]', /^has a lone surrogate in a text\.$/],
    ['a lone surrogate in a key', '{"a":{"\\uDC00":1}}', /^has a lone surrogate in a text\.$/],
    ['a NUL', '\0', /^does not read/],
    ['a bare word', 'NaN', /^does not read/],
  ];

  it.each(invalid)('report %s by its line, and go on', async (_, bytes, says) => {
    const bad = typeof bytes === 'string' ? utf8(bytes) : bytes;
    for (const size of [3, 65_536]) {
      expect(await read(concat(utf8('{"a":1}\n'), bad, NEWLINE, utf8('{"b":2}\n')), size)).toEqual([
        { line: 1, value: { a: 1 } },
        { line: 2, says: expect.stringMatching(says) },
        { line: 3, value: { b: 2 } },
      ]);
    }
  });

  it('are allowed pairs of surrogates, escaped backslashes, and 64 levels', async () => {
    expect(await read('["\\ud83d\\ude00", "\\\\ud800"]')).toEqual(values(['😀', '\\ud800']));
    expect(await read(`${'['.repeat(64)}${']'.repeat(64)}`)).toHaveLength(1);
    expect((await read(`${'['.repeat(64)}${']'.repeat(64)}`))[0]).toHaveProperty('value');
  });

  it('say of the last one that it may be cut short, at whatever byte', async () => {
    const bytes = concat(encodeLine({ one: 1 }), encodeLine({ text: 'käse 😀', n: [1, 2, { deep: null }] }));
    const first = encodeLine({ one: 1 }).length;
    for (let end = first + 1; end < bytes.length - 1; end++) {
      const lines = await read(bytes.subarray(0, end), 5);
      expect(lines).toEqual([
        { line: 1, value: { one: 1 } },
        { line: 2, says: expect.stringMatching(/cut short|is not UTF-8/) },
      ]);
    }
    expect(await read(bytes.subarray(0, -1))).toHaveLength(2);
    expect((await read(bytes.subarray(0, -1)))[1]).toHaveProperty('value');
  });

  it('are each a value or an error with its line when a bit flips', async () => {
    const bytes = concat(encodeLine({ a: 'x', b: [1] }), encodeLine(['y']));
    for (let i = 0; i < bytes.length * 8; i++) {
      const changed = bytes.slice();
      changed[i >> 3] = (changed[i >> 3] ?? 0) ^ (1 << (i & 7));
      const lines = await read(changed, 4);
      expect(lines.map((line) => line.line)).toEqual(lines.map((_, at) => at + 1));
      expect(JSON.stringify(lines)).not.toContain('NOT NAMED');
    }
  });

  it('may be as long as the bound and no longer, whatever comes after', async () => {
    const line = (length: number): string => `"${'x'.repeat(length - 2)}"`;
    for (const size of [1, 10, 64, 1000]) {
      expect(await read(`${line(100)}\n${line(101)}\n${line(5000)}\n3\n${line(101)}`, size, 100)).toEqual([
        { line: 1, value: 'x'.repeat(98) },
        { line: 2, says: 'is longer than 100 bytes.' },
        { line: 3, says: 'is longer than 100 bytes.' },
        { line: 4, value: 3 },
        { line: 5, says: 'is longer than 100 bytes.' },
      ]);
    }
  });

  it('are read past, not held, when they go on for gigabytes', async () => {
    const chunk = new Uint8Array(1 << 20).fill(0x20);
    const held = (): number => process.memoryUsage().arrayBuffers;
    const before = held();
    let most = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 3000; i++) {
        yield chunk;
        most = Math.max(most, held());
      }
      yield utf8('\n"after"\n');
    }
    expect((await all(readJsonLines(endless()))).map(plain)).toEqual([
      { line: 1, says: `is longer than ${MAX_LINE_BYTES} bytes.` },
      { line: 2, value: 'after' },
    ]);
    expect(most - before).toBeLessThan(3 * MAX_LINE_BYTES);
  });

  it('leave what their source throws as it is, and close it when nobody reads on', async () => {
    const disk = new Error('the disk is gone');
    let closed = false;
    async function* failing(): AsyncGenerator<Uint8Array> {
      try {
        yield utf8('1\n2\n');
        throw disk;
      } finally {
        closed = true;
      }
    }
    await expect(all(readJsonLines(failing()))).rejects.toBe(disk);
    closed = false;
    for await (const line of readJsonLines(failing())) {
      expect(line).toEqual({ line: 1, value: 1 });
      break;
    }
    expect(closed).toBe(true);
  });
});

describe('a written line', () => {
  it('is JSON on one line', () => {
    expect(new TextDecoder().decode(encodeLine({ a: 'x\ny' }))).toBe('{"a":"x\\ny"}\n');
  });

  it('is refused where it could not be read back', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const value of [undefined, () => 1, 1n, cycle]) {
      expect(() => encodeLine(value)).toThrow(expect.objectContaining({ code: 'encoding_invalid' }));
    }
    for (const value of ['\ud800', { '\udc00': 1 }, [{ a: 'x\ud800\ud800\udc00' }]]) {
      expect(() => encodeLine(value)).toThrow(expect.objectContaining({ code: 'text_not_unicode' }));
    }
    expect(encodeLine('x'.repeat(MAX_LINE_BYTES - 2))).toHaveLength(MAX_LINE_BYTES + 1);
    expect(() => encodeLine('x'.repeat(MAX_LINE_BYTES - 1))).toThrow(expect.objectContaining({ code: 'body_too_large' }));
    expect(encodeLine('\\ud800')).toHaveLength(10);
  });
});
