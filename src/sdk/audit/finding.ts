import { z } from 'zod';
import { ReceiptId } from '../../../schemas/primitives.ts';

/** Everything that an audit can find: how grave it is, what it means, and what to do. Codes never change their meaning. */
const CODES = {
  log_key_changed: [
    'error',
    'The log is signed by another key, or under another name, than you remember.',
    'Ask the operator why. After a restore that you were told of: `memsync doctor --accept-restore`.',
  ],
  checkpoint_invalid: [
    'error',
    'The log’s checkpoint is not signed by the log’s key: what the service shows is nobody’s log.',
    'Do not rely on this service. Keep your folder and your receipts as they are.',
  ],
  log_cut: [
    'error',
    'The log is shorter than one that was signed before: entries have been taken back.',
    'Keep your folder: the checkpoint in it is proof. Ask the operator; a restore names the log anew.',
  ],
  log_forked: [
    'error',
    'The log does not contain what was signed before: two histories bear one signature.',
    'Keep your folder: the two checkpoints are proof. Rely on no receipt of this log that you cannot show in both.',
  ],
  log_inconsistent: [
    'error',
    'Entries, tiles and the signed root of the log do not belong together.',
    'Run `memsync doctor` on the service’s machine; restore from a backup.',
  ],
  service_refuses: [
    'error',
    'The service itself finds that what it stores does not verify, and hands it out no more.',
    'Run `memsync doctor` on the service’s machine; restore from a backup.',
  ],
  answer_malformed: [
    'error',
    'An answer of the service is not what the contract says, or contradicts one before.',
    'Run `memsync audit --again`; if it is found again, ask the operator.',
  ],
  chain_cut: [
    'error',
    'The vault is behind the head that you remember: events have been taken back.',
    'See what is missing: `memsync doctor --accept-restore`. Sign nothing before.',
  ],
  chain_forked: [
    'error',
    'The vault has another history than the one that you remember.',
    'See what is missing: `memsync doctor --accept-restore`. Sign nothing before.',
  ],
  chain_broken: [
    'error',
    'An event does not follow on the one before it, or contradicts what came before.',
    'Run `memsync doctor` on the service’s machine; restore from a backup.',
  ],
  owner_event_forged: [
    'error',
    'An event in your name is not one that you signed in that place.',
    'Trust nothing that follows from it; run `memsync doctor` on the service’s machine and restore from a backup.',
  ],
  time_backward: ['error', 'An event is dated before the one that it follows.', 'Ask the operator: such a ledger is not of our writing.'],
  erasure_unexplained: [
    'error',
    'Rows were erased by a job, for an order that you did not sign as far as this ledger shows.',
    'Ask the operator which restore that was; a backup from before still has the rows.',
  ],
  demotion_unfounded: [
    'error',
    'A row was taken down before its time by your policy, or with a source that had no such end.',
    'Look at the row, and confirm it if it holds: `memsync confirm ID`.',
  ],
  head_off_chain: [
    'error',
    'The log vouches for a head that your vault never had.',
    'Somebody was shown another history of your vault, or the salt is another’s. Keep the output of this audit.',
  ],
  head_backward: [
    'error',
    'The log vouches for an earlier head of your vault after a later one.',
    'The vault was rolled back in between. Keep the output of this audit and ask the operator.',
  ],
  head_not_in_log: [
    'error',
    'A head is said to be in the log, and the entry there is another.',
    'Keep the output of this audit and ask the operator.',
  ],
  head_missing: ['error', 'A head that was in the log is no longer shown.', 'Ask the operator; the log’s entry still stands.'],
  receipt_invalid: ['error', 'A receipt does not verify.', 'Do not rely on it; `memsync receipts show ID` and `memsync verify` say more.'],
  receipt_not_in_log: ['error', 'A receipt is said to be in the log, and the entry there is another.', 'Do not rely on the receipt.'],
  receipt_order: ['error', 'A receipt stands in the log before one that was issued earlier.', 'The times of one of them are not true.'],
  receipt_early: ['error', 'A receipt is dated before what it rests on.', 'Its times are not true: rely on its place in the log alone.'],
  receipt_off_chain: [
    'error',
    'A receipt rests on a head, or on a word of yours, that your vault’s ledger does not have.',
    'The answer was given on another history of your vault. Keep the receipt.',
  ],
  receipt_policy: [
    'error',
    'A receipt names another policy than the one in force where it was made.',
    'Its tiers follow from rules that are not yours.',
  ],
  receipt_missing: [
    'error',
    'Receipts that were there at an earlier audit are no longer shown.',
    'Ask the operator; whoever kept them can still show them.',
  ],
  evidence_invalid: [
    'error',
    'Evidence that came after a receipt is not signed for it, or not in the log where it says.',
    'Do not rely on what the receipt’s claims have come to; `memsync claims ID` shows how.',
  ],
  evidence_not_in_log: [
    'error',
    'Evidence is said to be in the log, and the entry there is another.',
    'Do not rely on what the receipt’s claims have come to since.',
  ],
  evidence_order: [
    'error',
    'Evidence is dated, or stands in the log, before what it came after.',
    'Which came first is not told truly: rely on the places in the log alone.',
  ],
  evidence_missing: [
    'error',
    'Evidence that came after a receipt is left out, or was there at an earlier audit and is no longer shown.',
    'What is left out may have failed a claim. Ask the operator; whoever kept the bundle can still show it.',
  ],
  evidence_status: [
    'error',
    'A claim has another status than what is signed of its evidence comes to.',
    'Do not rely on the claim; `memsync claims ID` shows each piece and how it was judged.',
  ],
  case_not_in_log: [
    'error',
    'Something is said to have happened to a case, and the log’s entry there is another.',
    'Keep the output of this audit and ask the operator.',
  ],
  case_withheld: [
    'error',
    'Something that happened to a case over your receipts is not shown.',
    'Keep the output of this audit and ask the operator.',
  ],
  certificate_invalid: ['error', 'A certificate does not verify, or is not in the log where it says.', 'Do not rely on it.'],
  entry_unexplained: [
    'warning',
    'The service holds no other vault than yours, and the log has entries that nothing of yours accounts for.',
    'A receipt may have been withheld. Ask the operator what they are.',
  ],
} as const satisfies Record<string, readonly [severity: 'error' | 'warning', means: string, remedy: string]>;

