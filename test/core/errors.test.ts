import { describe, expect, it } from 'vitest';
import { describeCode, ERROR_CODES, isMemSyncError, MemSyncError } from '../../src/core/errors.ts';

describe('error codes', () => {
  it.each(ERROR_CODES)('%s says what happened and what to do, under a status that fits', (code) => {
    const { status, title, remedy } = describeCode(code);
    expect(code).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(remedy).toMatch(/^\S.{9,}\.$/);
  });

  it('are on each error, with detail and context apart', () => {
    const cause = new Error('below');
    const error = new MemSyncError('owner_chain_conflict', 'The chain is at 3.', { context: { ownerSeq: 3 }, cause });
    expect(error).toMatchObject({ code: 'owner_chain_conflict', status: 409, message: 'The chain is at 3.', context: { ownerSeq: 3 } });
    expect(error.cause).toBe(cause);
    expect([error.title, error.remedy]).toEqual([describeCode('owner_chain_conflict').title, describeCode('owner_chain_conflict').remedy]);
    expect('cause' in new MemSyncError('internal', 'x')).toBe(false);
  });

  it('are told from other errors, and from one another', () => {
    const error = new MemSyncError('not_found', 'x');
    expect(isMemSyncError(error)).toBe(true);
    expect(isMemSyncError(error, 'not_found')).toBe(true);
    expect(isMemSyncError(error, 'internal')).toBe(false);
    expect(isMemSyncError(Object.assign(new Error('x'), { code: 'not_found' }))).toBe(false);
  });
});
