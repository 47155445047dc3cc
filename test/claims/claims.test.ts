import { describe, expect, it } from 'vitest';
import { Claim } from '../../schemas/receipt.ts';
import { CLAIMS, claimsAtIssue } from '../../src/claims/claims.ts';
import type { IssueInput } from '../../src/claims/issue-input.ts';
import { rowInjected } from '../../src/claims/served.ts';
import { hex, utf8 } from '../../src/core/bytes.ts';
import { sha256 } from '../../src/crypto/sha256.ts';

const SEGMENTS = ['ACTIVE: such\n', '[m1] said by the user just now: "Oat milk"\n', '[m2] never confirmed: "Lives in Porto"\n'];
const CONTEXT = SEGMENTS.join('');
const SERVED = {
  context: CONTEXT,
  segments: SEGMENTS,
  tags: [
    { tag: 'm1', segment: 1 },
    { tag: 'm2', segment: 2 },
  ],
};
const NAMES = ['memory', 'output', 'payment', 'enclave', 'exchange', 'mode', 'settlement', 'model', 'route', 'external_data'];
const SHA = 'ab'.repeat(32);

const atIssue = (change: Partial<IssueInput>) =>
  claimsAtIssue({ model: { label: 'a-model' }, served: SERVED, output: { sha256: SHA }, ...change });

function claim(name: string, change: Partial<IssueInput>) {
  const found = atIssue(change).find((one) => one.claim === name);
  if (found === undefined) throw new Error(`no claim ${name}`);
  return found;
}

const check = (name: string, called: string, change: Partial<IssueInput>) =>
  claim(name, change).checks.find((one) => one.check === called)?.status;

describe('the fixed texts', () => {
  it('are there for every claim, in the order of the vocabulary', () => {
    expect(CLAIMS.map((text) => text.claim)).toEqual(NAMES);
    expect(atIssue({}).map((one) => one.claim)).toEqual(NAMES);
  });

  it('say something of their own, on both sides', () => {
    const sentences = CLAIMS.flatMap(({ proves, doesNotProve }) => [proves, doesNotProve]);
    expect(new Set(sentences).size).toBe(2 * NAMES.length);
    for (const sentence of sentences) expect(sentence).toMatch(/^(?:That|As far as) .{30,}\.$/);
  });

  it('never let a claim settle more than its own evidence does', () => {
    const leavesOpen = Object.fromEntries(CLAIMS.map((text) => [text.claim, text.doesNotProve]));
    expect(leavesOpen['memory']).toMatch(/row is true/);
    expect(leavesOpen['output']).toMatch(/a model produced/);
    expect(leavesOpen['payment']).toMatch(/paid is not proved/);
    expect(leavesOpen['enclave']).toMatch(/weights.*answer is right/);
    expect(leavesOpen['exchange']).toMatch(/enclave.*no weights/);
    expect(leavesOpen['mode']).toMatch(/ZKML stays `asserted`/);
    expect(leavesOpen['settlement']).toMatch(/checks no signatures/);
    expect(leavesOpen['model']).toMatch(/this inference used the artefact/);
    expect(leavesOpen['route']).toMatch(/which provider answered/);
    expect(leavesOpen['external_data']).toMatch(/truth of a source is never verified/);
  });

  it('go out in the shape of the contract', () => {
    for (const one of atIssue({ request: { sha256: SHA } })) expect(Claim.parse(one)).toEqual(one);
  });
});

describe('what nobody handed in', () => {
  it('is absent, with no checks and no evidence', () => {
    const silent = atIssue({}).filter(({ claim }) => !['memory', 'output', 'model'].includes(claim));
    for (const one of silent) expect([one.status, one.checks, one.evidence]).toEqual(['absent', [], []]);
    expect(silent).toHaveLength(NAMES.length - 3);
  });
});

