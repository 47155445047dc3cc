import { copyFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryMarks } from '../../../src/app/marks.ts';
import { hex } from '../../../src/core/bytes.ts';
import { signCheckpoint } from '../../../src/log/checkpoint.ts';
import { headEntry } from '../../../src/log/head-leaf.ts';
import { Auditor, codesOf } from '../../support/audited.ts';
import { Site } from '../../support/site.ts';
import { AuditStage } from './stage.ts';

let stage: AuditStage;
beforeEach(async () => {
  stage = await AuditStage.open();
});
afterEach(() => stage.close());

describe('found in the log', () => {
  it('a checkpoint that nobody signed, and another key', async () => {
    await stage.history();
    await stage.auditor.remember();
    stage.auditor.lie = (path, body) =>
      path === '/log/checkpoint' ? Buffer.from(String(Buffer.from(body as Uint8Array)).replace(/\n(\d+)\n/, '\n1\n')) : undefined;
    expect(codesOf(await stage.auditor.audit())).toEqual(['checkpoint_invalid']);
    const theirs = await Site.open();
    const key = Buffer.from(await (await fetch(`${theirs.url}/log/key`)).text());
    await theirs.close();
    stage.auditor.lie = (path) => (path === '/log/key' ? key : undefined);
    expect(codesOf(await stage.auditor.audit())).toEqual(['log_key_changed']);
  });

  it('a log cut short, and one that was forked', async () => {
    await stage.history();
    await stage.auditor.remember();
    const { logSigner } = stage.site.world.keys;
    const { log } = stage.auditor.remembered;
    if (log === null) throw new Error('there is a log');
    const signed = (size: number, root: Uint8Array) => signCheckpoint({ origin: logSigner.name, size, root }, logSigner);
    const size = stage.services.log.size;
    stage.auditor.remembered = { ...stage.auditor.remembered, log: { ...log, checkpoint: signed(size + 1, new Uint8Array(32)) } };
    expect(codesOf(await stage.auditor.audit())).toEqual(['log_cut']);
    for (const at of [1, size - 1, size]) {
      stage.auditor.remembered = { ...stage.auditor.remembered, log: { ...log, checkpoint: signed(at, new Uint8Array(32)) } };
      expect(codesOf(await stage.auditor.audit())).toEqual(['log_forked']);
    }
  });

  it('a database of last week', async () => {
    await stage.history();
    await stage.auditor.audit();
    copyFileSync(stage.site.world.database, `${stage.site.world.database}.week`);
    for (const end of ['-wal', '-shm']) copyFileSync(`${stage.site.world.database}${end}`, `${stage.site.world.database}.week${end}`);
    await stage.history();
    await stage.auditor.remember();
    await stage.auditor.audit(true);
    await stage.site.world.stop();
    for (const end of ['', '-wal', '-shm']) copyFileSync(`${stage.site.world.database}.week${end}`, `${stage.site.world.database}${end}`);
    // Where the marks are gone as well, nobody is left to know but the owner.
    const back = await Site.on(stage.site.world, new MemoryMarks());
    try {
      const late = new Auditor(back, stage.owner, stage.auditor.device);
      late.remembered = stage.auditor.remembered;
      expect(codesOf(await late.audit())).toEqual(['chain_cut', 'log_cut']);
      late.progress = stage.auditor.progress;
      expect(codesOf(await late.audit(true))).toEqual(expect.arrayContaining(['head_missing', 'log_cut', 'receipt_missing']));
    } finally {
      await back.close();
    }
  });

  it.each(['tile/entries', 'tile/0/'])('what does not hash to the tree: %s', async (part) => {
    await stage.history();
    stage.auditor.lie = (path, body) => {
      if (!path.includes(part)) return undefined;
      const bytes = Uint8Array.from(body as Uint8Array);
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      return bytes;
    };
    expect(codesOf(await stage.auditor.audit())).toEqual(['log_inconsistent']);
  });

  it('a head that the vault never had, and an earlier one after a later', async () => {
    await stage.history();
    const salt = new Uint8Array(32).fill(7);
    const [vault, at] = [`x'${stage.owner.vault}'`, stage.site.world.clock.now()];
    const put = async (seq: number, hash: Uint8Array): Promise<void> => {
      const index = await stage.addEntry(headEntry(stage.owner.vault, seq, hash, salt));
      stage.tamper(`INSERT INTO logged_heads VALUES (${vault}, ${seq}, x'${hex(hash)}', x'${hex(salt)}', ${at}, ${index})`);
    };
    await put(2, (await stage.services.store.eventHash(stage.owner.vault, 2)) ?? salt);
    expect(codesOf(await stage.auditor.audit())).toEqual(['head_backward']);
    stage.tamper('DELETE FROM logged_heads WHERE seq = 2');
    await put(3, new Uint8Array(32));
    expect(codesOf(await stage.auditor.audit())).toEqual(['entry_unexplained', 'head_backward', 'head_off_chain']);
    stage.tamper('DELETE FROM logged_heads WHERE seq = 3');
    await put(1000, new Uint8Array(32));
    expect(codesOf(await stage.auditor.audit())).toEqual(['entry_unexplained', 'head_off_chain']);
    stage.tamper('DELETE FROM logged_heads WHERE seq = 1000; UPDATE logged_heads SET log_index = log_index + 1');
    expect(codesOf(await stage.auditor.audit())).toEqual(['entry_unexplained', 'head_not_in_log']);
  });
});
