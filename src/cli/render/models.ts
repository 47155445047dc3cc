import type { ModelRun, ModelsReply } from '../../../schemas/claims.ts';
import type { ArtifactNames } from '../../claims/model-artifact.ts';
import { otherArtifact, sameArtifact } from '../../claims/model-runs.ts';
import { plain } from '../plain.ts';
import { count } from '../words.ts';
import { cut, table, WIDTH, wrap } from './table.ts';

/** How many changes are told in words; the table has them all. */
const TOLD = 5;

const MEANING =
  'A label is the app’s word. “verified” says that bytes at hand and the artefact’s name belong together, not that an answer was made with them.';

/** What a label stood for, the newest first: a table of runs, and in words where the artefact changed under the one name. */
export function modelsPage({ label, runs, artifacts, cursor }: ModelsReply): string {
  const name = `“${cut(plain(label), 60)}”`;
  const more = cursor === null ? [] : ['', `There is more: --cursor ${cursor}`];
  if (runs.length === 0) {
    const none =
      cursor === null ? `No receipt that you may see is found by the model ${name}: labels are told apart to the letter.` : 'None so far.';
    return [wrap(none, WIDTH), ...more].join('\n');
  }
  const words = [...inWords(name, runs, artifacts), MEANING].map((sentence) => wrap(sentence, WIDTH));
  return [runsTable(runs), '', ...words, ...more].join('\n');
}

function runsTable(runs: readonly ModelRun[]): string {
  const lines = runs.map(({ from, to, status, receipts, providers }) => {
    const who = providers.map((one) => cut(plain(one), 20)).join(', ');
    return [stamp(from), stamp(to), status, String(receipts), who === '' ? 'not named' : who];
  });
  const [head = '', ...rows] = table([['FROM', 'TO', 'STATUS', 'ANSWERS', 'PROVIDERS'], ...lines]).split('\n');
  return [head, ...rows.flatMap((row, i) => [row, ...artefactLines(runs[i]?.artifact ?? null)])].join('\n');
}

/** In full, so that it can be copied. */
function artefactLines(artifact: ModelRun['artifact']): string[] {
  if (artifact === null) return ['  none named'];
  return [
    ...(artifact.sha256 === null ? [] : [`  SHA-256  ${artifact.sha256}`]),
    // In a receipt it may be any text.
    ...(artifact.blobId === null ? [] : [`  blob ID  ${cut(plain(artifact.blobId), 60)}`]),
  ];
}

/** What the runs come to, in plain sentences. */
function inWords(name: string, runs: readonly ModelRun[], artifacts: number): string[] {
  const named = runs.filter(({ artifact }) => artifact !== null);
  const unnamed = runs.reduce((sum, { artifact, receipts }) => sum + (artifact === null ? receipts : 0), 0);
  if (named.length === 0) return [`Nobody named an artefact: whether ${name} was one model all the while cannot be told.`];
  const changes = changesIn(named);
  const all = named.map(namesOf);
  const unlike = all.some((one) => all.some((other) => !sameArtifact(one, other) && !otherArtifact(one, other)));
  const told = changes
    .slice(0, TOLD)
    .map(
      ({ before, after }) =>
        `The artefact changed under the name ${name}: up to ${stamp(before.to)} it was ${short(before)}, from ${stamp(after.from)} on ${short(after)}.`,
    );
  const left = changes.length - told.length;
  return [
    ...told,
    ...(left === 0 ? [] : [`It changed ${count(left, 'time')} more.`]),
    artifacts === 1 ? `One artefact is named under ${name} here.` : `${artifacts} artefacts are named under ${name} here.`,
    ...(unlike ? ['Some are named by a SHA-256 alone and others by a blob ID alone: whether those are the same cannot be told.'] : []),
    ...(unnamed === 0 ? [] : [`${count(unnamed, 'answer')} named none: which it was then cannot be told.`]),
  ];
}

interface Change {
  readonly before: ModelRun;
  readonly after: ModelRun;
}

/** Where a run names another artefact than the last one before it that names one in the same way, the newest first. */
function changesIn(named: readonly ModelRun[]): Change[] {
  return named.flatMap((after, i) => {
    const names = namesOf(after);
    const before = named.slice(i + 1).find((one) => sameArtifact(namesOf(one), names) || otherArtifact(namesOf(one), names));
    return before === undefined || sameArtifact(namesOf(before), names) ? [] : [{ before, after }];
  });
}

function namesOf({ artifact }: ModelRun): ArtifactNames {
  return { sha256: artifact?.sha256 ?? undefined, blobId: artifact?.blobId ?? undefined };
}

/** An artefact in a sentence. */
function short({ artifact }: ModelRun): string {
  const { sha256 = null, blobId = null } = artifact ?? {};
  return sha256 === null ? `blob ID ${cut(plain(blobId ?? ''), 9)}` : `SHA-256 ${sha256.slice(0, 8)}…`;
}

/** `2026-11-21 09:30`, in UTC. */
function stamp(wire: string): string {
  return `${wire.slice(0, 10)} ${wire.slice(11, 16)}`;
}
