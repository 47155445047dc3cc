import { meaningOf } from '../../app/witnesses/refusal.ts';
import type { WitnessesStatus, WitnessStatus } from '../../app/witnesses/witnesses.ts';
import { describeCode } from '../../core/errors.ts';
import { formatInstant } from '../../core/instant.ts';
import { type Finding, ok } from './finding.ts';

/** How it stood with each witness when it was asked last, and with the quorum, over a log of `size` entries. Nobody is asked. */
export function witnessFindings({ quorum, witnessed, witnesses }: WitnessesStatus, size: number): Finding[] {
  const detail = `${witnessed} of ${entries(size)} are in a checkpoint that enough have cosigned (${quorum}).`;
  const enough = quorum === 'none' || witnessed === size;
  const remedy = 'If the service runs, wait for a moment; see what each witness says.';
  const all: Finding = { check: 'witnesses', ...(enough ? ok(detail) : { status: 'warning', detail, remedy }) };
  return [all, ...witnesses.map(finding)];
}

function finding({ witness, name, asked, size, cosignedAt, refusal }: WitnessStatus): Finding {
  const check = `witness ${witness}`;
  const last = cosignedAt === null ? 'It has cosigned nothing yet.' : `It cosigned ${entries(size)} at ${formatInstant(cosignedAt)}.`;
  if (!asked) return { check, status: 'skipped', detail: `${name} has no URL in the policy, and is not asked.` };
  if (refusal === null) return { check, ...ok(`${name}. ${last}`) };
  const { says, remedy, grave } = meaningOf(refusal.reason);
  const detail = `${name} ${says} (since ${formatInstant(refusal.since)}). ${last}`;
  if (!grave) return { check, status: 'warning', detail, remedy };
  return { check, status: 'failed', detail: `${describeCode('log_forked').title} (log_forked): ${detail}`, remedy };
}

function entries(size: number): string {
  return size === 1 ? '1 entry' : `${size} entries`;
}
