import type { CertificateReply } from '../../schemas/certificate.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { parseEnvelope } from '../crypto/dsse.ts';
import { parseCertificate, verifyCertificate } from '../receipts/certificate.ts';
import type { MemSyncClient } from './client.ts';

/** How long the certificate of an erasure is waited for. */
export interface Patience {
  /** How often it is asked for; and where the service says that it is still at work. */
  readonly asks: number;
  readonly asksWhilePending: number;
  /** What is waited in between, in milliseconds. */
  readonly everyMs: number;
  /** Called before each wait. */
  readonly waiting?: (() => void) | undefined;
}

/** A minute; ten where much is to be taken away. */
export const PATIENT: Patience = { asks: 60, asksWhilePending: 600, everyMs: 1000 };

/** An erasure that has been carried out, as the service has signed it; checked against the log keys that the owner knows. */
export interface Erased {
  readonly certificate: CertificateReply;
  readonly rows: number;
  readonly versions: number;
}

/**
 * The certificate of the erasure that the owner ordered by that event (SHA-256 of its payload), among those that the service has signed; waits
 * for it a while, since the service answers when all is gone, but may have been cut short.
 * @throws {MemSyncError} `erasure_unfinished` when it takes too long; `service_lied` when what it has signed does not verify
 */
export async function awaitErasure(
  client: MemSyncClient,
  vault: string,
  event: string,
  logKeys: readonly string[],
  { asks, asksWhilePending, everyMs, waiting }: Patience = PATIENT,
): Promise<Erased> {
  const others = new Set<string>();
  for (let i = 0; ; i++) {
    const { certificates, pending } = await client.certificates(vault);
    for (const { id, kind } of certificates) {
      if (kind !== 'erasure' || others.has(id)) continue;
      const reply = await client.certificate(vault, id);
      if (isOf(reply, vault, event)) return checkErasure(reply, vault, event, logKeys);
      others.add(id);
    }
    if (i + 1 >= (pending > 0 ? asksWhilePending : asks)) break;
    waiting?.();
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  throw new MemSyncError(
    'erasure_unfinished',
    'The erasure is ordered, and nothing of it is served; its last traces are still being taken away.',
  );
}

/** What the service has signed about that very erasure. @throws {MemSyncError} `service_lied` */
export function checkErasure(reply: CertificateReply, vault: string, event: string, logKeys: readonly string[]): Erased {
  const { predicate } = check(reply, logKeys).statement;
  if (!('event' in predicate) || predicate.vault !== vault || predicate.event !== event)
    throw new MemSyncError('service_lied', 'The certificate is about something else than what you had erased.');
  return { certificate: reply, rows: predicate.counts.rows, versions: predicate.counts.versions };
}

/** What it says it is about; nothing is verified. */
function isOf(reply: CertificateReply, vault: string, event: string): boolean {
  const { predicate } = parseCertificate(parseEnvelope(STATEMENT_PAYLOAD_TYPE, reply.certificate.envelope).payload);
  return 'event' in predicate && predicate.vault === vault && predicate.event === event;
}

function check(reply: CertificateReply, logKeys: readonly string[]): ReturnType<typeof verifyCertificate> {
  try {
    return verifyCertificate(JSON.stringify(reply.certificate), { verifierKeys: logKeys });
  } catch (cause) {
    if (!isMemSyncError(cause)) throw cause;
    throw new MemSyncError('service_lied', `The certificate does not verify: ${cause.message}`, { cause });
  }
}
