import type { Absence, DiffLine, DiffSubject } from '../../schemas/diff.ts';
import type { ReceiptPredicate, TagRecord } from '../../schemas/receipt.ts';
import { formatInstant, type Instant } from '../core/instant.ts';

/** What was asked and of what, in words and numbers that can be compared. */
export interface AskedThen {
  readonly limit: number;
  readonly maxTokens: number | null;
  readonly includeDormant: boolean;
  /** As they are shown. */
  readonly collections: readonly string[];
  /** Null for all of them. */
  readonly categories: readonly string[] | null;
}

/** One answer: what its receipt says, as far as it is at hand, or what is found now. */
export interface DiffSide {
  /** Null for now: no model was asked. */
  readonly said: Pick<ReceiptPredicate, 'model' | 'app' | 'tools'> | null;
  readonly engine: string;
  readonly build: string;
  readonly policySha256: string;
  readonly head: { readonly seq: number };
  readonly evaluatedAt: Instant;
  /** What the query was, or null where that is not at hand. */
  readonly query: string | null;
  /** Null where it was not kept, or is not at hand. */
  readonly asked: AskedThen | null;
  readonly grant: string | null;
  /** In the order in which they were served; null where one is not disclosed. */
  readonly rows: readonly (TagRecord | null)[];
  /** Rows that were served and are erased, with their tags. */
  readonly erased: readonly { readonly row: string; readonly tag: string }[];
}

/** What the ledger says of rows, where it is at hand. */
export interface DiffFacts {
  /** Why a row was not served on a side. */
  why(row: string, side: 'from' | 'to'): { readonly why: Absence; readonly by?: string };
  /** Which version of a row there was on a side; null where it was not there, or the caller may not read it. */
  version(row: string, side: 'from' | 'to'): number | null;
  /** What a row said on a side; null where it was not there, or the caller may not read it. */
  text(row: string, side: 'from' | 'to'): string | null;
}

const DAY_SECONDS = 86_400;

/** What changed from one answer to another, a line each, and how many rows did not change at all. */
export function diffReceipts(from: DiffSide, to: DiffSide, facts: DiffFacts | null): { lines: DiffLine[]; same: number } {
  const lines = [...saidLines(from, to), ...settingLines(from, to)];
  const [before, after] = [byRow(from), byRow(to)];
  const gone = [...before.values()].filter(({ row }) => !after.has(row));
  const added = [...after.values()].filter(({ row }) => !before.has(row));
  const erased = new Set([...from.erased, ...to.erased].map(({ row }) => row));
  for (const record of added) lines.push(...cameOrWent('row.added', record, facts, hidden(from) > 0));
  for (const record of gone) lines.push(...cameOrWent('row.gone', record, facts, hidden(to) > 0));
  for (const row of erased) {
    const tagOf = ({ erased: some, rows }: DiffSide): string | null =>
      some.find((one) => one.row === row)?.tag ?? rows.find((one) => one?.row === row)?.tag ?? null;
    lines.push({ what: 'row.erased', from: tagOf(from), to: tagOf(to), row });
  }
  if (hidden(from) + hidden(to) > 0) lines.push({ what: 'row.withheld', from: String(hidden(from)), to: String(hidden(to)) });
  let same = 0;
  for (const [row, record] of after) {
    const was = before.get(row);
    if (was === undefined) continue;
    const changed = rowLines(was, record, facts);
    lines.push(...changed);
    if (changed.length === 0) same += 1;
  }
  return { lines, same };
}

/** How many rows are not disclosed. */
function hidden({ rows }: DiffSide): number {
  return rows.filter((row) => row === null).length;
}

/** A side's rows by id. */
function byRow({ rows }: DiffSide): Map<string, TagRecord> {
  return new Map(rows.flatMap((record) => (record === null ? [] : [[record.row, record] as const])));
}

function line(what: DiffSubject, from: string | null | undefined, to: string | null | undefined): DiffLine[] {
  const [before, after] = [from ?? null, to ?? null];
  return before === after ? [] : [{ what, from: before, to: after }];
}

/** What the apps said of model, template and tools. */
function saidLines({ said: from }: DiffSide, { said: to }: DiffSide): DiffLine[] {
  if (from === null || to === null) return [];
  return [
    ...line('model.label', from.model.label, to.model.label),
    ...line('model.provider', from.model.provider, to.model.provider),
    ...line('model.blobId', from.model.artifact?.blobId, to.model.artifact?.blobId),
    ...line('model.sha256', from.model.artifact?.sha256, to.model.artifact?.sha256),
    ...line('app.name', from.app?.name, to.app?.name),
    ...line('app.version', from.app?.version, to.app?.version),
    ...line('promptTemplate.id', from.app?.promptTemplate?.id, to.app?.promptTemplate?.id),
    ...line('promptTemplate.sha256', from.app?.promptTemplate?.sha256, to.app?.promptTemplate?.sha256),
    ...toolLines(from.tools, to.tools),
  ];
}