describe('memory at issue', () => {
  it('is verified when tags, lines and block fit one another', () => {
    expect(claim('memory', {}).status).toBe('verified');
    expect(check('memory', 'served', {})).toBe('verified');
  });

  it.each([
    ['a line is missing', { ...SERVED, segments: SEGMENTS.slice(0, 2) }],
    ['a line was altered', { ...SERVED, segments: SEGMENTS.with(2, '[m2] confirmed: "Lives in Porto"\n') }],
    ['the block was altered', { ...SERVED, context: `${CONTEXT} ` }],
    ['a tag stands on another line', { ...SERVED, tags: [{ tag: 'm1', segment: 2 }] }],
    ['a tag stands on no line', { ...SERVED, tags: [{ tag: 'm1', segment: 9 }] }],
    ['a tag is only the beginning of the line’s', { ...SERVED, tags: [{ tag: 'm', segment: 1 }] }],
  ])('has failed when %s', (_, served) => {
    expect(claim('memory', { served }).status).toBe('failed');
  });

  const sent = (content: unknown) => ({
    messages: [
      { role: 'user', content: 'Hello' },
      { role: 'system', content },
    ],
  });

  it.each([
    ['absent without a request', undefined, 'absent'],
    ['asserted when a message is the block', sent(CONTEXT), 'asserted'],
    ['asserted when a message has the block in it', sent(`Before\n${CONTEXT}After`), 'asserted'],
    ['asserted when a part’s text has it', sent([{ type: 'image_url' }, { type: 'text', text: `x${CONTEXT}` }]), 'asserted'],
    ['asserted when a part is a string that has it', sent([CONTEXT]), 'asserted'],
    ['asserted when the digest alone is given', { sha256: SHA }, 'asserted'],
    ['failed when no message has it', sent('Hello again'), 'failed'],
    ['failed when a character of it was changed', sent(CONTEXT.replace('Oat', 'oat')), 'failed'],
    ['failed when its last newline is gone', sent(CONTEXT.trimEnd()), 'failed'],
    ['failed when it is spread over two parts', sent(SEGMENTS.map((text) => ({ type: 'text', text }))), 'failed'],
    ['failed when it is somewhere else than in the content', { messages: [{ role: 'user', note: CONTEXT }] }, 'failed'],
    ['failed when content is null', sent(null), 'failed'],
    ['failed when a part is null', sent([null, 7]), 'failed'],
  ] as const)('has the check injected %s', (_, request, status) => {
    expect(check('memory', 'injected', { request })).toBe(status);
    expect(claim('memory', { request }).status).toBe('verified');
  });

  it('has nothing to inject when the block is empty', () => {
    const served = { context: '', segments: [], tags: [] };
    expect(check('memory', 'injected', { served, request: sent('Hello') })).toBe('absent');
    expect(claim('memory', { served }).status).toBe('verified');
  });
});

describe('a row by itself', () => {
  const [, line] = SEGMENTS;
  it.each([
    ['absent', undefined],
    ['asserted', { sha256: SHA }],
    ['asserted', { messages: [{ role: 'user', content: `${line}and no more of the block` }] }],
    ['asserted', { messages: [{ role: 'user', content: line?.trimEnd() }] }],
    ['failed', { messages: [{ role: 'user', content: 'nothing of it' }] }],
  ] as const)('is %s', (status, request) => {
    expect(rowInjected(line ?? '', request)).toBe(status);
  });
});

describe('output at issue', () => {
  it('is verified when the service had the text', () => {
    const given = claim('output', { output: { text: 'Oat milk it is.' } });
    expect(given.status).toBe('verified');
    expect(given.evidence).toEqual([{ kind: 'output', sha256: hex(sha256(utf8('Oat milk it is.'))) }]);
  });

  it('is asserted when it had the digest alone', () => {
    const given = claim('output', { output: { sha256: SHA } });
    expect([given.status, given.evidence]).toEqual(['asserted', [{ kind: 'output', sha256: SHA }]]);
  });

  it('says in either case that no production by a model was shown', () => {
    expect(check('output', 'production', { output: { text: 'x' } })).toBe('absent');
    expect(check('output', 'production', { output: { sha256: SHA } })).toBe('absent');
  });

  it('refuses a text that has no UTF-8', () => {
    expect(() => claim('output', { output: { text: '\ud800' } })).toThrow(expect.objectContaining({ code: 'text_not_unicode' }));
  });
});

describe('independence', () => {
  const served = [SERVED, { ...SERVED, context: 'other' }, { context: '', segments: [], tags: [] }];
  const requests = [
    undefined,
    { sha256: SHA },
    { messages: [{ role: 'user', content: CONTEXT }] },
    { messages: [{ role: 'user', content: '' }] },
  ];
  const outputs = [{ text: 'a' }, { text: CONTEXT }, { sha256: SHA }, { sha256: 'cd'.repeat(32) }];

  it('no claim changes when only what belongs to another does', () => {
    for (const one of served)
      for (const request of requests)
        for (const output of outputs) {
          const claims = claimsAtIssue({ model: { label: 'a-model' }, served: one, request, output });
          const [memory, second, ...others] = claims;
          expect(memory).toEqual(claimsAtIssue({ model: { label: 'a-model' }, served: one, request, output: { sha256: SHA } })[0]);
          expect(memory?.status).toBe(claimsAtIssue({ model: { label: 'a-model' }, served: one, output: { sha256: SHA } })[0]?.status);
          expect(second).toEqual(claimsAtIssue({ model: { label: 'a-model' }, served: SERVED, output })[1]);
          expect(others).toEqual(atIssue({}).slice(2));
        }
  });
});
