import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bundle } from '../../../schemas/receipt.ts';
import { base64 } from '../../../src/core/bytes.ts';
import { parseStoredEvent } from '../../../src/memory/event.ts';
import { codesOf } from '../../support/audited.ts';
import { AuditStage } from './stage.ts';

let stage: AuditStage;
beforeEach(async () => {
  stage = await AuditStage.open();
});
afterEach(() => stage.close());

describe('found among receipts', () => {
  it('one that is missing: told by the log, and by an audit before', async () => {
    await stage.history();
    await stage.auditor.audit();
    const { id } = await stage.receipt();
    await stage.auditor.audit(true);
    stage.tamper(`DELETE FROM receipts WHERE id = x'${id.slice(4)}'`);
    expect(codesOf(await stage.auditor.audit(true))).toEqual(['entry_unexplained', 'receipt_missing']);
    expect(codesOf(await stage.auditor.audit())).toEqual(['entry_unexplained']);
  });

  it('places that were swapped', async () => {
    await stage.history();
    const [one, other] = [await stage.receipt(), await stage.receipt()];
    const [a, b] = [one, other].map(({ id }) => `x'${id.slice(4)}'`);
    stage.tamper(`UPDATE receipts SET log_index = CASE id WHEN ${a} THEN log_index + 1 ELSE log_index - 1 END WHERE id IN (${a}, ${b})`);
    expect(codesOf(await stage.auditor.audit())).toEqual(['entry_unexplained', 'receipt_invalid', 'receipt_not_in_log', 'receipt_order']);
  });

  it('one that was issued, by its own word, before one that stands before it', async () => {
    await stage.history();
    const { id } = await stage.receipt();
    await stage.receipt();
    await stage.forge(id, () => undefined);
    expect(codesOf(await stage.auditor.audit())).toEqual(['entry_unexplained', 'receipt_order']);
  });

  it('one that is dated before its evidence', async () => {
    await stage.history();
    const { id } = await stage.receipt();
    const [head] = (await stage.services.store.events(stage.owner.vault, 0, 1000)).slice(-1);
    const at = parseStoredEvent(head?.stored ?? new Uint8Array(0)).at;
    await stage.forge(id, ({ predicate }) => {
      expect(predicate.head.seq).toBe(head?.seq);
      predicate.evaluatedAt = at - 1;
      predicate.tags = [];
      predicate.claims = [];
    });
    expect(codesOf(await stage.auditor.audit())).toContain('receipt_early');
    await stage.forge(id, ({ predicate }) => {
      predicate.issuedAt = predicate.evaluatedAt - 1;
    });
    expect(codesOf(await stage.auditor.audit())).toContain('receipt_early');
  });

  it('one that rests on another history, or other rules', async () => {
    await stage.history();
    const { id } = await stage.receipt();
    await stage.forge(id, ({ predicate }) => void (predicate.head = { seq: predicate.head.seq, hash: 'ab'.repeat(32) }));
    expect(codesOf(await stage.auditor.audit())).toEqual(['entry_unexplained', 'receipt_off_chain']);
    await stage.forge(id, ({ predicate }) => void (predicate.head = { seq: predicate.head.seq + 1, hash: 'ab'.repeat(32) }));
    expect(codesOf(await stage.auditor.audit())).toEqual(['entry_unexplained', 'receipt_off_chain']);
    await stage.forge(id, ({ predicate }) => void (predicate.policySha256 = 'ab'.repeat(32)));
    expect(codesOf(await stage.auditor.audit())).toEqual(['entry_unexplained', 'receipt_policy']);
  });

  it('one whose bundle, and a certificate, was altered', async () => {
    await stage.history();
    const altered = (envelope: Bundle['envelope']) => ({
      ...envelope,
      signatures: [{ ...envelope.signatures[0], sig: base64(new Uint8Array(64)) }],
    });
    stage.auditor.lie = (path, body) => {
      if (path.includes('/bundle')) return { ...(body as Bundle), envelope: altered((body as Bundle).envelope) };
      if (!/certificates\/crt_/.test(path)) return undefined;
      const reply = body as { certificate: Bundle };
      return { ...reply, certificate: { ...reply.certificate, envelope: altered(reply.certificate.envelope) } };
    };
    expect(codesOf(await stage.auditor.audit())).toEqual(['certificate_invalid', 'entry_unexplained', 'receipt_invalid']);
  });
});
