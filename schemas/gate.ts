import { z } from 'zod';
import { EvidenceName as Name } from './evidence.ts';
import { LIMITS } from './limits.ts';
import { text } from './primitives.ts';
import { ClaimName } from './vocabulary.ts';

/** What a claim, a check or a fact must have come to at least. */
const AtLeast = z.enum(['asserted', 'verified']).default('verified');

/** The claim itself. */
export const ClaimCondition = z.strictObject({ claim: ClaimName, status: AtLeast });
/** One check of a claim, whatever the others came to. */
export const CheckCondition = z.strictObject({ claim: ClaimName, check: Name, status: AtLeast });
/** A fact of a claim is one of these: the approved artefact, say. */
export const FactCondition = z.strictObject({
  claim: ClaimName,
  fact: Name,
  oneOf: z.array(z.string().min(1).max(LIMITS.refLength)).min(1).max(1000),
  status: AtLeast,
});
/**
 * Of the memory that was served. `no_contested_cited`: no row that the answer cites was, or is by now, in doubt (where nobody knows what it
 * cites, no row that was served). `no_contested_served`: the same of every row. `all_standing`: none has been contested, superseded, retracted or erased.
 */
export const MemoryCondition = z.strictObject({ memory: z.enum(['no_contested_cited', 'no_contested_served', 'all_standing']) });
/** Every row that was placed active has been validated by the owner, in this version, within so many days of now. */
export const ValidatedCondition = z.strictObject({ memory: z.literal('active_validated'), withinDays: z.int().min(1).max(36_500) });
/** A reviewer has cleared the case. Left out of account when it is asked whether one may. */
const ReviewCondition = z.strictObject({ review: z.literal('cleared') });

export const GateCondition = z
  .union([FactCondition, CheckCondition, ClaimCondition, ValidatedCondition, MemoryCondition, ReviewCondition])
  .meta({ id: 'GateCondition' });
export type GateCondition = z.infer<typeof GateCondition>;

/** What has to be known before something moves on. Nothing counts that is not named here. */
export const GatePolicy = z
  .strictObject({
    gate: text(LIMITS.labelLength).meta({ description: 'What the gate is for, in a word or two.' }),
    version: z.int().min(1),
    require: z.array(GateCondition).min(1).max(LIMITS.conditions),
  })
  .meta({ id: 'GatePolicy', description: 'All of the conditions must hold for the gate to be open.' });
export type GatePolicy = z.infer<typeof GatePolicy>;
/** The same before defaults are filled in. */
export type GatePolicyGiven = z.input<typeof GatePolicy>;

/** One condition with whether it holds, and in words why not. */
export const ConditionOutcome = z
  .strictObject({ condition: GateCondition, met: z.boolean(), detail: z.string() })
  .meta({ id: 'ConditionOutcome' });
export type ConditionOutcome = z.infer<typeof ConditionOutcome>;
