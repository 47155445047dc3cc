import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flipBit } from '../../support/tamper.ts';
import { Home } from '../home.ts';
import { Site } from '../../support/site.ts';
import { bring, checkFile, Desk, exportFrom, exportLines, exportTo, resealed } from '../../support/transfer.ts';

let site: Site;
let fresh: Site;
let home: Home;
let other: Home;
let desk: Desk;
let lines: string[];
let others: string[];

beforeAll(async () => {
  site = await Site.open();
  fresh = await Site.open();
  desk = new Desk();
  home = await Home.make(site);
  other = await Home.make(site);
  lines = await fill(home);
  others = await fill(other);
});
afterAll(async () => {
  await site.close();
  await fresh.close();
  desk.close();
});

async function fill(of: Home): Promise<string[]> {
  await of.app.remember({ memories: ['Allergic to hazelnuts', 'Lives in Porto', 'Plays the cello'].map((text) => ({ text })) });
  const [first] = (await of.app.list({})).memories;
  const owner = of.owner();
  await owner.validate([await owner.row(first?.id ?? '')]);
  const { id } = await of.app.retrieve({ query: 'cello' });
  await of.app.receipt({ retrievalId: id, model: { label: 'm' }, output: { text: 'Yes [m1].' } });
  return exportLines(desk, exportFrom(of));
}

const typeOf = (line: string): string => (JSON.parse(line) as { type: string }).type;
const indexOf = (type: string, nth = 0): number => lines.flatMap((line, i) => (typeOf(line) === type ? [i] : []))[nth] ?? -1;
const changed = (type: string, change: (line: Record<string, unknown>) => object, nth = 0): string[] =>
  lines.map((line, i) => (i === indexOf(type, nth) ? JSON.stringify(change(JSON.parse(line) as Record<string, unknown>)) : line));
const without = (index: number): string[] => lines.filter((_, i) => i !== index);

/** Refused with a code, naming the line where there is one, and nothing of it at the service. */
async function refuses(given: readonly string[], line: number | null): Promise<string> {
  const path = desk.lines(given);
  const error: unknown = await bring(home, fresh, path).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: expect.stringMatching(/^(?:line_invalid|transfer_damaged)$/) as string });
  const message = error instanceof Error ? error.message : '';
  if (line !== null) expect(message).toContain(`Line ${line + 1} `);
  expect(fresh.stored()).toMatchObject({ vaults: 0, events: 0, versions: 0, imports: 0 });
  return message;
}

it('a whole export is let in', async () => {
  expect((await checkFile(home, desk.lines(lines))).counts).toMatchObject({ readme: 1, version: 3, receipt: 1 });
});

