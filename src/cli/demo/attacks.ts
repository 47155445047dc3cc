import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { fromBase64, base64 } from '../../core/bytes.ts';
import { forgeValidation } from './forge.ts';
import { look, QUESTION, type Scene } from './scene.ts';

export const forgeryIsCaught: Scene = {
  step: 'forgery',
  told: 'Somebody with the database file writes a confirmation of the old address straight into it.',
  async play(parts) {
    const { stage, props, random, type, show } = parts;
    const { id: row, version, commitment } = await look(parts, 'address');
    await stage.stop();
    copyFileSync(stage.database, stage.file('before.db'));
    type('sqlite3 memsync.db "INSERT INTO events …; UPDATE vaults …; UPDATE row_states …"');
    await forgeValidation(stage.database, props.vault, { row, version, commitment }, stage.clock.now(), random);
    await stage.start();
    type(`memsync retrieve "${QUESTION}"`);
    const caught = await stage.run(['retrieve', QUESTION], props.diary);
    show(caught.stderr.trimEnd());
    const problem = (await stage.json(['retrieve', QUESTION], props.diary)).value as { code?: string };
    await stage.stop();
    copyFileSync(stage.file('before.db'), stage.database);
    await stage.start();
    const again = await stage.json(['retrieve', QUESTION], props.diary);
    show(again.code === 0 ? 'With the file as it was, everything is as it was.' : 'The file as it was does not open either.');
    return {
      ok: caught.code === 7 && problem.code === 'owner_event_forged' && again.code === 0,
      saw: `refused: ${problem.code ?? 'not at all'}`,
    };
  },
};

export const flippedByteIsCaught: Scene = {
  step: 'flip',
  told: 'One byte of the receipt is changed.',
  async play({ stage, type, show }) {
    const bundle = JSON.parse(readFileSync(stage.file('bundle.json'), 'utf8')) as { envelope: { payload: string } };
    const payload = fromBase64(bundle.envelope.payload);
    const middle = payload.length >> 1;
    payload[middle] = (payload[middle] ?? 0) ^ 1;
    bundle.envelope.payload = base64(payload);
    writeFileSync(stage.file('flipped.json'), JSON.stringify(bundle));
    type('memsync verify flipped.json --key keys.txt');
    const flipped = await stage.json(['verify', stage.file('flipped.json'), '--key', stage.file('keys.txt')]);
    const { failures } = flipped.value as { failures: { code: string; detail: string }[] };
    const whole = await stage.json(['verify', stage.file('bundle.json'), '--key', stage.file('keys.txt')]);
    show(failures.map(({ code, detail }) => `FAILED: ${detail} (${code})`).join('\n'));
    const codes = failures.map(({ code }) => code);
    return { ok: flipped.code === 1 && whole.code === 0 && codes.includes('signature_invalid'), saw: codes.join(', ') };
  },
};

export const revokedIsCutOff: Scene = {
  step: 'revoke',
  told: 'The trip planner is revoked.',
  async play({ stage, props, type, show }) {
    type('memsync revoke "trip planner"');
    const revoked = await stage.run(['revoke', 'trip planner']);
    show(revoked.stdout.trimEnd());
    type('MEMSYNC_TOKEN=msk_… memsync retrieve "window seats"');
    const cut = await stage.run(['retrieve', 'window seats'], props.planner);
    show(cut.stderr.trimEnd());
    const other = await stage.json(['retrieve', QUESTION], props.diary);
    return {
      ok: revoked.code === 0 && cut.code === 5 && other.code === 0,
      saw: cut.code === 5 ? 'cut off; the diary goes on' : 'not cut off',
    };
  },
};
