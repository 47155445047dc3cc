import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, utf8 } from '../../../src/core/bytes.ts';
import { type CsvOptions, readCsv } from '../../../src/sdk/transfer/csv.ts';
import { all, cut, plain } from './pieces.ts';

type Seen = ReturnType<typeof plain>;
const read = async (csv: string | Uint8Array, size = 65_536, options?: CsvOptions): Promise<Seen[]> =>
  (await all(readCsv(cut(typeof csv === 'string' ? utf8(csv) : csv, size), options))).map(plain);
const REST = ' Nothing after it was read.';

/** CSV as spreadsheets write it: quotes where they are needed, and here and there where they are not. */
function written(rows: readonly (readonly string[])[], end: string, delimiter: string, always: boolean): string {
  const field = (text: string): string => (always || /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(field).join(delimiter)).join(end);
}

describe('CSV', () => {
  const cell = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('"', ',', ';', '\r', '\n', '\r\n', 'x', '\t', 'é') }),
  );

  it('comes back as it was written, with its lines, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 5 }).chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 })),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom(',', ';', '\t'),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 30 }),
        async (cells, end, delimiter, always, mark, size) => {
          const names = cells[0]?.map((_, i) => `column ${i}`) ?? [];
          const rows = cells.filter((row) => row.every((text) => text.isWellFormed()));
          const csv = `${mark ? '\uFEFF' : ''}${written([names, ...rows], end, delimiter, always)}${end}`;
          let line = 2;
          const expected = rows.map((row) => {
            const seen = { line, value: Object.fromEntries(names.map((name, i) => [name, row[i]])) };
            line += 1 + row.join('').split('\n').length - 1;
            return seen;
          });
          expect(await read(csv, size, { delimiter })).toEqual(expected);
        },
      ),
    );
  });

  it('takes LF and CRLF in one file, and a last row without either', async () => {
    const rows = [
      { line: 2, value: { a: '1', b: '2' } },
      { line: 3, value: { a: '3', b: '' } },
      { line: 4, value: { a: '', b: '' } },
    ];
    for (const size of [1, 2, 3, 100]) {
      for (const end of ['', '\n', '\r\n', '\r']) expect(await read(`a,b\r\n1,"2"\r\n3,\n"",""${end}`, size)).toEqual(rows);
    }
    expect(await read('a,b\n1,', 1)).toEqual([{ line: 2, value: { a: '1', b: '' } }]);
    expect(await read('a\n\nx\n')).toEqual([
      { line: 2, value: { a: '' } },
      { line: 3, value: { a: 'x' } },
    ]);
    expect(await read('a,b\n')).toEqual([]);
  });

  it('counts the lines of quoted text, CRLF as one', async () => {
    expect(await read('a,b\r\n1,"x\r\ny\r\n"\r\n"\n",4\n5,6\n')).toEqual([
      { line: 2, value: { a: '1', b: 'x\r\ny\r\n' } },
      { line: 5, value: { a: '\n', b: '4' } },
      { line: 7, value: { a: '5', b: '6' } },
    ]);
  });

  it('passes over a byte order mark, before quotes too', async () => {
    for (const size of [1, 2, 3, 4, 100])
      expect(await read('\uFEFF"a","b"\n1,2\n', size)).toEqual([{ line: 2, value: { a: '1', b: '2' } }]);
    expect(await read('\uFEFF')).toEqual([expect.objectContaining({ line: 1 })]);
  });

  it('keeps a column apart that is called like what objects have', async () => {
    const [row] = await all(readCsv(cut(utf8('__proto__,constructor\n1,2\n'), 10)));
    expect(Object.entries(row !== undefined && 'value' in row ? row.value : {})).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
  });

  it.each([
    ['too few fields', '1', 'has 1 fields where the first row has 2.'],
    ['too many fields', '1,2,3', 'has more fields where the first row has 2.'],
    ['a delimiter too much', '1,2,', 'has more fields where the first row has 2.'],
    ['an empty line', '', 'is empty.'],
    ['an empty line', '\r', 'is empty.'],
    ['a lone carriage return', '1\r,2', 'has a carriage return outside quotes.'],
    ['bytes that are not UTF-8', concat(utf8('1,'), Uint8Array.of(0xff)), 'is not UTF-8.'],
  ])('reports %s by its line, and goes on', async (_, bad, says) => {
    for (const size of [1, 100]) {
      const csv = concat(utf8('a,b\n"\n",1\n'), typeof bad === 'string' ? utf8(bad) : bad, utf8('\n3,4\n'));
      expect(await read(csv, size)).toEqual([
        { line: 2, value: { a: '\n', b: '1' } },
        { line: 4, says },
        { line: 5, value: { a: '3', b: '4' } },
      ]);
    }
  });

  it.each([
    ['a quote that is never closed', '1,"2\n3,4\n', `begins a row with a quote that is never closed.${REST}`],
    ['a quote within a field', '1,2"\n3,4\n', `has a quote in the wrong place.${REST}`],
    ['a quote after a blank', '1, "2"\n3,4\n', `has a quote in the wrong place.${REST}`],
    ['text after a quote', '1,"2"x\n3,4\n', `has a quote in the wrong place.${REST}`],
    ['a NUL after a quote', '1,"2"\0x\n3,4\n', `has a quote in the wrong place.${REST}`],
    ['text after a quote and a return', '1,"2"\rx\n3,4\n', `has a quote in the wrong place.${REST}`],
    [
      'a row that is too long',
      `1,${'x'.repeat(100)}\n3,4\n`,
      `begins a row longer than 50 bytes; a quote in it may never be closed.${REST}`,
    ],
    [
      'a long row in quotes',
      `1,"${'x\n'.repeat(50)}"\n3,4\n`,
      `begins a row longer than 50 bytes; a quote in it may never be closed.${REST}`,
    ],
  ])('ends with %s, and names the line', async (_, bad, says) => {
    for (const size of [1, 3, 1000]) {
      expect(await read(`a,b\n0,0\n${bad}`, size, { maxBytes: 50 })).toEqual([
        { line: 2, value: { a: '0', b: '0' } },
        { line: 3, says },
      ]);
    }
  });

  it.each([
    ['nothing', '', 'is missing: a CSV file begins with the names of its columns.'],
    ['an empty line', '\na\n1\n', `is empty.${REST}`],
    ['no names', ',\n1,2\n', `names no columns.${REST}`],
    ['a name twice', 'a,b,a\n1,2,3\n', `names a column twice.${REST}`],
    ['1,001 names', `${Array.from({ length: 1001 }, (_, i) => i).join(',')}\n1\n`, `names more than 1000 columns.${REST}`],
    ['a quote in the wrong place', 'a"\n1\n', `has a quote in the wrong place.${REST}`],
  ])('is refused whole when it begins with %s', async (_, csv, says) => {
    expect(await read(csv)).toEqual([{ line: 1, says }]);
  });

  it('reads no further than the bound into a quote that is never closed', async () => {
    let asked = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield utf8('a\n"');
      for (;;) {
        asked += 1;
        yield utf8('x,\n'.repeat(1000));
      }
    }
    expect((await all(readCsv(endless(), { maxBytes: 100_000 }))).map(plain)).toEqual([
      { line: 2, says: `begins a row longer than 100000 bytes; a quote in it may never be closed.${REST}` },
    ]);
    expect(asked).toBeLessThan(40);
  });

  it('never makes a row of a cut or a changed file that the whole one has not, but for the text of it', async () => {
    const csv = utf8('a,b\r\n1,"two\r\n2"\r\n"3",4\r\n');
    const whole = await read(csv);
    for (let end = 0; end < csv.length; end++) {
      const lines = await read(csv.subarray(0, end), 3);
      const rows = lines.filter((line) => 'value' in line);
      // Only the last row may be a shorter one: without quotes or an end, nothing says that text is missing.
      expect(rows.slice(0, -1)).toEqual(whole.slice(0, Math.max(0, rows.length - 1)));
      expect(JSON.stringify(lines)).not.toContain('NOT NAMED');
    }
    for (let i = 0; i < csv.length * 8; i++) {
      const changed = csv.slice();
      changed[i >> 3] = (changed[i >> 3] ?? 0) ^ (1 << (i & 7));
      const lines = await read(changed, 3);
      expect(JSON.stringify(lines)).not.toContain('NOT NAMED');
      expect(lines.length).toBeGreaterThan(0);
    }
  });

  it('leaves what its source throws as it is', async () => {
    const disk = new Error('the disk is gone');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield utf8('a\n1\n');
      throw disk;
    }
    await expect(all(readCsv(failing()))).rejects.toBe(disk);
  });
});
