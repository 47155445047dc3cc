import { DEFAULT_POLICY, type Policy } from '../../schemas/policy.ts';
import { hex } from '../core/bytes.ts';
import { canonicalJson } from '../crypto/canonical.ts';
import { sha256 } from '../crypto/sha256.ts';
import type { PolicyState } from './state.ts';

/** SHA-256 of the policy's canonical JSON, in hexadecimal: what a receipt carries. */
export function policySha256(policy: Policy): string {
  return hex(sha256(canonicalJson(policy)));
}

/** What holds until the owner has signed a policy. */
export const BUILT_IN_POLICY: PolicyState = { policy: DEFAULT_POLICY, sha256: policySha256(DEFAULT_POLICY), seq: null };
