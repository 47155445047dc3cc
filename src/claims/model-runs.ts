import type { ClaimStanding } from '../../schemas/claims.ts';
import type { ReceiptPredicate } from '../../schemas/receipt.ts';
import type { ClaimStatus } from '../../schemas/vocabulary.ts';
import type { Instant } from '../core/instant.ts';
import { type ArtifactNames, namesInFacts } from './model-artifact.ts';

/** One answer under a label: what it names as the artefact, by now, and how its claim `model` stands. */
export interface ModelSighting {
  readonly receipt: string;
  readonly at: Instant;
  readonly names: ArtifactNames;
  readonly status: ClaimStatus;
  readonly provider: string | null;
}

/** Answers one after another that name the same artefact, or none. */
export interface RunOfModel {
  readonly names: ArtifactNames;
  readonly status: ClaimStatus;
  /** Issued first and last. */
  readonly first: ModelSighting;
  readonly last: ModelSighting;
  readonly receipts: number;
  readonly providers: readonly string[];
}

/** What is made of several answers' statuses; `failed` is never among others. */
const RISING: readonly ClaimStatus[] = ['absent', 'asserted', 'pending', 'verified'];

/** What a receipt says of its model by now, evidence that came later included. Of a name that is stated in two ways, which fails the claim, the first. */
export function sightingOf(
  { receipt, issuedAt, model }: Pick<ReceiptPredicate, 'receipt' | 'issuedAt' | 'model'>,
  claim: Pick<ClaimStanding, 'facts' | 'status'> | undefined,
): ModelSighting {
  const names = namesInFacts(claim?.facts ?? []);
  return { receipt, at: issuedAt, names, status: claim?.status ?? 'absent', provider: model.provider ?? null };
}

/**
 * Answers, the newest first, as runs, the newest first. An answer belongs to a run when it names the run’s artefact, or no more than the run
 * does; those whose claim has failed make runs of their own.
 */
export function modelRuns(sightings: readonly ModelSighting[]): RunOfModel[] {
  const runs: RunOfModel[] = [];
  for (const sighting of sightings) {
    const run = runs.at(-1);
    if (run !== undefined && goesOn(run, sighting)) runs[runs.length - 1] = joined(run, sighting);
    else runs.push(begun(sighting));
  }
  return runs;
}

/** Whether two name one artefact: they have a name in common, and none otherwise. Names of different kinds alone do not tell. */
export function sameArtifact(a: ArtifactNames, b: ArtifactNames): boolean {
  const both = pairsOf(a, b);
  return both.length > 0 && both.every(([one, other]) => one === other);
}

/** Whether two name artefacts that differ for certain: a name of one kind is another in the other. */
export function otherArtifact(a: ArtifactNames, b: ArtifactNames): boolean {
  return pairsOf(a, b).some(([one, other]) => one !== other);
}

/** Names of one kind, where both have one. */
function pairsOf(a: ArtifactNames, b: ArtifactNames): (readonly [string | undefined, string | undefined])[] {
  const pairs = [[a.sha256, b.sha256] as const, [a.blobId, b.blobId] as const];
  return pairs.filter(([one, other]) => one !== undefined && other !== undefined);
}

/** Whether an artefact is named at all. */
export function namesAny({ sha256, blobId }: ArtifactNames): boolean {
  return sha256 !== undefined || blobId !== undefined;
}

/** How many different artefacts are named. */
export function countArtifacts(runs: readonly Pick<RunOfModel, 'names'>[]): number {
  const different: ArtifactNames[] = [];
  for (const { names } of runs) {
    const at = different.findIndex((one) => sameArtifact(one, names));
    const known = different[at];
    if (known !== undefined) different[at] = merged(known, names);
    else if (namesAny(names)) different.push(names);
  }
  return different.length;
}

function goesOn(run: RunOfModel, { names, status }: ModelSighting): boolean {
  if ((run.status === 'failed') !== (status === 'failed')) return false;
  return namesAny(names) ? sameArtifact(run.names, names) : !namesAny(run.names);
}

function begun(sighting: ModelSighting): RunOfModel {
  const { names, status, provider } = sighting;
  return { names, status, first: sighting, last: sighting, receipts: 1, providers: provider === null ? [] : [provider] };
}

/** A run with the answer before it. */
function joined(run: RunOfModel, first: ModelSighting): RunOfModel {
  const { provider, status, names } = first;
  return {
    names: merged(run.names, names),
    status: RISING.indexOf(status) > RISING.indexOf(run.status) ? status : run.status,
    first,
    last: run.last,
    receipts: run.receipts + 1,
    providers: provider === null || run.providers.includes(provider) ? run.providers : [...run.providers, provider],
  };
}

function merged(a: ArtifactNames, b: ArtifactNames): ArtifactNames {
  return { sha256: a.sha256 ?? b.sha256, blobId: a.blobId ?? b.blobId };
}