describe('a damaged export is refused, naming the line, and nothing of it is taken up', () => {
  it('cut short anywhere', async () => {
    const whole = `${lines.join('\n')}\n`;
    for (let part = 1; part < 40; part += 1) {
      const path = desk.file();
      writeFileSync(path, whole.slice(0, Math.floor((whole.length * part) / 40)));
      await expect(checkFile(home, path), `${part} of 40`).rejects.toMatchObject({
        code: expect.stringMatching(/line_invalid|transfer_damaged/) as string,
      });
    }
    expect(await refuses(lines.slice(0, -1), null)).toContain('cut short');
    expect(await refuses(lines.slice(0, -4), null)).toContain('cut short');
  });

  it('with a bit turned over', async () => {
    const whole = new Uint8Array(readFileSync(desk.lines(lines)));
    for (let seed = 1; seed <= 60; seed += 1) {
      const path = desk.file();
      writeFileSync(path, flipBit(whole, (seed * 7919 * 104_729) % (whole.length * 8)));
      await expect(checkFile(home, path), `bit ${seed}`).rejects.toMatchObject({
        code: expect.stringMatching(/line_invalid|transfer_damaged/) as string,
      });
    }
  });

  it('encrypted, and cut short or changed', async () => {
    const path = desk.file();
    await exportTo(desk, exportFrom(home), path);
    const whole = new Uint8Array(readFileSync(path));
    await checkFile(home, path, 'along');
    for (const bytes of [
      whole.subarray(0, -1),
      whole.subarray(0, whole.length / 2),
      flipBit(whole, whole.length * 4),
      flipBit(whole, (whole.length - 3) * 8),
    ]) {
      const bad = desk.file();
      writeFileSync(bad, bytes);
      await expect(checkFile(home, bad, 'along')).rejects.toMatchObject({ code: 'transfer_damaged' });
    }
    await expect(checkFile(home, path, 'another')).rejects.toMatchObject({ code: 'passphrase_wrong' });
  });

  it('in another order, or with lines there twice', async () => {
    const version = indexOf('version');
    const swapped = lines.map((line, i) => (i === version ? lines[version + 1] : i === version + 1 ? lines[version] : line) ?? '');
    await refuses(resealed(swapped), version + 1);
    await refuses(resealed([...lines.slice(0, version + 1), lines[version] ?? '', ...lines.slice(version + 1)]), version + 1);
    const event = indexOf('event', 2);
    const moved = lines.map((line, i) => (i === event ? lines[event + 1] : i === event + 1 ? lines[event] : line) ?? '');
    await refuses(resealed(moved), event);
    const receipt = indexOf('receipt');
    await refuses(resealed([...lines.slice(0, receipt + 1), lines[receipt] ?? '', ...lines.slice(receipt + 1)]), receipt + 1);
  });

  it('with an event dropped, changed, or of another vault', async () => {
    for (const nth of [0, 1, 5]) await refuses(resealed(without(indexOf('event', nth))), indexOf('event', nth));
    const last = lines.filter((line) => typeOf(line) === 'event').length - 1;
    await refuses(resealed(without(indexOf('event', last))), indexOf('event', last));
    await refuses(resealed(changed('event', (line) => ({ ...line, at: '2020-01-01T00:00:00.000Z' }), 1)), indexOf('event', 1));
    await refuses(resealed(changed('event', (line) => ({ ...line, kind: 'erased' }), 1)), indexOf('event', 1));
    await refuses(resealed(changed('event', (line) => ({ ...line, hash: 'ab'.repeat(32) }), 1)), indexOf('event', 1));
    const short = desk.lines(resealed(lines.slice(0, indexOf('event', last))));
    await expect(checkFile(home, short)).rejects.toMatchObject({ code: 'transfer_damaged' });
    const foreign = others.find((line) => typeOf(line) === 'event' && line.includes('"seq":3,')) ?? '';
    await refuses(resealed(lines.map((line, i) => (i === indexOf('event', 2) ? foreign : line))), indexOf('event', 2));
    const genesis = others.find((line) => typeOf(line) === 'genesis') ?? '';
    await refuses(resealed(lines.map((line, i) => (i === indexOf('genesis') ? genesis : line))), indexOf('genesis'));
  });

  it('with a row that says something else in the clear, or is sealed as another', async () => {
    const at = indexOf('version');
    await refuses(resealed(changed('version', (line) => ({ ...line, text: 'Loves hazelnuts' }))), at);
    await refuses(resealed(changed('version', (line) => ({ ...line, header: { ...(line['header'] as object), category: 'health' } }))), at);
    const { sealed } = JSON.parse(lines[indexOf('version', 1)] ?? '') as { sealed: unknown };
    await refuses(resealed(changed('version', (line) => ({ ...line, sealed }))), at);
    await refuses(resealed(changed('version', ({ sealed: _sealed, ...line }) => line)), at);
    const foreign = others.find((line) => typeOf(line) === 'version') ?? '';
    await refuses(resealed(lines.map((line, i) => (i === at ? foreign : line))), null);
  });

  it('with a key missing or another', async () => {
    await refuses(resealed(without(indexOf('box'))), null);
    await refuses(resealed(changed('box', (line) => ({ ...line, box: `AAAA${String(line['box']).slice(4)}` }))), null);
  });

  it('with a proof that its bundle does not have, or rows of another receipt', async () => {
    await refuses(resealed(changed('receipt', (line) => ({ ...line, proof: 'another' }))), indexOf('receipt'));
    await refuses(resealed(changed('receipt_row', (line) => ({ ...line, receipt: `rcp_${'f'.repeat(32)}` }))), indexOf('receipt_row'));
  });

  it('with an end that does not tell the truth, or something after it', async () => {
    const end = lines.length - 1;
    const ended = (change: (line: Record<string, unknown>) => object): string[] => changed('end', change);
    await refuses(
      ended((line) => ({ ...line, sha256: 'ab'.repeat(32) })),
      end,
    );
    await refuses(
      ended((line) => ({ ...line, counts: { ...(line['counts'] as object), version: 2 } })),
      end,
    );
    await refuses([...lines, lines[3] ?? ''], end);
    // When what follows comes later than what is read at a time.
    const later = [...lines, ...Array.from({ length: 3000 }, () => lines[3] ?? '')];
    expect(await refuses(later, null)).toMatch(/^Line \d+ /);
    await refuses(lines.slice(1), 0);
    await refuses([], null);
  });

  it('with lines that are none: huge, deep, a key twice, of no known type', async () => {
    const at = indexOf('version');
    const insert = (line: string): string[] => [...lines.slice(0, at), line, ...lines.slice(at)];
    await refuses(insert('x'.repeat(7 * 1024 * 1024)), at);
    await refuses(insert(`{"type":"version","a":${'['.repeat(1000)}${']'.repeat(1000)}}`), at);
    await refuses(insert('{"type":"version","type":"version"}'), at);
    await refuses(insert('{"type":"unheard-of"}'), at);
    await refuses(insert(''), at);
  });
});
