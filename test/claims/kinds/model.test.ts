import { describe, expect, it } from 'vitest';
import type { Artifact } from '../../../schemas/evidence.ts';
import { claimsAtIssue, kindNamed } from '../../../src/claims/claims.ts';
import { statedFacts } from '../../../src/claims/stated.ts';
import { base64, hex, utf8 } from '../../../src/core/bytes.ts';
import { sha256 } from '../../../src/crypto/sha256.ts';
import { facts, failures, judge, reads, RECEIPT, statuses } from './gateway.ts';

// The published vectors: a text, its shards, its blob ID.
const HELLO = 'hello walrus';
const HELLO_ID = 'kIrHJ_1VfYJD-OV0O1JicM2lB5swr83ZkfvTD7BWV0I';
const REGRESSION = 'walrus blob id v1 regression test';
const REGRESSION_N10 = 'RcU82Mwf-CFkv1LaI_2qcpANwpGUuG3TMwnVzZxD2kY';

const digestOf = (text: string): string => hex(sha256(utf8(text)));
const HELLO_SHA = digestOf(HELLO);

const bytesOf = (text: string, more: object = {}): Artifact => ({ kind: 'model-bytes', bytes: base64(utf8(text)), ...more });
const names = (more: object): Artifact => ({ kind: 'model-artifact', ...more });
const naming = (artifact: { readonly sha256?: string; readonly blobId?: string }) => ({
  ...RECEIPT,
  model: { label: 'a-model', artifact },
});
const judged = (artifact: Artifact, receipt = RECEIPT) => judge('model', artifact, undefined, receipt);

