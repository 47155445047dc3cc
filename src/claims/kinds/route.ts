import { z } from 'zod';
import { LIMITS } from '../../../schemas/limits.ts';
import { text } from '../../../schemas/primitives.ts';
import { TrustedKeys } from '../gateway-key.ts';
import { check, judged } from '../judged.ts';
import { artifactKind, type ClaimKind } from '../kind.ts';
import { judgeKeyConfig, OhttpKeyConfig } from '../ohttp-evidence.ts';
import { ROUTE } from '../texts.ts';

/** The claim's part of the operator's trust: the signing keys that are taken to be attested gateways'. */
const Trust = z.strictObject({ attestedKeys: TrustedKeys }).prefault({});

const Declaration = z
  .strictObject({
    kind: z.literal('route-declaration'),
    provider: text(LIMITS.labelLength).optional(),
    relay: text(LIMITS.refLength).optional(),
    path: z.enum(['direct', 'relay', 'ohttp']).optional(),
  })
  .refine(({ provider, relay, path }) => (provider ?? relay ?? path) !== undefined, 'must name a provider, a relay or a path')
  .refine(({ relay, path }) => relay === undefined || path !== 'direct', 'a direct path has no relay');

const PATHS = { direct: 'straight to the provider', relay: 'by a relay', ohttp: 'by a relay, sealed to the gateway (Oblivious HTTP)' };

const PROVIDER = 'Which provider answered is the app’s word: nothing that is signed here says it.';
const UNLINKABLE =
  'That nobody on the way could tell whose request it was is nowhere shown: relay and gateway would have to keep apart what each of them sees.';

const declared = artifactKind({
  schema: Declaration,
  trust: Trust,
  judge: ({ artifact: { provider, relay, path } }) => {
    const checks = [
      ...(provider === undefined ? [] : [check('provider', 'asserted', PROVIDER)]),
      ...(relay === undefined ? [] : [check('relay', 'asserted', 'That the request went by this relay is the app’s word.')]),
      ...(path === undefined ? [] : [check('path', 'asserted', `That it went ${PATHS[path]} is the app’s word.`)]),
      check('unlinkability', 'asserted', UNLINKABLE),
    ];
    const facts = Object.entries({ provider, relay, path });
    return judged(
      checks,
      facts.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }])),
    );
  },
});

const keyConfig = artifactKind({
  schema: OhttpKeyConfig,
  trust: Trust,
  judge: async ({ artifact }, { attestedKeys }) => {
    const { checks, facts, settled } = await judgeKeyConfig(artifact, attestedKeys);
    return judged([...checks, check('provider', 'asserted', PROVIDER), check('unlinkability', 'asserted', UNLINKABLE)], facts, settled);
  },
});

/** The way that a request took: OHTTP relay and provider (FORMATS, "OpenGradient's signed inference", OHTTP relay). */
export const kind: ClaimKind = {
  text: ROUTE,
  order: 8,
  artifacts: { 'route-declaration': declared, 'ohttp-key-config': keyConfig },
  trust: Trust,
  states: ({ model: { provider } }) => (provider === undefined ? [] : [{ name: 'provider', value: provider }]),
  atIssue: ({ model: { provider } }) =>
    provider === undefined ? null : { status: 'asserted', checks: [check('provider', 'asserted', PROVIDER)], evidence: [] },
};
