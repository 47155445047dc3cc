import type { CertificateReply, CertificatesReply } from '../../schemas/certificate.ts';
import { Envelope } from '../../schemas/owner-event.ts';
import { STATEMENT_PAYLOAD_TYPE } from '../../schemas/receipt.ts';
import { fromUtf8, utf8 } from '../core/bytes.ts';
import { MemSyncError } from '../core/errors.ts';
import { makeId } from '../core/ids.ts';
import { formatInstant } from '../core/instant.ts';
import { parseEnvelope } from '../crypto/dsse.ts';
import { keyId } from '../log/verifier-key.ts';
import { buildCertificate, certificateEntry, type CertificateFacts } from '../receipts/certificate.ts';
import { keyidOf, signReceipt } from '../receipts/statement.ts';
import type { StoredCertificate } from '../store/records.ts';
import type { VaultDraft } from './draft.ts';
import { enterDevice } from './owner-reads.ts';
import type { Services } from './services.ts';
import type { CommitContext } from './writer.ts';

/** Signs a certificate, and enters it into the log and the vault in the commit that is being built. */
export function writeCertificate(services: Services, { draft, log }: CommitContext, certified: CertificateFacts): StoredCertificate {
  const id = makeId('certificate', draft.now, services.random);
  const payload = buildCertificate({ certificate: id, vault: draft.tail.vault }, certified);
  const { name, key } = services.receiptSigner;
  const envelope = signReceipt(key, keyidOf({ name, keyId: keyId(name, key.publicKey) }), payload);
  const logIndex = log(certificateEntry(parseEnvelope(STATEMENT_PAYLOAD_TYPE, envelope)));
  const stored: StoredCertificate = { id, kind: certified.kind, at: draft.now, logIndex, envelope: utf8(JSON.stringify(envelope)) };
  draft.certificates.push(stored);
  return stored;
}

/** Certifies something about a vault, in a commit of its own. `also` may add to that commit. @throws what a commit throws */
export async function certify(
  services: Services,
  vault: string,
  certified: CertificateFacts,
  also: (draft: VaultDraft) => void = () => undefined,
): Promise<CertificateReply> {
  const stored = await services.writer.submit({
    prepare: async () => ({ tail: (await services.vaults.acquire(vault)).state }),
    build: (_prepared, context) => {
      const made = writeCertificate(services, context, certified);
      also(context.draft);
      return made;
    },
  });
  return render(services, stored);
}

/** The vault's certificates, newest first (API, `GET /v1/vaults/{vault}/certificates`; device grants). */
export async function readCertificates(services: Services, token: string, vault: string): Promise<CertificatesReply> {
  await enterDevice(services, token, vault);
  const stored = await services.store.erasing.certificates(vault);
  const pending = (await services.store.erasing.pending()).filter((one) => one.vault === vault).length;
  return { certificates: stored.map(({ id, kind, at }) => ({ id, kind, at: formatInstant(at) })), pending };
}

/** One certificate, with its proof under the log's last checkpoint. @throws {MemSyncError} `not_found` */
export async function readCertificate(services: Services, token: string, vault: string, id: string): Promise<CertificateReply> {
  await enterDevice(services, token, vault);
  const found = (await services.store.erasing.certificates(vault)).find((one) => one.id === id);
  if (found === undefined) throw new MemSyncError('not_found', `There is no certificate ${id}.`);
  return render(services, found);
}

async function render(services: Services, stored: StoredCertificate): Promise<CertificateReply> {
  const proof = stored.proof ?? (await services.log.prove(stored.logIndex));
  const envelope = Envelope.parse(JSON.parse(fromUtf8(stored.envelope)));
  return { id: stored.id, kind: stored.kind, at: formatInstant(stored.at), certificate: { envelope, proof } };
}