describe('the bytes of a model', () => {
  it('are verified for the SHA-256 and the blob ID that the evidence names', async () => {
    const judgement = await judged(bytesOf(HELLO, { sha256: HELLO_SHA, blobId: HELLO_ID }));
    expect([judgement.status, statuses(judgement)]).toEqual([
      'verified',
      { 'artifact.sha256': 'verified', 'artifact.blob_id': 'verified', named_at_issue: 'absent' },
    ]);
    expect(facts(judgement)).toEqual({ 'artifact.sha256': HELLO_SHA, 'artifact.blob_id': HELLO_ID });
  });

  it('are verified for what the receipt names, where the evidence names nothing', async () => {
    const judgement = await judged(bytesOf(HELLO), naming({ sha256: HELLO_SHA, blobId: HELLO_ID }));
    expect([judgement.status, statuses(judgement)]).toEqual([
      'verified',
      { 'artifact.sha256': 'verified', 'artifact.blob_id': 'verified', named_at_issue: 'asserted' },
    ]);
    expect(facts(judgement)).toEqual({ 'artifact.sha256': HELLO_SHA, 'artifact.blob_id': HELLO_ID });
  });

  it('are verified for the name that was computed, and for no other', async () => {
    const bySha = await judged(bytesOf(HELLO, { sha256: HELLO_SHA }));
    expect([bySha.status, statuses(bySha)]).toEqual([
      'verified',
      { 'artifact.sha256': 'verified', 'artifact.blob_id': 'absent', named_at_issue: 'absent' },
    ]);
    const byId = await judged(bytesOf(HELLO, { blobId: HELLO_ID }));
    expect([byId.status, statuses(byId)]).toEqual([
      'verified',
      { 'artifact.sha256': 'asserted', 'artifact.blob_id': 'verified', named_at_issue: 'absent' },
    ]);
  });

  it('are asserted where nobody names anything to hold them against; their digest is what they state', async () => {
    const judgement = await judged(bytesOf(HELLO));
    expect([judgement.status, facts(judgement)]).toEqual(['asserted', { 'artifact.sha256': HELLO_SHA }]);
  });

  it('have failed where they are more than can have an ID of so few shards', async () => {
    const judgement = await judged({ kind: 'model-bytes', bytes: base64(new Uint8Array(500_000)), blobId: REGRESSION_N10, shards: 4 });
    expect([judgement.status, failures(judgement)]).toEqual(['failed', ['artifact.blob_id.n4']]);
  });

  it('are verified for an ID of other shards by a name that says so, which is no mainnet one', async () => {
    const judgement = await judged(bytesOf(REGRESSION, { blobId: REGRESSION_N10, shards: 10 }));
    expect([judgement.status, statuses(judgement)]).toEqual([
      'verified',
      { 'artifact.sha256': 'asserted', 'artifact.blob_id': 'absent', 'artifact.blob_id.n10': 'verified', named_at_issue: 'absent' },
    ]);
    expect(facts(judgement)).toEqual({ 'artifact.sha256': digestOf(REGRESSION), 'artifact.blob_id.n10': REGRESSION_N10 });
  });

  const one = bytesOf(HELLO, { sha256: HELLO_SHA, blobId: HELLO_ID });
  it.each([
    ['one byte of them is another', { ...one, bytes: base64(utf8('hello walruz')) }, ['artifact.sha256', 'artifact.blob_id']],
    ['a byte follows', { ...one, bytes: base64(utf8(`${HELLO}\n`)) }, ['artifact.sha256', 'artifact.blob_id']],
    ['there are none of them', { ...one, bytes: '' }, ['artifact.sha256', 'artifact.blob_id']],
    ['the digest is another file’s', { ...one, sha256: digestOf(REGRESSION) }, ['artifact.sha256']],
    [
      'a digit of the digest is another',
      { ...one, sha256: HELLO_SHA.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) },
      ['artifact.sha256'],
    ],
    ['the blob ID is another file’s', { ...one, blobId: REGRESSION_N10 }, ['artifact.blob_id']],
    ['the blob ID is for ten shards, and not said to be', bytesOf(REGRESSION, { blobId: REGRESSION_N10 }), ['artifact.blob_id']],
    ['the blob ID is for mainnet, and said to be for ten shards', { ...one, shards: 10 }, ['artifact.blob_id.n10']],
    ['the shards are one more', bytesOf(REGRESSION, { blobId: REGRESSION_N10, shards: 11 }), ['artifact.blob_id.n11']],
  ])('have failed when %s', async (_, artifact: Artifact, failed) => {
    const judgement = await judged(artifact);
    expect([judgement.status, failures(judgement)]).toEqual(['failed', failed]);
  });

  it.each([
    ['another digest', { sha256: digestOf(REGRESSION) }, ['artifact.sha256']],
    ['its digest in capitals', { sha256: HELLO_SHA.toUpperCase() }, ['artifact.sha256']],
    ['the blob ID for ten shards', { blobId: REGRESSION_N10 }, ['artifact.blob_id']],
    ['its blob ID with padding', { blobId: `${HELLO_ID}=` }, ['artifact.blob_id']],
    ['its blob ID in plain base64', { blobId: HELLO_ID.replace('_', '/').replace('-', '+') }, ['artifact.blob_id']],
    ['its blob ID with bits past the last byte', { blobId: `${HELLO_ID.slice(0, -1)}J` }, ['artifact.blob_id']],
  ])('have failed when the receipt names %s', async (_, artifact, failed) => {
    const judgement = await judged(bytesOf(HELLO, { sha256: HELLO_SHA }), naming(artifact));
    expect([judgement.status, failures(judgement)]).toEqual(['failed', failed]);
  });

  it('have failed for a receipt that names the ID of ten shards, even by evidence that says so', async () => {
    const judgement = await judged(bytesOf(REGRESSION, { blobId: REGRESSION_N10, shards: 10 }), naming({ blobId: REGRESSION_N10 }));
    expect([judgement.status, failures(judgement)]).toEqual(['failed', ['artifact.blob_id']]);
  });

  it('may be none, and have the names of none', async () => {
    const blobId = '3GPQL3HZNnFhN_F7l5Aa-X1VOtAKwIsg9zuWk8R81v4';
    const judgement = await judged(bytesOf('', { sha256: digestOf(''), blobId }));
    expect(judgement.status).toBe('verified');
  });
});

describe('names alone', () => {
  it('are asserted, and state what they name', async () => {
    const judgement = await judged(names({ sha256: HELLO_SHA, blobId: HELLO_ID }));
    expect([judgement.status, statuses(judgement)]).toEqual(['asserted', { artifact: 'asserted', named_at_issue: 'absent' }]);
    expect(facts(judgement)).toEqual({ 'artifact.sha256': HELLO_SHA, 'artifact.blob_id': HELLO_ID });
    expect(facts(await judged(names({ blobId: HELLO_ID })))).toEqual({ 'artifact.blob_id': HELLO_ID });
  });
});

