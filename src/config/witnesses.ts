import { readFileSync } from 'node:fs';
import { fromUtf8 } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { parsePolicy, type PolicyWitness, type WitnessPolicy } from '../log/policy.ts';

/** The most witnesses that a service asks: a signed note has sixteen signatures at most, and one of them is the log's. */
const MOST_ASKED = 15;

/**
 * The policy in a file (C2SP tlog-policy). The witnesses that have a URL, their submission prefix, are asked.
 * @throws {MemSyncError} `config_invalid`, naming the line, on what is no policy, one that nobody could be asked by, and addresses that are none
 */
export function readWitnesses(path: string): WitnessPolicy {
  try {
    const policy = parsePolicy(textOf(path));
    const asked = policy.witnesses.filter(({ url }) => url !== null);
    if (asked.length === 0) throw wrong('no witness in it has a URL, so there is nobody to ask');
    if (asked.length > MOST_ASKED)
      throw wrong(`${asked.length} witnesses have a URL; ${MOST_ASKED} are the most that can cosign one checkpoint`);
    for (const witness of asked) requireAddress(witness);
    return policy;
  } catch (cause) {
    if (!isMemSyncError(cause)) throw cause;
    throw new MemSyncError('config_invalid', `MEMSYNC_WITNESS_POLICY: ${path}: ${cause.message}`, { cause });
  }
}

function textOf(path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new MemSyncError('config_invalid', 'the file cannot be read', { cause });
  }
  return fromUtf8(bytes);
}

/** Plain http will do: what a witness is sent is public, and what it answers is signed. */
function requireAddress({ name, line, url }: PolicyWitness): void {
  const parsed = URL.parse(url ?? '');
  const say = (what: string): MemSyncError => wrong(`Line ${line}: the URL of ${name} ${what}`);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) throw say('must be an http or https address');
  if (parsed.username !== '' || parsed.password !== '') throw say('must not hold a secret');
  if (parsed.search !== '' || parsed.hash !== '') throw say('must be a prefix, without a query');
}

function wrong(detail: string): MemSyncError {
  return new MemSyncError('config_invalid', detail);
}
