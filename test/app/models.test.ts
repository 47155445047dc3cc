import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Artifact } from '../../schemas/evidence.ts';
import type { ModelsQuery } from '../../schemas/claims.ts';
import type { ReceiptRequest } from '../../schemas/receipt.ts';
import { addEvidence } from '../../src/app/evidence/add.ts';
import { readModels } from '../../src/app/models.ts';
import { base64, hex, utf8 } from '../../src/core/bytes.ts';
import { sha256 } from '../../src/crypto/sha256.ts';
import type { TestOwner } from '../support/owner.ts';
import { World } from '../support/world.ts';
import { answered } from './evidence/answered.ts';

const A = hex(sha256(utf8('weights of Tuesday')));
const B = hex(sha256(utf8('weights of Thursday')));

let world: World;
let owner: TestOwner;
let app: string;
let device: string;
beforeEach(async () => {
  world = await World.open();
  owner = await world.owner();
  app = await owner.grant();
  device = await owner.device();
});
afterEach(() => world.close());

const by = async (artifact?: NonNullable<ReceiptRequest['model']['artifact']>, token = app, more: object = {}) => {
  const { id } = await answered(world, token, { model: { label: 'some-model', ...more, ...(artifact === undefined ? {} : { artifact }) } });
  return id;
};
const read = (query: Partial<ModelsQuery> = {}, token = app) => readModels(world.services, token, { label: 'some-model', ...query });
const shape = async (query: Partial<ModelsQuery> = {}, token = app) =>
  (await read(query, token)).runs.map(({ artifact, status, receipts }) => [artifact?.sha256 ?? artifact?.blobId ?? null, status, receipts]);
const give = (id: string, artifact: Artifact) => addEvidence(world.services, app, id, { evidence: { model: artifact } }, null);

describe('the artefacts under a label', () => {
  it('are two where Tuesday’s and Thursday’s answers name two, however they are called', async () => {
    const tuesday = [await by({ sha256: A }, app, { provider: 'x' }), await by({ sha256: A }, app, { provider: 'y' })];
    await by({ sha256: B }, app, { label: 'other-model' });
    const thursday = await by({ sha256: B });
    const { label, runs, artifacts, cursor } = await read();
    expect([label, artifacts, cursor]).toEqual(['some-model', 2, null]);
    expect(runs).toMatchObject([
      { artifact: { sha256: B, blobId: null }, status: 'asserted', receipts: 1, first: thursday, last: thursday, providers: [] },
      { artifact: { sha256: A }, status: 'asserted', receipts: 2, first: tuesday[0], last: tuesday[1], providers: ['y', 'x'] },
    ]);
    const [later, earlier] = runs;
    expect(Date.parse(earlier?.from ?? '')).toBeLessThan(Date.parse(earlier?.to ?? ''));
    expect(Date.parse(earlier?.to ?? '')).toBeLessThan(Date.parse(later?.from ?? ''));
  });

  it('are those of that label to the letter; of one that nobody has used there are none', async () => {
    await by({ sha256: A });
    for (const label of ['some-mode', 'some-model ', 'Some-model', 'x']) {
      expect(await read({ label })).toEqual({ label, runs: [], artifacts: 0, cursor: null });
    }
  });

  it('come with evidence that is later than the answer, with what it came to', async () => {
    const first = await by();
    const second = await by();
    expect(await shape()).toEqual([[null, 'asserted', 2]]);
    await give(first, { kind: 'model-artifact', sha256: A });
    await give(second, { kind: 'model-bytes', bytes: base64(utf8('weights of Thursday')), sha256: B });
    expect(await shape()).toEqual([
      [B, 'verified', 1],
      [A, 'asserted', 1],
    ]);
    await give(second, { kind: 'model-artifact', sha256: A });
    expect(await shape()).toEqual([
      [B, 'failed', 1],
      [A, 'asserted', 1],
    ]);
  });

  it('are judged by all that a body holds, in a thread, down to the blob ID', async () => {
    const id = await by();
    await give(id, { kind: 'model-bytes', bytes: base64(utf8('hello walrus')), blobId: 'kIrHJ_1VfYJD-OV0O1JicM2lB5swr83ZkfvTD7BWV0I' });
    expect((await read()).runs).toMatchObject([
      {
        artifact: { blobId: 'kIrHJ_1VfYJD-OV0O1JicM2lB5swr83ZkfvTD7BWV0I', sha256: hex(sha256(utf8('hello walrus'))) },
        status: 'verified',
      },
    ]);
    const large = new Uint8Array(6 * 1024 * 1024 - 500).fill(7);
    const other = await by();
    await give(other, {
      kind: 'model-bytes',
      bytes: base64(large),
      sha256: hex(sha256(large)),
      blobId: 'kIrHJ_1VfYJD-OV0O1JicM2lB5swr83ZkfvTD7BWV0I',
    });
    expect(await shape({ limit: 1 })).toEqual([[hex(sha256(large)), 'failed', 1]]);
  }, 30_000);

  it('are shown to an app by its own answers alone, to a device and to who may review by all', async () => {
    const other = await owner.grant();
    const reviewer = await owner.grant({ role: 'reviewer', capabilities: ['review'] });
    await by({ sha256: A });
    await by({ sha256: B }, other);
    expect([await shape(), await shape({}, other)]).toEqual([[[A, 'asserted', 1]], [[B, 'asserted', 1]]]);
    const all = [
      [B, 'asserted', 1],
      [A, 'asserted', 1],
    ];
    expect([await shape({}, device), await shape({}, reviewer)]).toEqual([all, all]);
    const none = await owner.grant({ capabilities: ['remember'] });
    await expect(read({}, none)).rejects.toMatchObject({ code: 'capability_missing' });
  });

  it('are paged from the newest on, and each answer is in one page', async () => {
    const ids: string[] = [];
    for (const artifact of [A, A, A, B, B]) ids.push(await by({ sha256: artifact }));
    const first = await read({ limit: 3 });
    expect(first.runs.map(({ receipts, first: from }) => [receipts, from])).toEqual([
      [2, ids[3]],
      [1, ids[2]],
    ]);
    expect(first.cursor).toBe(ids[2]);
    const second = await read({ limit: 3, cursor: first.cursor ?? '' });
    expect([second.runs.map(({ receipts, first: from }) => [receipts, from]), second.cursor]).toEqual([[[2, ids[0]]], null]);
    await expect(read({ cursor: 'no cursor' })).rejects.toMatchObject({ code: 'input_invalid' });
  });

  it('are paged by how much evidence there is, too', async () => {
    const [first, second] = [await by(), await by({ sha256: A })];
    for (const id of [first, second]) for (const sha256 of [A, B]) await give(id, { kind: 'model-artifact', sha256 });
    const page = await readModels(world.services, app, { label: 'some-model' }, 2);
    expect([page.runs.map((run) => run.last), page.cursor]).toEqual([[second], second]);
    const next = await readModels(world.services, app, { label: 'some-model', cursor: page.cursor ?? '' }, 2);
    expect([next.runs.map((run) => run.last), next.cursor]).toEqual([[first], null]);
  });

  it('are found without the disk saying what the label is', async () => {
    await by({ sha256: A });
    await world.restart(() => {
      const files = readdirSync(dirname(world.database)).map((name) => readFileSync(join(dirname(world.database), name), 'latin1'));
      expect(files.join('')).toContain('receipt_labels');
      expect(files.join('')).not.toContain('some-model');
    });
    expect(await shape()).toEqual([[A, 'asserted', 1]]);
  });
});
