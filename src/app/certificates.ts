import type { CertificateReply, CertificatesReply, ErasureFacts } from '../../schemas/certificate.ts';
import { Envelope } from '../../schemas/owner-event.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { fromUtf8, utf8 } from '../core/bytes.ts';
import { isMemSyncError, MemSyncError } from '../core/errors.ts';
import { makeId } from '../core/ids.ts';
import { formatInstant } from '../core/instant.ts';
import { parseEnvelope } from '../crypto/dsse.ts';
import { parseToken } from '../crypto/token.ts';
import { keyId } from '../log/verifier-key.ts';
import { buildCertificate, certificateEntry, type CertificateFacts, parseCertificate } from '../receipts/certificate.ts';
import { keyidOf, signReceipt } from '../receipts/statement.ts';
import type { StoredCertificate } from '../store/records.ts';
import { enterDevice } from './owner-reads.ts';
import type { Services } from './services.ts';
import type { CommitContext } from './writer.ts';

/** Signs a certificate, and enters it into the log and the vault in the commit that is being built. */
function writeCertificate(services: Services, { draft, log }: CommitContext, certified: CertificateFacts): StoredCertificate {
  const id = makeId('certificate', draft.now, services.random);
  const payload = buildCertificate({ certificate: id, vault: draft.tail.vault }, certified);
  const { name, key } = services.receiptSigner;
  const envelope = signReceipt(key, keyidOf({ name, keyId: keyId(name, key.publicKey) }), payload);
  const logIndex = log(certificateEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope)));
  const stored: StoredCertificate = { id, kind: certified.kind, at: draft.now, logIndex, envelope: utf8(JSON.stringify(envelope)) };
  draft.certificates.push(stored);
  return stored;
}

/** Certifies something about a vault, in a commit of its own. @throws what a commit throws */
export async function certify(services: Services, vault: string, certified: CertificateFacts): Promise<CertificateReply> {
  const stored = await services.writer.submit({
    prepare: async () => ({ tail: (await services.vaults.acquire(vault)).state }),
    build: (_prepared, context) => writeCertificate(services, context, certified),
  });
  return render(services, stored);
}

/**
 * Certifies that an erasure has been carried out, and notes that it has, in one commit: once, whoever else has been at it. Gives the certificate.
 * @throws what a commit throws
 */
export async function certifyErasure(services: Services, vault: string, facts: ErasureFacts): Promise<CertificateReply> {
  const { erasing } = services.store;
  const { seq } = facts;
  const made = await services.writer.submit({
    prepare: async () => {
      const { state } = await services.vaults.acquire(vault);
      return { tail: state, pending: (await erasing.pending()).some((one) => one.vault === vault && one.seq === seq) };
    },
    build: ({ pending }, context) => {
      if (!pending || context.draft.erasures.some((one) => one.seq === seq)) return null;
      context.draft.erasures.push({ seq, doneAt: context.draft.now });
      return writeCertificate(services, context, { kind: 'erasure', facts });
    },
  });
  const stored = made ?? (await erasing.certificates(vault)).find((one) => isOf(one, facts));
  if (stored === undefined) throw new MemSyncError('not_found', 'The erasure is done, and its certificate is missing.');
  return render(services, stored);
}

function isOf(stored: StoredCertificate, { event, seq }: ErasureFacts): boolean {
  const { predicate } = parseCertificate(parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelopeOf(stored)).payload);
  return 'event' in predicate && predicate.event === event && predicate.seq === seq;
}

function envelopeOf({ envelope }: StoredCertificate): Envelope {
  return Envelope.parse(JSON.parse(fromUtf8(envelope)));
}

/** The vault's certificates, newest first (API, `GET /v1/vaults/{vault}/certificates`; device grants). */
export async function readCertificates(services: Services, token: string, vault: string): Promise<CertificatesReply> {
  await enterReader(services, token, vault);
  const stored = await services.store.erasing.certificates(vault);
  const pending = (await services.store.erasing.pending()).filter((one) => one.vault === vault).length;
  return { certificates: stored.map(({ id, kind, at }) => ({ id, kind, at: formatInstant(at) })), pending };
}

/** One certificate, with its proof under the log's last checkpoint. @throws {MemSyncError} `not_found` */
export async function readCertificate(services: Services, token: string, vault: string, id: string): Promise<CertificateReply> {
  await enterReader(services, token, vault);
  const found = (await services.store.erasing.certificates(vault)).find((one) => one.id === id);
  if (found === undefined) throw new MemSyncError('not_found', `There is no certificate ${id}.`);
  return render(services, found);
}

/** The owner's devices, also once the vault is erased, when no token opens anything any more: there is nothing to open for a certificate. */
async function enterReader(services: Services, token: string, vault: string): Promise<void> {
  try {
    await enterDevice(services, token, vault);
  } catch (error) {
    if (!isMemSyncError(error, 'vault_erased')) throw error;
    // The token has been found to be the grant's; that grant must have been a device's, and have lasted until the end.
    const { state } = await services.vaults.acquire(vault);
    const grant = state.grants.get(parseToken(token).grantId);
    if (grant?.body.role !== 'device' || grant.revokedAt !== state.erased?.at) throw error;
  }
}

async function render(services: Services, stored: StoredCertificate): Promise<CertificateReply> {
  const proof = stored.proof ?? (await services.log.prove(stored.logIndex));
  return { id: stored.id, kind: stored.kind, at: formatInstant(stored.at), certificate: { envelope: envelopeOf(stored), proof } };
}
