import { z } from 'zod';
import { CertificateReply } from './certificate.ts';
import { Head, Sequence } from './primitives.ts';

export const OwnerEventReply = z
  .strictObject({
    seq: Sequence,
    head: Head,
    ownerSeq: Sequence,
    certificate: CertificateReply.optional().meta({ description: 'Of an erasure: what the service has signed about it.' }),
  })
  .meta({ id: 'OwnerEventReply' });
export type OwnerEventReply = z.infer<typeof OwnerEventReply>;