type Tool = ReceiptPredicate['tools'][number];

/** Tools by name; of one that was used on both sides, its versions and the digests of what went in and came out. */
function toolLines(from: readonly Tool[], to: readonly Tool[]): DiffLine[] {
  const names = new Set([...from, ...to].map(({ name }) => name));
  const told = (tools: readonly Tool[], name: string): string | null => {
    const uses = tools.filter((tool) => tool.name === name).map(toolText);
    return uses.length === 0 ? null : uses.toSorted().join('; ');
  };
  return [...names].flatMap((name) => line('tool', told(from, name), told(to, name)));
}

function toolText({ name, version, argsSha256, resultSha256 }: Tool): string {
  const parts = [
    [name, version].filter((part) => part !== undefined).join(' '),
    ...(argsSha256 === undefined ? [] : [`arguments ${argsSha256}`]),
    ...(resultSha256 === undefined ? [] : [`result ${resultSha256}`]),
  ];
  return parts.join(', ');
}

/** How it was searched, and in what. */
function settingLines(from: DiffSide, to: DiffSide): DiffLine[] {
  const [before, after] = [splitEngine(from.engine), splitEngine(to.engine)];
  const isAsked = from.asked !== null && to.asked !== null;
  return [
    ...(from.grant === null || to.grant === null ? [] : line('grant', from.grant, to.grant)),
    ...line('engine', before.engine, after.engine),
    ...line('index', before.index, after.index),
    ...line('build', from.build, to.build),
    ...line('policy', from.policySha256, to.policySha256),
    ...(from.query === null || to.query === null ? [] : line('query', from.query, to.query)),
    ...(isAsked
      ? [
          ...line('limit', String(from.asked?.limit), String(to.asked?.limit)),
          ...line('maxTokens', from.asked?.maxTokens?.toString(), to.asked?.maxTokens?.toString()),
          ...line('includeDormant', String(from.asked?.includeDormant), String(to.asked?.includeDormant)),
          ...line('collections', list(from.asked?.collections), list(to.asked?.collections)),
          ...line('categories', list(from.asked?.categories), list(to.asked?.categories)),
        ]
      : []),
    ...line('ledger', String(from.head.seq), String(to.head.seq)),
  ];
}

/** `lexical/2+model/16@digest`: the ranking with its model, and what tells the vectors from any others. */
function splitEngine(name: string): { engine: string; index: string | null } {
  const [engine = name, index = null] = name.split('@');
  return { engine, index };
}

function list(some: readonly string[] | null | undefined): string | null {
  return some ? some.toSorted().join(', ') : null;
}

/** A row that is on one side alone, and what else is another about it. `isHidden`: whether rows of the other side are not disclosed. */
function cameOrWent(
  what: 'row.added' | 'row.gone',
  { row, tag, version }: TagRecord,
  facts: DiffFacts | null,
  isHidden: boolean,
): DiffLine[] {
  const came = what === 'row.added';
  const [from, to] = came ? [null, tag] : [tag, null];
  if (facts === null) return [{ what, from, to, row, ...(isHidden ? { why: 'withheld' } : {}) }];
  const other = facts.version(row, came ? 'from' : 'to') ?? version;
  const edited = came ? line('row.version', String(other), String(version)) : line('row.version', String(version), String(other));
  return [
    { what, from, to, row, ...facts.why(row, came ? 'from' : 'to'), ...textOf(row, facts) },
    ...edited.map((one) => ({ ...one, row })),
  ];
}

function textOf(row: string, facts: DiffFacts): Pick<DiffLine, 'text'> {
  const text = { from: facts.text(row, 'from'), to: facts.text(row, 'to') };
  return text.from === null && text.to === null ? {} : { text };
}

/** What is another about a row that is on both sides. */
function rowLines(from: TagRecord, to: TagRecord, facts: DiffFacts | null): DiffLine[] {
  const edited = line('row.version', String(from.version), String(to.version)).map((one) =>
    facts === null ? one : { ...one, ...textOf(from.row, facts) },
  );
  const hasAged = Math.abs(to.ageSeconds - from.ageSeconds) >= DAY_SECONDS;
  const lines = [
    ...edited,
    ...line('row.standing', from.standing, to.standing),
    ...line('row.tier', from.tier, to.tier),
    ...line('row.placement', from.placement, to.placement),
    ...line('row.validation', wire(from.lastValidatedAt), wire(to.lastValidatedAt)),
    ...line('row.origin', from.origin, to.origin),
    ...(hasAged ? line('row.age', String(from.ageSeconds), String(to.ageSeconds)) : []),
    ...line('row.rank', String(from.rank), String(to.rank)),
  ];
  return lines.map((one) => ({ ...one, row: from.row }));
}

function wire(instant: Instant | null): string | null {
  return instant === null ? null : formatInstant(instant);
}
