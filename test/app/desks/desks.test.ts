import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findDesk, listDesks, makeDesk } from '../../../src/app/desks/make.ts';
import { addReviewer, removeReviewer, showDesk } from '../../../src/app/desks/reviewers.ts';
import { enterDesk } from '../../../src/app/desks/enter.ts';
import { hex } from '../../../src/core/bytes.ts';
import { parseId } from '../../../src/core/ids.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { parseReviewerToken } from '../../../src/crypto/reviewer-token.ts';
import { World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world.close());

const key = (): Uint8Array => systemRandom.bytes(32);
const coded = (code: string): unknown => expect.objectContaining({ code });

/** Changes the database by hand, beside the service that has let the reviewer in before. */
function tampered(change: (db: Database.Database) => void): void {
  const db = new Database(world.database);
  change(db);
  db.close();
}

it('a desk and its reviewers have names that are theirs alone', async () => {
  const { services } = world;
  await expect(findDesk(services, null)).rejects.toThrow(coded('desk_unknown'));
  const front = await makeDesk(services, 'front');
  expect(await findDesk(services, null)).toEqual(front);
  const back = await makeDesk(services, 'back');
  expect((await listDesks(services)).map(({ name }) => name)).toEqual(['back', 'front']);
  expect([await findDesk(services, 'back'), await findDesk(services, back.id)]).toEqual([back, back]);
  for (const named of [null, 'side', `dsk_${'0'.repeat(32)}`])
    await expect(findDesk(services, named)).rejects.toThrow(coded('desk_unknown'));
  await expect(makeDesk(services, 'front')).rejects.toThrow(coded('name_taken'));
  for (const name of ['', ' front', 'a\nb', 'dsk_x', 'x'.repeat(201), '\ud800'])
    await expect(makeDesk(services, name), JSON.stringify(name)).rejects.toThrow(coded('input_invalid'));

  const { reviewer } = await addReviewer(services, 'front', 'ana', key());
  await expect(addReviewer(services, front.id, 'ana', key())).rejects.toThrow(coded('name_taken'));
  await addReviewer(services, 'back', 'ana', key());
  for (const name of ['me', 'rev_x', '']) await expect(addReviewer(services, 'front', name, key())).rejects.toThrow(coded('input_invalid'));
  await expect(addReviewer(services, 'front', 'bea', systemRandom.bytes(31))).rejects.toThrow(coded('input_invalid'));
  await expect(addReviewer(services, 'side', 'bea', key())).rejects.toThrow(coded('desk_unknown'));
  expect((await showDesk(services, 'front')).reviewers).toEqual([reviewer]);
});

it('a token opens what its reviewer was made known with, and nothing once they are removed', async () => {
  const { services } = world;
  const { reviewer, token } = await addReviewer(services, 'front', 'cai', key());
  expect((await enterDesk(services, token)).reviewer).toEqual(reviewer);
  const flipped = `${token.slice(0, 40)}${token[40] === '0' ? '1' : '0'}${token.slice(41)}`;
  for (const other of [flipped, `msk_${token.slice(4)}`, token.slice(0, -1), `${token}0`])
    await expect(enterDesk(services, other)).rejects.toThrow(coded('token_invalid'));
  await expect(removeReviewer(services, 'back', 'cai')).rejects.toThrow(coded('reviewer_unknown'));
  world.clock.advance(1000);
  expect((await removeReviewer(services, 'front', 'cai')).removedAt).toBe(world.clock.now());
  await expect(enterDesk(services, token)).rejects.toThrow(coded('token_invalid'));
  await expect(removeReviewer(services, 'front', 'cai')).rejects.toThrow(coded('reviewer_unknown'));
  // The name is not given to anybody else: a decision by “cai” stays theirs.
  await expect(addReviewer(services, 'front', 'cai', key())).rejects.toThrow(coded('name_taken'));
});

it('neither a token nor its secret is in the database or in what is printed, and the desk key is in neither', async () => {
  const { services } = world;
  const { reviewer, token } = await addReviewer(services, 'back', 'dee', key());
  const secret = hex(parseReviewerToken(token).secret.reveal());
  const db = new Database(world.database, { readonly: true });
  const rows = JSON.stringify(db.prepare('SELECT hex(id), hex(key), hex(auth_hash), name FROM reviewers').raw().all()).toLowerCase();
  db.close();
  expect(rows).toContain(hex(parseId('reviewer', reviewer.id)));
  for (const hidden of [secret, token.slice(4), hex(services.deskKey.reveal())]) expect(rows).not.toContain(hidden);
  expect(JSON.stringify([parseReviewerToken(token), services.deskKey])).not.toContain(secret);
});

it('whoever has the database alone makes no reviewer up, moves none to another desk, and gives none another key', async () => {
  const { token } = await addReviewer(world.services, 'front', 'eve', key());
  const { reviewer } = parseReviewerToken(token);
  const id = parseId('reviewer', reviewer);
  expect((await enterDesk(world.services, token)).reviewer.name).toBe('eve');
  const front = parseId('desk', (await findDesk(world.services, 'front')).id);
  const back = parseId('desk', (await findDesk(world.services, 'back')).id);
  const desk = (to: Uint8Array) => (db: Database.Database) => db.prepare('UPDATE reviewers SET desk = ? WHERE id = ?').run(to, id);
  tampered(desk(back));
  await expect(enterDesk(world.services, token)).rejects.toThrow(coded('token_invalid'));
  tampered(desk(front));
  expect((await enterDesk(world.services, token)).reviewer.name).toBe('eve');
  tampered((db) => db.prepare('UPDATE reviewers SET key = ? WHERE id = ?').run(key(), id));
  await expect(enterDesk(world.services, token)).rejects.toThrow(coded('token_invalid'));
});