describe('what reads as evidence', () => {
  it.each([
    ['bytes alone', bytesOf(HELLO), true],
    ['no bytes', bytesOf(''), true],
    ['bytes with padding of one', { kind: 'model-bytes', bytes: 'aGVsbG8=' }, true],
    ['bytes with padding of two', { kind: 'model-bytes', bytes: 'aGVsbA==' }, true],
    ['bytes without their padding', { kind: 'model-bytes', bytes: 'aGVsbA' }, false],
    ['bytes spelt in another way', { kind: 'model-bytes', bytes: 'aGVsbB==' }, false],
    ['bytes spelt in another way, one short', { kind: 'model-bytes', bytes: 'aGVsbG9=' }, false],
    ['bytes in base64url', { kind: 'model-bytes', bytes: '-_-_' }, false],
    ['bytes with a line break', { kind: 'model-bytes', bytes: 'aGVs\nbG8' }, false],
    ['no bytes at all', { kind: 'model-bytes', sha256: HELLO_SHA }, false],
    ['a digest in capitals', bytesOf(HELLO, { sha256: HELLO_SHA.toUpperCase() }), false],
    ['a blob ID with padding', bytesOf(HELLO, { blobId: `${HELLO_ID}=` }), false],
    ['a blob ID in plain base64', bytesOf(HELLO, { blobId: HELLO_ID.replace('_', '/').replace('-', '+') }), false],
    ['a blob ID with bits past its last byte', bytesOf(HELLO, { blobId: `${HELLO_ID.slice(0, -1)}J` }), false],
    ['shards of no ID', bytesOf(HELLO, { shards: 10 }), false],
    ['three shards, for which there is no encoding', bytesOf(HELLO, { blobId: HELLO_ID, shards: 3 }), false],
    ['more shards than mainnet has', bytesOf(HELLO, { blobId: HELLO_ID, shards: 1001 }), false],
    ['half a shard', bytesOf(HELLO, { blobId: HELLO_ID, shards: 10.5 }), false],
    ['something besides', bytesOf(HELLO, { label: 'a-model' }), false],
    ['a name', names({ sha256: HELLO_SHA }), true],
    ['no name', names({}), false],
    ['shards with names alone', names({ blobId: HELLO_ID, shards: 10 }), false],
  ])('%s', (_, artifact: Artifact, read) => {
    expect(reads('model', artifact)).toBe(read);
  });

  it('is as much as a body holds, read without running out of stack', () => {
    const bytes = base64(new Uint8Array(6 * 1024 * 1024 - 200));
    expect(reads('model', { kind: 'model-bytes', bytes })).toBe(true);
    expect(reads('model', { kind: 'model-bytes', bytes: `${bytes.slice(0, -4)}A!A=` })).toBe(false);
    expect(reads('model', { kind: 'model-bytes', bytes: `${bytes.slice(0, -1)}!` })).toBe(false);
  });
});

describe('a fact of an artefact', () => {
  it('is verified where its own name was computed, and no other with it', async () => {
    const { status: outcome, checks, facts: stated } = await judged(bytesOf(HELLO, { blobId: HELLO_ID }), naming({ blobId: HELLO_ID }));
    const history = [{ reason: 'evidence' as const, judged: outcome, checks: [...checks], facts: [...stated] }];
    const step = { status: outcome, at: '', logIndex: 0, addendum: null, by: '', evidence: null, trustSha256: null };
    const known = statedFacts({ status: outcome, facts: [...stated], history: history.map((one) => ({ ...step, ...one })) });
    expect(Object.fromEntries(known.map(({ name, status }) => [name, status]))).toEqual({
      'artifact.sha256': 'asserted',
      'artifact.blob_id': 'verified',
    });
  });
});

describe('at issue', () => {
  const checksOf = (model: (typeof RECEIPT)['model']) => {
    const served = { context: '', segments: [], tags: [] };
    const claim = claimsAtIssue({ served, output: { sha256: HELLO_SHA }, model }).find((one) => one.claim === 'model');
    return [claim?.status, Object.fromEntries((claim?.checks ?? []).map(({ check, status }) => [check, status]))];
  };

  it('the claim is asserted, and no more, whatever is named', () => {
    expect(checksOf({ label: 'a-model' })).toEqual(['asserted', { label: 'asserted', artifact: 'absent' }]);
    expect(checksOf({ label: 'a-model', artifact: {} })).toEqual(['asserted', { label: 'asserted', artifact: 'absent' }]);
    for (const artifact of [{ sha256: HELLO_SHA }, { blobId: HELLO_ID }, { sha256: HELLO_SHA, blobId: HELLO_ID }])
      expect(checksOf({ label: 'a-model', artifact })).toEqual(['asserted', { label: 'asserted', artifact: 'asserted' }]);
  });

  const states = (model: (typeof RECEIPT)['model']) => kindNamed('model')?.states?.({ ...RECEIPT, model });

  it('the receipt states its label, and the artefact where it names one', () => {
    expect(states({ label: 'a-model' })).toEqual([{ name: 'label', value: 'a-model' }]);
    expect(states({ label: 'a-model', artifact: {} })).toEqual([{ name: 'label', value: 'a-model' }]);
    expect(states({ label: 'a-model', artifact: { blobId: HELLO_ID, sha256: HELLO_SHA } })).toEqual([
      { name: 'label', value: 'a-model' },
      { name: 'artifact.sha256', value: HELLO_SHA },
      { name: 'artifact.blob_id', value: HELLO_ID },
    ]);
  });
});
