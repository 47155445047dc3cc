import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { collectionId, event, headAt, NOW, row, vaultId, version } from '../samples.ts';
import { Child } from './children.ts';
import { temporaryFolder } from './temporary.ts';

it('keeps every acknowledged commit, whole, when the process is killed again and again', async () => {
  const path = join(temporaryFolder(), 'memsync.sqlite');
  const vault = vaultId('killed');
  let acknowledged = -1;
  for (let round = 0; round < 5; round += 1) {
    const child = new Child('commitForever', path, 'killed');
    await child.lines(15 + 30 * round);
    await child.kill();
    acknowledged = Math.max(acknowledged, ...child.said.map(Number));

    const store = openSqliteStore({ path });
    const seq = (await store.head(vault))?.seq ?? -1;
    expect(seq).toBeGreaterThanOrEqual(acknowledged);
    expect(await store.head(vault)).toEqual(headAt(vault, seq));
    const commits = (seq + 1) / 3;
    expect(await store.events(vault, 0, 10_000)).toEqual(Array.from({ length: seq + 1 }, (_, i) => event(vault, i)));
    const last = Array.from({ length: commits }, (_, i) => i * 3 + 2);
    expect(await store.rows(vault)).toEqual(last.map((n) => row(n, NOW + n)));
    expect(await store.versions(vault, collectionId(1), '', 10_000)).toEqual(last.flatMap((n) => [version(n), version(n, 2)]));
    expect((await store.log())?.size).toBe(commits);
    expect((await store.tile(0, 0))?.length).toBe(commits * 32);
    await store.close();
  }
  expect(acknowledged).toBeGreaterThan(200);
});

it('gives each tick to exactly one of several processes', async () => {
  const path = join(temporaryFolder(), 'memsync.sqlite');
  const children = ['w1', 'w2', 'w3', 'w4'].map((name) => new Child('claimAll', path, name));
  await Promise.all(children.map((child) => child.lines(1)));
  for (const child of children) child.go();
  expect(await Promise.all(children.map((child) => child.ended()))).toEqual([0, 0, 0, 0]);
  const won = children.flatMap((child) => child.said.slice(1).map(Number)).toSorted((a, b) => a - b);
  expect(won).toEqual(Array.from({ length: 50 }, (_, tick) => tick));
  const store = openSqliteStore({ path });
  const runs = await store.jobRuns('demote-stale', 100);
  expect(runs.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 50 }, () => 1));
  for (const [i, child] of children.entries()) {
    const held = runs.filter(({ worker }) => worker === `w${i + 1}`).map(({ tick }) => tick);
    expect(held.toReversed()).toEqual(child.said.slice(1).map(Number));
  }
  await store.close();
});

it('gives each sequence number of a vault to exactly one of several processes', async () => {
  const path = join(temporaryFolder(), 'memsync.sqlite');
  const children = ['w1', 'w2', 'w3'].map((name) => new Child('appendTogether', path, name));
  await Promise.all(children.map((child) => child.lines(1)));
  for (const child of children) child.go();
  expect(await Promise.all(children.map((child) => child.ended()))).toEqual([0, 0, 0]);
  const written = children.flatMap((child) =>
    child.said
      .slice(1)
      .filter((line) => line !== 'conflict')
      .map(Number),
  );
  expect(written.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, seq) => seq));
  const store = openSqliteStore({ path });
  expect(await store.events(vaultId('shared'), 0, 100)).toHaveLength(30);
  await store.close();
});

it('lets several processes make and open the same database at once', async () => {
  const path = join(temporaryFolder(), 'new', 'memsync.sqlite');
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const children = names.map((name) => new Child('openTogether', path, name));
  await Promise.all(children.map((child) => child.lines(1)));
  for (const child of children) child.go();
  expect(await Promise.all(children.map((child) => child.ended()))).toEqual(names.map(() => 0));
  const store = openSqliteStore({ path });
  expect(await store.vaultIds()).toEqual(names.map(vaultId).toSorted());
  await store.close();
});
