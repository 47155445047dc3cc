import type { ClaimText } from './claim-text.ts';

/** OpenGradient's signed inference (FORMATS, "OpenGradient's signed inference"). */
export const EXCHANGE: ClaimText = {
  claim: 'exchange',
  proves:
    'That the holder of this gateway key signed, with a time, the hashes of this request and this output: these bytes went through that ' +
    'gateway. The request’s messages are covered whole, and the context block with them where it lies inside.',
  doesNotProve:
    'That the key lives in an enclave: that is the claim `enclave`. That the labelled model answered: the gateway passes requests on to ' +
    'providers, attests no weights, and repeats the model name that it was sent. `tool_choice`, attachments, `finish_reason` and `usage` ' +
    'are not covered.',
};
