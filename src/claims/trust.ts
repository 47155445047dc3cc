import { z } from 'zod';
import { ClaimName } from '../../schemas/vocabulary.ts';
import { hex } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { canonicalJson } from '../crypto/canonical.ts';
import { sha256 } from '../crypto/sha256.ts';
import { KINDS } from './all-kinds.ts';
import type { ClaimKind } from './kind.ts';

/** Whom and what the operator takes for granted when evidence is judged. */
export interface ClaimTrust {
  /** A claim's part, as it was written; undefined where it has none. */
  of(claim: string): unknown;
  /** SHA-256 over the canonical JSON of all of it: 64 hexadecimal digits. Goes with every judgement. */
  readonly sha256: string;
}

const Trust = z.looseObject({ version: z.literal(1) });

/**
 * The trust of `{ "version": 1, "<claim>": … }`, where each claim's part is as its kind reads it; null for one that names nothing.
 * @throws {MemSyncError} `config_invalid`, naming the place
 */
export function readClaimTrust(value: unknown, kinds: readonly ClaimKind[] = KINDS): ClaimTrust {
  const { data, error } = Trust.safeParse(value ?? { version: 1 });
  if (data === undefined) throw wrong(error.issues);
  const { version, ...parts } = data;
  for (const [claim, part] of Object.entries(parts)) {
    const kind = kinds.find(({ text }) => text.claim === claim);
    if (kind === undefined) throw wrong([{ path: [claim], message: 'is no claim that this build knows' }]);
    if (kind.trust === undefined) throw wrong([{ path: [claim], message: 'is a claim that takes no trust' }]);
    const read = kind.trust.safeParse(part);
    if (!read.success) throw wrong(read.error.issues.map(({ path, message }) => ({ path: [claim, ...path], message })));
  }
  const own = new Map(Object.entries(parts).filter(([claim]) => ClaimName.safeParse(claim).success));
  return { of: (claim) => own.get(claim), sha256: hex(sha256(canonicalJson({ version, ...parts }))) };
}

function wrong(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): MemSyncError {
  const said = issues.slice(0, 10).map(({ path, message }) => `${path.map(String).join('.') || 'the whole'}: ${message}`);
  return new MemSyncError('config_invalid', `MEMSYNC_CLAIM_TRUST: ${said.join('; ')}`);
}
