import type { Health } from '../../../schemas/health.ts';
import { formatInstant } from '../../core/instant.ts';
import { meaningOf } from './refusal.ts';
import type { Witnesses } from './witnesses.ts';

/** How it stands with each witness, as /healthz says it. */
export async function witnessHealth(asked: Witnesses): Promise<NonNullable<Health['witnesses']>> {
  const { quorum, witnessed, witnesses } = await asked.status();
  return {
    quorum,
    witnessed,
    witnesses: witnesses.map(({ cosignedAt, refusal, ...rest }) => ({
      ...rest,
      cosignedAt: cosignedAt === null ? null : formatInstant(cosignedAt),
      refusal: refusal && { reason: refusal.reason, grave: meaningOf(refusal.reason).grave, since: formatInstant(refusal.since) },
    })),
  };
}
