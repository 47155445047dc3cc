import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { Envelope } from './owner-event.ts';
import { Sha256 } from './primitives.ts';
import { ClaimName } from './vocabulary.ts';

/** The name of a kind of evidence, or of a fact. */
export const EvidenceName = z
  .string()
  .regex(/^[a-z][a-z0-9_.-]{0,99}$/, 'must be a name: lower-case letters, digits, dots, hyphens and underscores');

/** Something short that a piece of evidence states, true or not: which artefact, which provider. Two that differ under one name contradict each other. */
export const Fact = z.strictObject({ name: EvidenceName, value: z.string().min(1).max(LIMITS.refLength) }).meta({ id: 'Fact' });
export type Fact = z.infer<typeof Fact>;

/** One piece of evidence as it is handed in: its kind, and what that kind holds (docs/formats.md). Kinds that are not known are kept, and prove nothing. */
export const Artifact = z.looseObject({ kind: EvidenceName }).meta({
  id: 'Artifact',
  description: 'Evidence for one claim: its kind, and what that kind holds. Unknown kinds are kept and prove nothing.',
});
export type Artifact = z.infer<typeof Artifact>;

/** Evidence by the claim that it is for, one piece for each. */
export const EvidenceByClaim = z
  .record(ClaimName, Artifact)
  .refine((all) => Object.keys(all).length > 0 && Object.keys(all).length <= 32, 'must name from 1 to 32 claims');
export type EvidenceByClaim = z.infer<typeof EvidenceByClaim>;

/** What opens an addendum's digest: handed on with it, or not. */
export const EvidenceDisclosure = z.strictObject({ salt: Sha256, artifact: Artifact, gathered: z.unknown().optional() });
export type EvidenceDisclosure = z.infer<typeof EvidenceDisclosure>;

/** An addendum as it is handed out with a bundle. */
export const AddendumBundle = z
  .strictObject({ envelope: Envelope, evidence: EvidenceDisclosure.optional(), proof: z.string().max(65_536) })
  .meta({ id: 'AddendumBundle' });
export type AddendumBundle = z.infer<typeof AddendumBundle>;
