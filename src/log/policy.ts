import { equalBytes } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { type CosignerKey, parseCosignerKey } from './cosigner-key.ts';
import { parseDecimal } from './decimal.ts';
import { parseVerifierKey, type VerifierKey } from './verifier-key.ts';

/** The most logs, witnesses and groups, each, that a policy may define; readers should take this many (C2SP tlog-policy, "Implementation limits"). */
const MOST = 32;
/** The longest policy, in UTF-16 code units. */
const MAX_LENGTH = 65_536;

/** A log whose checkpoints the policy is about. */
export interface PolicyLog {
  readonly key: VerifierKey;
  readonly url: string | null;
}

/** A witness, by the name that the policy gives it; its cosignatures bear `key.name`. */
export interface PolicyWitness {
  readonly name: string;
  readonly key: CosignerKey;
  /** Its submission prefix, as it is written; not looked at here. */
  readonly url: string | null;
  /** Of the text, from 1 on. */
  readonly line: number;
}

/** Witnesses and groups of which `threshold` have to have cosigned. */
export interface PolicyGroup {
  readonly name: string;
  readonly threshold: number;
  readonly members: readonly string[];
}

/** Which witnesses there are, and how many of which have to have cosigned a checkpoint (C2SP tlog-policy). */
export interface WitnessPolicy {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  readonly groups: readonly PolicyGroup[];
  /** A witness or a group; null where no cosignature is asked for. */
  readonly quorum: string | null;
}

/** What has been read so far. */
interface Draft {
  readonly logs: PolicyLog[];
  readonly witnesses: PolicyWitness[];
  readonly groups: PolicyGroup[];
  /** Witnesses and groups that no group has for a member yet. */
  readonly free: Set<string>;
  quorum?: string | null;
}

/**
 * The policy in a text (C2SP tlog-policy, "Policy file syntax and structure"). The last line may lack its line end; non-ASCII has to be UTF-8.
 * @throws {MemSyncError} `line_invalid`, naming the line, on whatever the format does not have, more than 32 logs, witnesses or groups, a text of
 * more than 64 Ki code units, and keys of other types than Ed25519.
 */
export function parsePolicy(text: string): WitnessPolicy {
  if (text.length > MAX_LENGTH) throw new MemSyncError('line_invalid', 'A policy is no longer than 65,536 characters.');
  const draft: Draft = { logs: [], witnesses: [], groups: [], free: new Set() };
  for (const [i, line] of text.split('\n').entries()) {
    try {
      readLine(draft, line, i + 1);
    } catch (error) {
      if (!isMemSyncError(error)) throw error;
      throw new MemSyncError('line_invalid', `Line ${i + 1}: ${error.message}`, { cause: error });
    }
  }
  const { logs, witnesses, groups, quorum } = draft;
  if (quorum === undefined) throw new MemSyncError('line_invalid', 'The policy has no line that begins with “quorum”.');
  return { logs, witnesses, groups, quorum };
}

/** Whether the policy's quorum has cosigned, where `cosigned` are the policy's names of the witnesses that have. */
export function quorumMet({ witnesses, groups, quorum }: WitnessPolicy, cosigned: ReadonlySet<string>): boolean {
  const witnessed = new Set(witnesses.map(({ name }) => name).filter((name) => cosigned.has(name)));
  // Groups name only what stands before them.
  for (const { name, threshold, members } of groups) {
    if (members.filter((member) => witnessed.has(member)).length >= threshold) witnessed.add(name);
  }
  return quorum === null || witnessed.has(quorum);
}

/** What the quorum asks for, in words, such as `2 of w1, w2, w3`. */
export function quorumInWords({ groups, quorum }: WitnessPolicy): string {
  if (quorum === null) return 'none';
  const group = groups.find(({ name }) => name === quorum);
  return group === undefined ? quorum : `${group.threshold} of ${group.members.join(', ')}`;
}

function readLine(draft: Draft, line: string, number: number): void {
  // Tabs and ASCII spaces alone part what stands on a line; everything from 80 on is opaque.
  if (!line.isWellFormed() || /[\u0000-\u0008\u000b-\u001f\u007f]/u.test(line))
    throw wrong('Only tabs and line ends are allowed of the control characters.');
  const [keyword, ...words] = line.split(/[ \t]+/u).filter((word) => word !== '');
  if (keyword === undefined || keyword.startsWith('#')) return;
  if (keyword === 'log') readLog(draft, words);
  else if (keyword === 'witness') readWitness(draft, words, number);
  else if (keyword === 'group') readGroup(draft, words);
  else if (keyword === 'quorum') readQuorum(draft, words);
  else throw wrong('Expected “log”, “witness”, “group”, “quorum” or a comment.');
}

function readLog({ logs }: Draft, [vkey, url, ...more]: readonly string[]): void {
  if (vkey === undefined || more.length > 0) throw wrong('Expected “log <vkey> [<url>]”.');
  const key = parseVerifierKey(vkey);
  if (logs.some((log) => equalBytes(log.key.publicKey, key.publicKey))) throw wrong('This log’s key is here already.');
  add(logs, { key, url: url ?? null }, 'logs');
}

function readWitness(draft: Draft, [name, vkey, url, ...more]: readonly string[], line: number): void {
  if (name === undefined || vkey === undefined || more.length > 0) throw wrong('Expected “witness <name> <vkey> [<url>]”.');
  requireNew(draft, name);
  const key = parseCosignerKey(vkey);
  if (draft.witnesses.some((witness) => equalBytes(witness.key.publicKey, key.publicKey)))
    throw wrong('This witness’s key is here already.');
  add(draft.witnesses, { name, key, url: url ?? null, line }, 'witnesses');
  draft.free.add(name);
}

function readGroup(draft: Draft, [name, k, ...members]: readonly string[]): void {
  if (name === undefined || k === undefined || members.length === 0) throw wrong('Expected “group <name> <k, any or all> <members…>”.');
  requireNew(draft, name);
  for (const member of members) {
    if (!isDefined(draft, member)) throw wrong('A member is a witness or a group of a line before.');
    // Each can count in one way only.
    if (!draft.free.delete(member)) throw wrong('A witness or a group is a member once at most.');
  }
  const threshold = thresholdOf(k, members.length);
  add(draft.groups, { name, threshold, members }, 'groups');
  draft.free.add(name);
}

function thresholdOf(k: string, members: number): number {
  if (k === 'all') return members;
  const threshold = k === 'any' ? 1 : parseDecimal(k);
  if (threshold < 1 || threshold > members) throw wrong(`A group of ${members} can ask for 1 to ${members} of them.`);
  return threshold;
}

function readQuorum(draft: Draft, [name, ...more]: readonly string[]): void {
  if (name === undefined || more.length > 0) throw wrong('Expected “quorum <name>”.');
  if (draft.quorum !== undefined) throw wrong('There is one quorum line only.');
  if (name !== 'none' && !isDefined(draft, name)) throw wrong('The quorum is “none”, or a witness or a group of a line before.');
  draft.quorum = name === 'none' ? null : name;
}

function requireNew(draft: Draft, name: string): void {
  if (name === 'none' || isDefined(draft, name)) throw wrong('This name stands for something else already.');
}

function isDefined({ witnesses, groups }: Draft, name: string): boolean {
  return [...witnesses, ...groups].some((one) => one.name === name);
}

function add<T>(list: T[], one: T, what: string): void {
  if (list.length >= MOST) throw wrong(`A policy has ${MOST} ${what} at most.`);
  list.push(one);
}

function wrong(detail: string): MemSyncError {
  return new MemSyncError('line_invalid', detail);
}
