import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import type { ArtifactNames } from '../../src/claims/model-artifact.ts';
import { countArtifacts, modelRuns, type ModelSighting, sameArtifact, sightingOf } from '../../src/claims/model-runs.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

let made = 0;
const seen = (names: ArtifactNames, status: ClaimStatus = 'asserted', provider: string | null = null): ModelSighting => {
  made += 1;
  return { receipt: `rcp_${made}`, at: made * 1000, names, status, provider };
};
/** Runs of answers given as they came, the earliest first. */
const runsOf = (...sightings: ModelSighting[]) => modelRuns(sightings.toReversed()).toReversed();
const shape = (...sightings: ModelSighting[]) =>
  runsOf(...sightings).map(({ names, status, receipts }) => [names.sha256 ?? names.blobId ?? null, status, receipts]);

describe('answers under one label', () => {
  it('that name one artefact are one run, from the first to the last, with all providers', () => {
    const [first, second, third] = [seen({ sha256: A }, 'asserted', 'x'), seen({ sha256: A }), seen({ sha256: A }, 'asserted', 'y')];
    expect(runsOf(first, second, third, seen({ sha256: A }, 'asserted', 'x'))).toMatchObject([
      { names: { sha256: A }, status: 'asserted', first, receipts: 4, providers: ['x', 'y'] },
    ]);
    expect(runsOf(first, second, third)[0]?.last).toBe(third);
  });

  it('that name another artefact, or none, are another run', () => {
    expect(shape(seen({ sha256: A }), seen({ sha256: B }), seen({}), seen({}), seen({ sha256: B }))).toEqual([
      [A, 'asserted', 1],
      [B, 'asserted', 1],
      [null, 'asserted', 2],
      [B, 'asserted', 1],
    ]);
  });

  it('that go back to an artefact that was there before do so aloud', () => {
    expect(shape(seen({ sha256: A }), seen({ sha256: B }), seen({ sha256: A }))).toHaveLength(3);
  });

  it('share an artefact when they have a name in common and none otherwise', () => {
    const [whole] = runsOf(seen({ sha256: A }), seen({ sha256: A, blobId: 'one' }), seen({ blobId: 'one' }));
    expect([whole?.receipts, whole?.names]).toEqual([3, { sha256: A, blobId: 'one' }]);
    expect(shape(seen({ sha256: A }), seen({ blobId: 'one' }))).toHaveLength(2);
    expect(shape(seen({ sha256: A, blobId: 'one' }), seen({ sha256: B, blobId: 'one' }))).toHaveLength(2);
  });

  it('have the best status of their run, but for those that have failed, which stand apart', () => {
    expect(shape(seen({ sha256: A }), seen({ sha256: A }, 'verified'), seen({ sha256: A }, 'pending'))).toEqual([[A, 'verified', 3]]);
    expect(shape(seen({ sha256: A }, 'verified'), seen({ sha256: A }, 'failed'), seen({ sha256: A }))).toEqual([
      [A, 'verified', 1],
      [A, 'failed', 1],
      [A, 'asserted', 1],
    ]);
  });

  it('are each in one run, in their order, whatever they name', () => {
    const names = fc.record({ sha256: fc.constantFrom(undefined, A, B), blobId: fc.constantFrom(undefined, 'one', 'two') });
    const status = fc.constantFrom<ClaimStatus>('absent', 'asserted', 'pending', 'verified', 'failed');
    fc.assert(
      fc.property(fc.array(fc.tuple(names, status), { maxLength: 12 }), (list) => {
        const sightings = list.map(([name, one]) => seen(name, one));
        const runs = runsOf(...sightings);
        expect(runs.reduce((sum, { receipts }) => sum + receipts, 0)).toBe(sightings.length);
        let at = 0;
        for (const { first, last, receipts, names: known, status: best } of runs) {
          const mine = sightings.slice(at, at + receipts);
          expect([mine[0], mine.at(-1)]).toEqual([first, last]);
          for (const one of mine) {
            for (const kind of ['sha256', 'blobId'] as const) if (one.names[kind] !== undefined) expect(one.names[kind]).toBe(known[kind]);
            expect(one.status === 'failed').toBe(best === 'failed');
          }
          at += receipts;
        }
        expect(countArtifacts(runs)).toBeLessThanOrEqual(runs.length);
      }),
    );
  });
});

describe('artefacts', () => {
  it('are the same by a name in common, and no two by names of different kinds', () => {
    expect(sameArtifact({ sha256: A }, { sha256: A })).toBe(true);
    expect(sameArtifact({ sha256: A, blobId: 'one' }, { sha256: A })).toBe(true);
    expect(sameArtifact({ sha256: A, blobId: 'one' }, { sha256: A, blobId: 'two' })).toBe(false);
    expect(sameArtifact({ sha256: A }, { blobId: 'one' })).toBe(false);
    expect(sameArtifact({}, {})).toBe(false);
  });

  it('are counted once, however often an answer comes back to one, and nothing where none is named', () => {
    const runs = runsOf(seen({ sha256: A }), seen({ sha256: B }), seen({}), seen({ sha256: A, blobId: 'one' }), seen({ blobId: 'one' }));
    expect([runs.length, countArtifacts(runs)]).toEqual([4, 2]);
    expect(countArtifacts(runsOf(seen({})))).toBe(0);
  });
});

describe('what is seen of an answer', () => {
  const receipt = { receipt: `rcp_${'1'.repeat(32)}`, issuedAt: 5, model: { label: 'a-model', provider: 'x' } };

  it('is what its claim states by now, of two names of one kind the first, and where it has none nothing', () => {
    const facts = [
      { name: 'label', value: 'a-model' },
      { name: 'artifact.blob_id.n10', value: 'ten' },
      { name: 'artifact.sha256', value: A },
      { name: 'artifact.sha256', value: B },
    ];
    expect(sightingOf(receipt, { facts, status: 'failed' })).toEqual({
      receipt: receipt.receipt,
      at: 5,
      names: { sha256: A, blobId: undefined },
      status: 'failed',
      provider: 'x',
    });
    expect(sightingOf({ ...receipt, model: { label: 'a-model' } }, undefined)).toMatchObject({ status: 'absent', provider: null });
  });
});
