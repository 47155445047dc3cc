import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LIMITS } from '../../schemas/limits.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import { judgeArtifact } from '../../src/claims/judge.ts';
import { artifactKind, type ClaimKind, type Judgement } from '../../src/claims/kind.ts';
import { MemSyncError } from '../../src/core/errors.ts';
import { AT, check, RECEIPT } from './pieces.ts';

/** A kind whose verifier does as it is told. */
function weather(judge: () => unknown): ClaimKind {
  return {
    text: { claim: 'weather', proves: '', doesNotProve: '' },
    order: 1,
    artifacts: { 'sample.v1': { schema: z.unknown(), judge: () => judge() as Judgement } },
  };
}

const judged = (judge: () => unknown, kind = 'sample.v1') =>
  judgeArtifact(weather(judge), { artifact: { kind }, gathered: undefined, receipt: RECEIPT }, undefined, AT);

const answer = (status: ClaimStatus, statuses: readonly ClaimStatus[], facts: readonly (readonly [string, string])[] = []) => ({
  status,
  checks: statuses.map((one, i) => check(`c${i}`, one)),
  facts: facts.map(([name, value]) => ({ name, value })),
});

describe('the frame', () => {
  it.each<[string, ReturnType<typeof answer>, ClaimStatus, readonly string[]]>([
    ['takes a verified check for verified', answer('verified', ['verified', 'asserted']), 'verified', ['c0', 'c1']],
    ['makes verified without one asserted', answer('verified', ['asserted']), 'asserted', ['c0', 'judging']],
    ['makes verified without any asserted', answer('verified', []), 'asserted', ['judging']],
    ['fails with a check', answer('verified', ['verified', 'failed']), 'failed', ['c0', 'c1']],
    ['fails with a check, pending or not', answer('pending', ['failed']), 'failed', ['c0']],
    ['says so where a failure names no check', answer('failed', ['verified']), 'failed', ['c0', 'judging']],
    ['leaves pending pending', answer('pending', ['verified', 'pending']), 'pending', ['c0', 'c1']],
    ['leaves asserted asserted, whatever is verified', answer('asserted', ['verified']), 'asserted', ['c0']],
    [
      'finds two facts of one name',
      answer(
        'verified',
        ['verified'],
        [
          ['a', '1'],
          ['b', '1'],
          ['a', '2'],
        ],
      ),
      'failed',
      ['c0', 'contradiction'],
    ],
    [
      'lets a fact be stated twice alike',
      answer(
        'verified',
        ['verified'],
        [
          ['a', '1'],
          ['a', '1'],
        ],
      ),
      'verified',
      ['c0'],
    ],
  ])('%s', async (_, given, status, checks) => {
    const one = await judged(() => given);
    expect([one.status, one.checks.map((one) => one.check)]).toEqual([status, checks]);
  });

  it('keeps facts once each, as many as there may be', async () => {
    const facts = Array.from({ length: LIMITS.facts }, (_, i) => [`f${i}`, 'x'] as const);
    expect((await judged(() => answer('verified', ['verified'], [...facts, ...facts]))).facts).toHaveLength(LIMITS.facts);
    const [more, failed] = [
      [...facts, ['one', 'more'] as const],
      [...facts, ['f0', 'y'] as const],
    ];
    expect(await judged(() => answer('verified', ['verified'], more))).toMatchObject({
      status: 'pending',
      facts: [],
      checks: [{ check: 'judging' }],
    });
    expect(await judged(() => answer('verified', ['failed'], more))).toMatchObject({ status: 'failed' });
    expect(failed).toHaveLength(LIMITS.facts + 1);
  });
});