export type AuditCode = keyof typeof CODES;
export const AUDIT_CODES = Object.keys(CODES) as readonly AuditCode[];

/** Where something was found: event, entry of the log, receipt. */
const Where = z.strictObject({
  seq: z.int().min(0).optional(),
  index: z.int().min(0).optional(),
  receipt: ReceiptId.optional(),
  certificate: z.string().optional(),
});
export type Where = z.infer<typeof Where>;

/** One thing that does not hold. `detail` says it of this one, and holds no row text. */
export const AuditFinding = z.strictObject({
  code: z.custom<AuditCode>((value) => typeof value === 'string' && Object.hasOwn(CODES, value)),
  where: Where,
  detail: z.string(),
});
export type AuditFinding = z.infer<typeof AuditFinding>;

export interface DescribedFinding extends AuditFinding {
  readonly severity: 'error' | 'warning';
  /** What it comes to. */
  readonly means: string;
  /** What to do about it. */
  readonly remedy: string;
}

export function describeFinding(finding: AuditFinding): DescribedFinding {
  const [severity, means, remedy] = CODES[finding.code];
  return { code: finding.code, severity, where: finding.where, detail: finding.detail, means, remedy };
}

/** How many findings of one code are kept; the others are counted. */
const MOST = 100;

/** What has been found, each thing once: the first hundred of each kind, and how many there are. */
export class FindingList {
  readonly #list: AuditFinding[];
  readonly #counts: Map<AuditCode, number>;

  constructor(list: readonly AuditFinding[] = [], counts: Readonly<Record<string, number>> = {}) {
    this.#list = [...list];
    this.#counts = new Map(AUDIT_CODES.flatMap((code) => (counts[code] === undefined ? [] : [[code, counts[code]] as const])));
  }

  add(code: AuditCode, where: Where, detail: string): void {
    const same = JSON.stringify([code, where, detail]);
    if (this.#list.some((one) => one.code === code && JSON.stringify([code, one.where, one.detail]) === same)) return;
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count <= MOST) this.#list.push({ code, where, detail });
  }

  /** Takes in what another has. */
  take(other: FindingList): void {
    for (const { code, where, detail } of other.list) this.add(code, where, detail);
    for (const [code, count] of other.#counts) {
      const kept = other.#list.filter((one) => one.code === code).length;
      this.#counts.set(code, (this.#counts.get(code) ?? 0) + count - kept);
    }
  }

  /** Takes back what was found of one kind, to be found anew. */
  clear(code: AuditCode): void {
    this.#counts.delete(code);
    this.#list.splice(0, this.#list.length, ...this.#list.filter((one) => one.code !== code));
  }

  get list(): readonly AuditFinding[] {
    return this.#list;
  }

  get counts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
