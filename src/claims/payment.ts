import type { ClaimText } from './claim-text.ts';

/** x402 (FORMATS, "Payment"): `authorization` can be checked offline, `settlement` needs the chain. */
export const PAYMENT: ClaimText = {
  claim: 'payment',
  proves:
    'As far as its checks go: `authorization`, that the payer’s key signed a transfer of this amount of this asset to this payee, good for a ' +
    'stated time; `settlement`, that the transfer is on that chain.',
  doesNotProve:
    'That an inference was run, or run as asked: paid is not proved. An authorisation is not yet a transfer. Unless the authorisation’s ' +
    'nonce is this receipt’s commitment, nothing ties the payment to this inference.',
};
