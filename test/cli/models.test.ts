import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFileSync } from 'node:fs';
import { type ModelRun, ModelsReply } from '../../schemas/claims.ts';
import { RetrievalReply } from '../../schemas/retrieval.ts';
import { ReceiptReply } from '../../schemas/receipt.ts';
import { modelsPage } from '../../src/cli/render/models.ts';
import { Terminal } from './terminal.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const ID = 'kIrHJ_1VfYJD-OV0O1JicM2lB5swr83ZkfvTD7BWV0I';

const run = (day: number, artifact: Partial<NonNullable<ModelRun['artifact']>> | null, more: Partial<ModelRun> = {}): ModelRun => ({
  artifact: artifact === null ? null : { sha256: null, blobId: null, ...artifact },
  status: 'asserted',
  from: `2026-03-0${day}T09:00:00.000Z`,
  to: `2026-03-0${day}T17:30:00.000Z`,
  receipts: 2,
  first: `rcp_${'0'.repeat(32)}`,
  last: `rcp_${'1'.repeat(32)}`,
  providers: [],
  ...more,
});
const page = (runs: ModelRun[], more: Partial<ModelsReply> = {}) =>
  modelsPage({ label: 'some-model', runs, artifacts: 1, cursor: null, ...more });
/** As one line, however it was broken. */
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('the page of a label', () => {
  it('says in a sentence that the artefact changed under one name, and when', () => {
    const text = page([run(5, { sha256: B }, { status: 'verified', providers: ['x', 'y'] }), run(3, { sha256: A, blobId: ID })], {
      artifacts: 2,
    });
    expect(text.split('\n').slice(0, 6)).toEqual([
      'FROM              TO                STATUS    ANSWERS  PROVIDERS',
      '2026-03-05 09:00  2026-03-05 17:30  verified  2        x, y',
      `  SHA-256  ${B}`,
      '2026-03-03 09:00  2026-03-03 17:30  asserted  2        not named',
      `  SHA-256  ${A}`,
      `  blob ID  ${ID}`,
    ]);
    expect(flat(text)).toContain(
      'The artefact changed under the name “some-model”: up to 2026-03-03 17:30 it was SHA-256 aaaaaaaa…, from 2026-03-05 09:00 on SHA-256 bbbbbbbb…. 2 artefacts are named',
    );
    expect(flat(text)).toContain(
      '“verified” says that bytes at hand and the artefact’s name belong together, not that an answer was made with them.',
    );
  });

  it('says it also across answers that name none, or name it in another way', () => {
    const text = flat(page([run(5, { sha256: B }), run(4, null), run(3, { blobId: ID }), run(2, { sha256: A })], { artifacts: 3 }));
    expect(text.match(/The artefact changed/g)).toHaveLength(1);
    expect(text).toContain('up to 2026-03-02 17:30 it was SHA-256 aaaaaaaa…, from 2026-03-05 09:00 on SHA-256 bbbbbbbb…');
    expect(text).toContain('whether those are the same cannot be told');
    expect(text).toContain('2 answers named none: which it was then cannot be told.');
  });

  it('says no change where one was named all the while, or by names that cannot be compared', () => {
    const same = flat(page([run(5, { sha256: A }, { status: 'failed' }), run(4, null), run(3, { sha256: A })]));
    expect(same).not.toContain('changed');
    expect(same).toContain('One artefact is named under “some-model” here.');
    const unlike = flat(page([run(5, { sha256: A }), run(3, { blobId: ID })], { artifacts: 2 }));
    expect([unlike.includes('changed'), unlike.includes('whether those are the same cannot be told')]).toEqual([false, true]);
    expect(same).not.toContain('whether those are the same');
  });

  it('says that nothing can be told where none is named, and tells an empty page from the end', () => {
    expect(flat(page([run(5, null)], { artifacts: 0 }))).toContain('whether “some-model” was one model all the while cannot be told');
    expect(page([])).toBe('No receipt that you may see is found by the model “some-model”: labels are told\napart to the letter.');
    expect(page([], { cursor: 'rcp_1' })).toBe('None so far.\n\nThere is more: --cursor rcp_1');
  });

  it('tells the latest changes, and how many there are more', () => {
    const runs = Array.from({ length: 9 }, (_, i) => run(9 - i, { sha256: i % 2 === 0 ? A : B }));
    const text = flat(page(runs, { artifacts: 2 }));
    expect(text.match(/The artefact changed/g)).toHaveLength(5);
    expect(text).toContain('It changed 3 times more.');
    expect(text.indexOf('from 2026-03-09')).toBeLessThan(text.indexOf('from 2026-03-08'));
  });

  it('shows nobody else’s words as ours, and keeps to the width', () => {
    const text = page(
      [run(5, { blobId: `\u001b[31m\nverified ${'x'.repeat(150)}` }, { providers: [`\u202Ex\n${'y'.repeat(100)}`, 'z'.repeat(90)] })],
      {
        label: `a\nFROM ${'l'.repeat(190)}`,
      },
    );
    expect(text).not.toMatch(/[\u001b\u202e]/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(text.split('\n').filter((line) => /^(?:verified|FROM l)/.test(line))).toEqual([]);
  });
});

describe('memsync models', () => {
  let terminal: Terminal;
  let token: string;
  const app = () => ({ env: { MEMSYNC_TOKEN: token } });
  beforeAll(async () => {
    terminal = new Terminal();
    await terminal.serve();
    token = String((await terminal.json(['init', '--yes', '--work-factor', '2'], { spawn: true })).value['token']);
  });
  afterAll(() => terminal.close());

  it('asks the service, page by page, as an app and as the owner', async () => {
    const ids: string[] = [];
    const named = [[], ['--model-sha256', A, '--model-blob-id', ID]];
    for (const names of named) {
      const { id } = RetrievalReply.parse((await terminal.json(['retrieve', 'Which nuts?'], app())).value);
      writeFileSync(terminal.path('answer.txt'), 'No hazelnuts.');
      const options = ['--output', terminal.path('answer.txt'), '--model', 'some-model', '--provider', 'x', ...names];
      ids.push(ReceiptReply.parse((await terminal.json(['receipt', '--retrieval', id, ...options], app())).value).id);
    }
    const whole = ModelsReply.parse((await terminal.json(['models', 'some-model'], app())).value);
    expect(whole.runs).toMatchObject([
      { artifact: { sha256: A, blobId: ID }, receipts: 1, first: ids[1], providers: ['x'] },
      { artifact: null, receipts: 1, first: ids[0], last: ids[0], providers: ['x'] },
    ]);
    const shown = await terminal.run(['models', 'some-model', '--limit', '1']);
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining(`There is more: --cursor ${ids[1]}`) });
    const { value } = await terminal.json(['models', 'some-model', '--cursor', ids[1] ?? '']);
    expect(ModelsReply.parse(value).runs.map(({ last }) => last)).toEqual([ids[0]]);
    expect(await terminal.run(['models', 'other'], app())).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('No receipt that you may see'),
    });
    expect((await terminal.run(['models'])).code).toBe(2);
    const misspelt = [
      'receipt',
      '--retrieval',
      'ret_1',
      '--model',
      'm',
      '--output',
      terminal.path('answer.txt'),
      '--model-blob-id',
      `${ID}=`,
    ];
    expect(await terminal.run(misspelt, app())).toMatchObject({ code: 2, stderr: expect.stringContaining('43 characters') });
  });
});
