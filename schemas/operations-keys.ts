import { z } from 'zod';
import { GrantReadsQuery, GrantReadsReply, RotationsReply } from './keys.ts';
import { DEVICE, type Operation } from './operation.ts';
import { GrantId, VaultId } from './primitives.ts';

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
];
