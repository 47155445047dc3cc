import { describe, expect, it } from 'vitest';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { utf8 } from '../../src/core/bytes.ts';
import { parseEnvelope } from '../../src/crypto/dsse.ts';
import { encodeCosignerKey } from '../../src/log/cosigner-key.ts';
import { encodeKeyHistory, signKeyStatement } from '../../src/log/key-history.ts';
import { EMPTY_ROOT } from '../../src/log/merkle.ts';
import { encodeNote, parseNote } from '../../src/log/note.ts';
import { encodeProof, parseProof } from '../../src/log/proof.ts';
import { encodeVerifierKey } from '../../src/log/verifier-key.ts';
import { buildCertificate, certificateEntry } from '../../src/receipts/certificate.ts';
import { keyidOf, signReceipt } from '../../src/receipts/statement.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { makeCosigner } from '../log/cosigner.ts';
import { makeSigner } from '../log/signer.ts';
import { build, NOON, OWNER, proveEntry, SERVICE } from '../receipts/build.ts';
import { disclosureOf, receiptOf, servedRows } from '../receipts/rows.ts';
import { CHROMIUM } from '../support/chromium.ts';
import { AT, VerifyPage } from '../support/verify-page.ts';

describe.skipIf(CHROMIUM === null)('the page, with more to go by', () => {
  const on = VerifyPage.forSuite();

  it('shows the rows that a disclosure opens, alone or beside a bundle, in their own words', async () => {
    const rows = servedRows(3);
    const built = receiptOf(rows);
    await on.judge(built, JSON.stringify(disclosureOf(built, rows, [1])));
    expect(await on.lines('failed')).toEqual([]);
    expect(await on.page.locator('.opened > blockquote').allTextContents()).toEqual([rows[1]?.opening.text]);
    expect(await on.page.locator('.row.withheld').count()).toBe(2);

    await on.judge(built);
    expect(await on.page.locator('.opened').count()).toBe(0);
    await on.drop('[data-field="disclosure"]', 'm1.json', utf8(JSON.stringify(disclosureOf(built, rows, [0]))));
    await on.check();
    expect(await on.lines('failed')).toEqual([]);
    expect(await on.page.locator('.opened > blockquote').allTextContents()).toEqual([rows[0]?.opening.text]);
  });

  it('goes by a root and its history of keys, without the keys', async () => {
    const root = makeSigner('memsync.example/operator', 7);
    const statement = {
      origin: SERVICE.log.name,
      number: 0,
      previous: null,
      at: NOON,
      size: 0,
      logRoot: EMPTY_ROOT,
      log: SERVICE.log,
      receipts: SERVICE.receipt,
      root: root.key,
    };
    const built = build();
    const trust = { root: encodeVerifierKey(root.key), keyHistory: encodeKeyHistory([signKeyStatement(statement, root.signer)]) };
    const verdict = verifyBundle(built.text, trust, Date.parse(AT));
    expect(verdict.failures).toEqual([]);
    await on.drop('body', 'bundle.json', utf8(built.text));
    await on.more('The operator’s root', trust.root);
    await on.more('The history of keys', trust.keyHistory);
    await on.more('As of', AT);
    await on.check();
    expect([await on.lines('failed'), await on.lines('verified')]).toEqual([[], verdict.verified]);
    await on.more('The operator’s root', encodeVerifierKey(makeSigner('memsync.example/operator', 8).key));
    await on.check();
    expect((await on.lines('failed')).join()).toMatch(/key_/);
  });

  it('goes by a witness policy: who has cosigned, and that too few is a failure', async () => {
    const { bundle, trust } = build();
    const witness = makeCosigner('w1.example', 1);
    const proof = parseProof(bundle.proof);
    const note = parseNote(proof.checkpoint);
    const cosigned = encodeNote({ ...note, signatures: [...note.signatures, witness.cosign(note.text, NOON / 1000)] });
    const built = { ...build(), text: JSON.stringify({ ...bundle, proof: encodeProof({ ...proof, checkpoint: cosigned }) }) };
    const policy = `witness w1 ${encodeCosignerKey(witness.key)}\nquorum w1\n`;
    const verdict = verifyBundle(built.text, { verifierKeys: trust.verifierKeys, witnesses: policy }, Date.parse(AT));
    expect([verdict.ok, verdict.witnesses?.met]).toEqual([true, true]);
    await on.judge(built);
    expect((await on.lines('unknown')).join()).toContain('unwitnessed');
    await on.more('A witness policy', policy);
    await on.check();
    expect(await on.lines('unknown')).toEqual(verdict.unknown);
    expect(await on.page.locator('.verdict > .facts').textContent()).toContain('1 cosigned; your policy is met');
    const second = encodeCosignerKey(makeCosigner('w2.example', 2).key);
    const both = `${policy.split('\n')[0]}\nwitness w2 ${second}\ngroup both all w1 w2\nquorum both\n`;
    await on.more('A witness policy', both);
    await on.check();
    expect((await on.lines('failed')).join()).toContain('(witnesses_missing)');
  });

  it('does not call a certificate witnessed that nobody has cosigned, whatever the policy asks for', async () => {
    const facts = { sha256: 'ab'.repeat(32), bytes: 1, rows: 1, head: { seq: 1, hash: 'cd'.repeat(32) }, finishedAt: NOON };
    const payload = buildCertificate({ certificate: `crt_${'ef'.repeat(16)}`, vault: OWNER.vault }, { kind: 'export', facts });
    const envelope = signReceipt(SERVICE.receiptKey, keyidOf(SERVICE.receipt), payload);
    const entry = certificateEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope));
    const text = JSON.stringify({ envelope, proof: proveEntry(SERVICE, entry, 4, 4) });
    await on.drop('body', 'certificate.json', utf8(text));
    await on.trust(build());
    await on.more('As of', AT);
    for (const policy of ['', 'quorum none\n']) {
      await on.more('A witness policy', policy);
      await on.check();
      await on.page.getByRole('heading', { name: 'The certificate' }).waitFor();
      expect(await on.lines('failed')).toEqual([]);
      expect((await on.lines('verified')).join()).not.toContain('cosigned');
      expect((await on.lines('unknown')).join()).toContain('unwitnessed');
    }
  });
});