describe('what is our own fault is pending, says so, and states nothing', () => {
  const none = { status: 'asserted', checks: [], facts: [] };
  it.each<[string, () => unknown]>([
    [
      'it throws',
      () => {
        throw new TypeError('secret');
      },
    ],
    [
      'it throws another code',
      () => {
        throw new MemSyncError('encoding_invalid', 'secret');
      },
    ],
    ['it rejects', () => Promise.reject(new Error('secret'))],
    ['it gives nothing', () => undefined],
    ['it gives no status', () => ({ ...none, status: 'absent' })],
    ['it gives a status of its own', () => ({ ...none, status: 'proved' })],
    ['it gives no checks', () => ({ ...none, checks: null })],
    ['a check has no name', () => ({ ...none, checks: [check('Not a name', 'verified')] })],
    ['a check says too much', () => ({ ...none, checks: [{ ...check('c', 'verified'), detail: 'x'.repeat(LIMITS.reasonLength + 1) }] })],
    ['there are too many checks', () => ({ ...none, checks: Array.from({ length: LIMITS.facts + 1 }, () => check('c', 'verified')) })],
    ['a fact has no name', () => ({ ...none, facts: [{ name: '', value: 'x' }] })],
    ['a fact has an empty value', () => ({ ...none, facts: [{ name: 'a', value: '' }] })],
    ['a fact is too long', () => ({ ...none, facts: [{ name: 'a', value: 'x'.repeat(LIMITS.refLength + 1) }] })],
  ])('%s', async (_, judge) => {
    const one = await judged(judge);
    expect([one.status, one.facts, one.checks.map(({ check, status }) => [check, status])]).toEqual([
      'pending',
      [],
      [['judging', 'pending']],
    ]);
    expect(JSON.stringify(one)).toMatch(/our own fault/);
    expect(JSON.stringify(one)).not.toMatch(/secret/);
  });
});

describe('what the verifier refuses', () => {
  it.each(['evidence_malformed', 'evidence_misplaced'] as const)('is refused with %s', async (code) => {
    const refuse = () => {
      throw new MemSyncError(code, 'It names another receipt.');
    };
    await expect(judged(refuse)).rejects.toThrow(expect.objectContaining({ code }));
  });
});

describe('evidence of a kind that is not known', () => {
  it('is kept and asserted, with a check that says that it was not judged', async () => {
    const never = () => answer('verified', ['verified']);
    for (const kind of ['other.v1', 'constructor', 'tostring'])
      expect(await judged(never, kind)).toEqual({
        status: 'asserted',
        checks: [{ check: 'judging', status: 'asserted', detail: expect.stringMatching(/kept.*not judged/) }],
        facts: [],
      });
    const given = { artifact: { kind: 'sample.v1' }, gathered: undefined, receipt: RECEIPT };
    expect((await judgeArtifact(null, given, undefined, AT)).status).toBe('asserted');
  });
});

it('a kind made of typed parts is given what its schemas make of artefact and trust', async () => {
  const artifact = artifactKind({
    schema: z.strictObject({ kind: z.literal('sample.v1'), sky: z.string().default('blue') }),
    trust: z.strictObject({ skies: z.array(z.string()) }).default({ skies: ['blue'] }),
    judge: ({ artifact: { sky }, gathered, receipt }, { skies }, at) => ({
      status: skies.includes(sky) ? 'verified' : 'failed',
      checks: [check('sky', skies.includes(sky) ? 'verified' : 'failed')],
      facts: [{ name: 'seen', value: `${sky} ${String(gathered)} ${receipt.entry} ${at}` }],
    }),
  });
  const kind = { ...weather(() => null), artifacts: { 'sample.v1': artifact } };
  const judge = (sky: string | undefined, trust: unknown) =>
    judgeArtifact(
      kind,
      { artifact: { kind: 'sample.v1', ...(sky === undefined ? {} : { sky }) }, gathered: 'g', receipt: RECEIPT },
      trust,
      AT,
    );
  expect(await judge(undefined, undefined)).toMatchObject({ status: 'verified', facts: [{ value: `blue g ${RECEIPT.entry} ${AT}` }] });
  expect((await judge('grey', undefined)).status).toBe('failed');
  expect((await judge('grey', { skies: ['grey'] })).status).toBe('verified');
  expect((await judge('grey', { clouds: 1 })).status).toBe('pending');
});
