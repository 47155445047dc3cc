import { z } from 'zod';
import { CertificateId, CertificateReply, CertificatesReply } from './certificate.ts';
import { HeadsQuery, LoggedHeadReply, LoggedHeadsReply, LoggedSeq } from './heads.ts';
import { GrantReadsQuery, GrantReadsReply, RotationsReply } from './keys.ts';
import { ANYONE, BODY, DEVICE, type Operation, VAULT } from './operation.ts';
import { Envelope } from './owner-event.ts';
import { GrantId, VaultId } from './primitives.ts';
import { RecoveryReply } from './recovery.ts';

const InVault = z.strictObject({ vault: VaultId });

/** The operations about who holds which keys, and what came of it. */
export const KEY_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/vaults/{vault}/rotations',
    id: 'readRotations',
    tag: 'owner',
    summary: 'How far rotated collections have been brought under their new keys (device grants).',
    token: true,
    parameters: InVault,
    status: 200,
    reply: RotationsReply,
    codes: DEVICE,
  },
  {
    method: 'get',
    path: '/v1/vaults/{vault}/grants/{id}/reads',
    id: 'readGrantReads',
    tag: 'owner',
    summary: 'Which rows a grant has been shown, in which retrievals and receipts, newest first (device grants).',
    token: true,
    parameters: InVault.extend({ id: GrantId }),
    query: GrantReadsQuery,
    status: 200,
    reply: GrantReadsReply,
    codes: [...DEVICE, 'not_found'],
  },
  {
    method: 'get',
    path: '/v1/vaults/{vault}/heads',
    id: 'readLoggedHeads',
    tag: 'log',
    summary: 'The vault’s heads that the log has leaves of, with what opens them, oldest first (any grant of the vault).',
    token: true,
    parameters: InVault,
    query: HeadsQuery,
    status: 200,
    reply: LoggedHeadsReply,
    codes: DEVICE,
  },
  {
    method: 'get',
    path: '/v1/vaults/{vault}/heads/{seq}',
    id: 'readLoggedHead',
    tag: 'log',
    summary: 'One of them, or the `latest`, with the proof that it is in the log (any grant of the vault).',
    token: true,
    parameters: InVault.extend({ seq: LoggedSeq }),
    status: 200,
    reply: LoggedHeadReply,
    codes: [...DEVICE, 'not_found'],
  },
  {
    method: 'post',
    path: '/v1/vaults/{vault}/recovery',
    id: 'recover',
    tag: 'owner',
    summary:
      'A page of the ledger and the owner’s sealed boxes, for an owner who has nothing but the root: a request that the owner key signs.',
    token: false,
    parameters: InVault,
    body: Envelope,
    status: 200,
    reply: RecoveryReply,
    codes: [
      ...ANYONE,
      ...BODY,
      ...VAULT,
      'vault_unknown',
      'event_malformed',
      'event_vault_mismatch',
      'event_signature_invalid',
      'event_replayed',
    ],
  },
  {
    method: 'get',
    path: '/v1/vaults/{vault}/certificates',
    id: 'readCertificates',
    tag: 'owner',
    summary: 'What the service has signed about erasures and exports of the vault, newest first (device grants).',
    token: true,
    parameters: InVault,
    status: 200,
    reply: CertificatesReply,
    codes: DEVICE,
  },
  {
    method: 'get',
    path: '/v1/vaults/{vault}/certificates/{id}',
    id: 'readCertificate',
    tag: 'owner',
    summary: 'One certificate, with its proof; it verifies offline (device grants).',
    token: true,
    parameters: InVault.extend({ id: CertificateId }),
    status: 200,
    reply: CertificateReply,
    codes: [...DEVICE, 'not_found'],
  },
];
