import type { ClaimText } from './claim-text.ts';

// The fixed words of every claim that is ours, side by side, to be read and weighed together. Nothing else says what a claim proves.

/** The tags and the context block (DESIGN, promises 6 and 7). */
export const MEMORY: ClaimText = {
  claim: 'memory',
  proves:
    'That the tags and the context block are, to the byte, what the service put its signature to as served for this retrieval: which rows, ' +
    'in which version, with which tier, origin, age and last validation at that moment.',
  doesNotProve:
    'That any row is true, or still true. That the service served nothing else. That the block reached a model: see the check `injected`. ' +
    'That a model made use of it: influence is not measured.',
};

/** The output that the receipt is about. */
export const OUTPUT: ClaimText = {
  claim: 'output',
  proves: 'That the receipt is about these very bytes: their SHA-256 is its subject.',
  doesNotProve: 'That a model produced them, which one, or from what input. That anything they say is right.',
};

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

/** A Nitro attestation document (FORMATS, "Trusted execution"). */
export const ENCLAVE: ClaimText = {
  claim: 'enclave',
  proves:
    'That a key belongs to an enclave whose image has these PCRs, at the time that the attestation document states, by certificates that ' +
    'lead to the hardware vendor’s root.',
  doesNotProve:
    'That the image is a sound one, that the model was the one labelled, that the weights were these, or that the answer is right. ' +
    'Nor that this inference went through the enclave: that is the claim `exchange`.',
};

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

/** The declared mode of execution: VANILLA, TEE or ZKML (FORMATS, "OpenGradient's signed inference", modes). */
export const MODE: ClaimText = {
  claim: 'mode',
  proves:
    'That a mode of execution was declared for this answer, and which; no more than that, so that it never comes to be `verified`. Nothing ' +
    'that can be handed in settles by itself in which mode an inference ran.',
  doesNotProve:
    'That the inference, or any part of it, ran in that mode. What TEE calls for are the claims `enclave` and `exchange`, which are not ' +
    'read here, and which would not settle it either. VANILLA calls for a signature or for nothing at all. A declared ZKML stays ' +
    '`asserted`: we know of no proof format for it that can be checked offline.',
};

/** Settlement of an exchange on a chain, alone or in a batch (FORMATS, "OpenGradient's signed inference", settlement). */
export const SETTLEMENT: ClaimText = {
  claim: 'settlement',
  proves:
    'That a leaf with the hashes of this exchange, its signature good, lies under the root that a settlement event on that chain has recorded.',
  doesNotProve:
    'That the chain checked the inference: the contract checks no signatures. That anybody was paid: that is the claim `payment`. ' +
    'A transaction hash alone is `pending`, because it is computed before a broadcast that may fail.',
};

/** The model: a label, and an artefact behind a Walrus blob ID or a SHA-256 (FORMATS, "Model artefact"). */
export const MODEL: ClaimText = {
  claim: 'model',
  proves:
    'That bytes at hand have the blob ID or the digest that the receipt or the evidence names, as far as the checks ' +
    '`artifact.blob_id` and `artifact.sha256` go: these bytes and that name belong together.',
  doesNotProve:
    'That this inference used the artefact, that anybody can still fetch it, or that the label is its true name. A label is not an ' +
    'artefact: without one it is the app’s word. Whether the artefact was named with the answer, or only by evidence: see the check ' +
    '`named_at_issue`.',
};

/** The way that a request took: OHTTP relay and provider (FORMATS, "OpenGradient's signed inference", OHTTP relay). */
export const ROUTE: ClaimText = {
  claim: 'route',
  proves:
    'That the OHTTP key configuration in the evidence is signed by a gateway’s key which the trust that it was judged by names as attested.',
  doesNotProve:
    'That the key lives in an enclave: that is the claim `enclave`. That the request was sealed to this configuration or went that way, ' +
    'that nobody on the way could tell whose it was, or which provider answered: these stay `asserted`.',
};

/** What was let in from outside: a gateway's signed web search, say (FORMATS, "OpenGradient's signed inference", data nodes). */
export const EXTERNAL_DATA: ClaimText = {
  claim: 'external_data',
  proves:
    'That all that a verified piece of the evidence shows as admitted came through a gateway: a signature covers the bytes of its content, ' +
    'by a key which the trust that it was judged by names.',
  doesNotProve:
    'That the content is true, complete or current, or that the source it names ever said so: the truth of a source is never verified, and ' +
    'neither source nor citations are covered by the signature. That nothing else was let in: each piece of evidence speaks of its own ' +
    'items alone. That a model made use of any.',
};

/** A claim that this build has no verifier for: one of a newer service, say. */
export function unknownClaim(claim: ClaimText['claim']): ClaimText {
  return {
    claim,
    proves: 'Nothing that this build could say: it does not know the claim. Its status is as whoever recorded it has judged.',
    doesNotProve: 'Anything at all, as far as this build goes: its evidence is kept, and is not judged here.',
  };
}
