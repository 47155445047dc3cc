import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StoredVersion } from '../../src/store/records.ts';
import type { Subject } from './conformance.ts';
import { change, collectionId, commitOf, event, NOW, row, rowId, vaultId, version } from './samples.ts';

const A = vaultId('a');
const B = vaultId('b');

export function reading(subject: Subject): void {
  it('gives events in order from where it is asked, and their hashes', async () => {
    await subject.store.commit(commitOf(change(A, null, 9), change(B, null, 3)));
    expect(await subject.store.events(A, 4, 3)).toEqual([4, 5, 6].map((seq) => event(A, seq)));
    expect(await subject.store.events(A, 8, 100)).toEqual([8, 9].map((seq) => event(A, seq)));
    expect(await subject.store.events(A, 10, 100)).toEqual([]);
    expect(await subject.store.eventHash(A, 7)).toEqual(event(A, 7).hash);
    expect(await subject.store.eventHash(A, 10)).toBeNull();
  });

  it('gives the rows that are named, of their vault, and leaves out those that there are not', async () => {
    await subject.store.commit(
      commitOf(change(A, null, 0, { rows: [row(1), row(2, NOW), row(3)] }), change(B, null, 0, { rows: [row(4)] })),
    );
    const named = await subject.store.rowsNamed(A, [rowId(2), rowId(9), rowId(1), rowId(4)]);
    expect(named).toEqual([row(2, NOW), row(1)]);
    expect(await subject.store.rowsNamed(A, [])).toEqual([]);
  });

  it('never splits a row over pages of versions', async () => {
    const versions = [version(1), version(2), version(2, 2), version(2, 3), version(2, 4), version(3)];
    await subject.store.commit(commitOf(change(A, null, 0, { versions: versions.toReversed() })));
    const page = (after: string, limit: number) => subject.store.versions(A, collectionId(1), after, limit);
    expect(await page('', 1)).toEqual(versions.slice(0, 1));
    expect(await page('', 2)).toEqual(versions.slice(0, 5));
    expect(await page('', 5)).toEqual(versions.slice(0, 5));
    expect(await page('', 6)).toEqual(versions);
    expect(await page(rowId(1), 3)).toEqual(versions.slice(1, 5));
    expect(await page(rowId(2), 3)).toEqual(versions.slice(5));
    expect(await page(rowId(3), 3)).toEqual([]);
  });

  it('pages through each collection of each vault, missing none and repeating none', async () => {
    const key = fc.record({
      row: fc.nat({ max: 12 }),
      version: fc.integer({ min: 1, max: 4 }),
      collection: fc.integer({ min: 1, max: 2 }),
    });
    const identity = (one: { row: number; version: number }): string => `${one.row}/${one.version}`;
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(key, { selector: identity, maxLength: 40 }), fc.integer({ min: 1, max: 9 }), async (keys, limit) => {
        run += 1;
        const vault = vaultId(`paged ${run}`);
        const versions = keys.map((one) => version(one.row, one.version, one.collection));
        await subject.store.commit(commitOf(change(vault, null, 0, { versions })));
        for (const collection of [1, 2]) {
          const read: StoredVersion[] = [];
          for (;;) {
            const page = await subject.store.versions(vault, collectionId(collection), read.at(-1)?.row ?? '', limit);
            if (page.length === 0) break;
            expect(page.length).toBeLessThan(limit + 4);
            read.push(...page);
          }
          const expected = versions
            .filter((one) => one.collection === collectionId(collection))
            .toSorted((a, b) => a.row.localeCompare(b.row) || a.version - b.version);
          expect(read).toEqual(expected);
        }
        for (const one of versions) expect(await subject.store.version(vault, one.row, one.version)).toEqual(one);
      }),
      { numRuns: 40 },
    );
  });

  it('finds a version in whichever collection it is', async () => {
    const versions = Array.from({ length: 12 }, (_, i) => version(i, 1, i));
    await subject.store.commit(commitOf(change(A, null, 0, { versions }), change(B, null, 0, { versions: [version(3, 2, 5)] })));
    for (const one of versions) expect(await subject.store.version(A, one.row, 1)).toEqual(one);
    expect(await subject.store.version(A, rowId(3), 2)).toBeNull();
    expect(await subject.store.version(A, rowId(12), 1)).toBeNull();
    expect(await subject.store.version(B, rowId(3), 2)).toEqual(version(3, 2, 5));
    expect(await subject.store.version(vaultId('none'), rowId(3), 1)).toBeNull();
  });

  it('gives rows that are due, soonest first, over all vaults', async () => {
    const inA = [row(1, NOW), row(2, NOW - 5, 'background'), row(3, null, 'dormant'), row(4, NOW + 1)];
    await subject.store.commit(commitOf(change(A, null, 0, { rows: inA }), change(B, null, 0, { rows: [row(1, NOW - 3)] })));
    const due = [
      { ...row(2, NOW - 5, 'background'), vault: A },
      { ...row(1, NOW - 3), vault: B },
      { ...row(1, NOW), vault: A },
    ];
    expect(await subject.store.dueRows(NOW, 10)).toEqual(due);
    expect(await subject.store.dueRows(NOW, 2)).toEqual(due.slice(0, 2));
    expect(await subject.store.dueRows(NOW - 6, 10)).toEqual([]);
    expect(await Promise.all([NOW - 6, NOW - 5, NOW - 1, NOW, NOW + 1].map((now) => subject.store.dueCount(now)))).toEqual([0, 1, 2, 3, 4]);
  });

  it('keeps settings, the last one given', async () => {
    expect(await subject.store.meta('log')).toBeNull();
    await subject.store.setMeta('log', 'example/log');
    await subject.store.setMeta('other', '');
    await subject.store.setMeta('log', 'é/log');
    await subject.reopen();
    expect([await subject.store.meta('log'), await subject.store.meta('other')]).toEqual(['é/log', '']);
  });

  it('says what is not an id', async () => {
    await expect(subject.store.head('no vault')).rejects.toMatchObject({ code: 'encoding_invalid' });
    await expect(subject.store.version(A, 'mem_', 1)).rejects.toMatchObject({ code: 'encoding_invalid' });
    await expect(subject.store.grantVault(rowId(1))).rejects.toMatchObject({ code: 'encoding_invalid' });
  });
}
