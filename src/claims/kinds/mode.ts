import { z } from 'zod';
import { LIMITS } from '../../../schemas/limits.ts';
import { text } from '../../../schemas/primitives.ts';
import { plain } from '../../core/plain.ts';
import { check, judged } from '../judged.ts';
import { artifactKind, type ClaimKind } from '../kind.ts';
import { MODE } from '../texts.ts';

/** The modes in the order of their numbers in OpenGradient's SDK. */
const MODES = ['VANILLA', 'ZKML', 'TEE'] as const;
type Mode = (typeof MODES)[number];

const Declaration = z.strictObject({
  kind: z.literal('mode-declaration'),
  mode: z.union([z.enum(MODES), z.literal(0), z.literal(1), z.literal(2)], 'must be VANILLA, ZKML or TEE, or its number: 0, 1, 2'),
  /** Where the declaration was read: a setting, a header, a page. */
  source: text(LIMITS.labelLength).optional(),
});

/** What evidence a mode calls for, and how far that would go. */
const CALLS_FOR: Readonly<Record<Mode, string>> = {
  VANILLA:
    'VANILLA calls for a gateway’s signature or for nothing at all. A signature would show which bytes a gateway handled, and nothing of how ' +
    'they were computed.',
  TEE:
    'TEE calls for an attestation of the gateway’s enclave and its signature over this exchange. They would show that the gateway handled ' +
    'these bytes, and not that the model ran inside: it passes requests on to providers. They belong to the claims `enclave` and ' +
    '`exchange`, which are not read here.',
  ZKML:
    'ZKML calls for a proof that the model gave this output for this input. We know of no format of such proofs that can be checked offline, ' +
    'so that nothing handed in could show it.',
};

const declared = artifactKind({
  schema: Declaration,
  trust: z.unknown(),
  judge: ({ artifact: { mode: given, source } }) => {
    const mode = typeof given === 'number' ? MODES[given] : given;
    const by = source === undefined ? 'by the app' : `by the app, which says to have it from ${plain(JSON.stringify(source))}`;
    const checks = [
      check('declared', 'asserted', `The mode ${mode} was declared ${by}. A declaration shows that it was made, and no more.`),
      check('calls_for', 'absent', CALLS_FOR[mode]),
    ];
    return judged(checks, [{ name: 'mode', value: mode }]);
  },
});

/** The declared mode of execution: VANILLA, TEE or ZKML (FORMATS, "OpenGradient's signed inference", modes). Nothing makes it `verified`. */
export const kind: ClaimKind = { text: MODE, order: 5, artifacts: { 'mode-declaration': declared } };
