import type { ErrorCode } from '../core/errors.ts';
import { describeCode } from '../core/errors.ts';

/** What the command's exit code means, as `memsync help exit-codes` prints it. */
export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'it was done; for `verify`, `claims` of a bundle, `doctor` and `audit`: nothing that was checked has failed'],
  [1, 'it was refused or failed; for `verify`, `claims` of a bundle, `replay`, `doctor` and `audit`: something does not hold'],
  [2, 'the command or a setting was not understood'],
  [3, 'the service does not answer, or not now'],
  [4, 'there is no such thing, or no owner’s folder'],
  [5, 'not allowed: the token, its grant, the passphrase or the signature'],
  [6, 'something is there already, or has changed meanwhile'],
  [7, 'what is stored or answered does not verify: do not trust it'],
  [8, 'the gate is shut'],
];

const CODES: Partial<Record<ErrorCode, number>> = {
  usage: 2,
  config_invalid: 2,
  service_unreachable: 3,
  shutting_down: 3,
  vault_busy: 3,
  judging_busy: 3,
  erasure_unfinished: 3,
  rate_limited: 3,
  gate_shut: 8,
  passphrase_wrong: 5,
  head_not_reached: 7,
  vault_rolled_back: 7,
  ledger_broken: 7,
  log_broken: 7,
  data_forked: 7,
  backup_broken: 7,
  data_in_use: 3,
  restore_unfinished: 3,
  owner_event_forged: 7,
  row_unopenable: 7,
  commitment_mismatch: 7,
  box_mismatch: 7,
  seen_head_unknown: 7,
  service_lied: 7,
  keys_unsafe: 7,
  keys_unstated: 7,
};

/** The exit code that an error ends in. */
export function exitCodeOf(code: ErrorCode): number {
  const own = CODES[code];
  if (own !== undefined) return own;
  const { status } = describeCode(code);
  if (status === 404 || status === 410) return 4;
  if (status === 401 || status === 403) return 5;
  return status === 409 ? 6 : 1;
}
