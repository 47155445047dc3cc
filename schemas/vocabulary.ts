import { z } from 'zod';

/** The words of DESIGN, "The words", as every layer spells them. Lists are in order: trust and freshness fall from left to right. */
export const TIERS = ['active', 'background', 'dormant'] as const;
export const Tier = z
  .enum(TIERS)
  .meta({ id: 'Tier', description: 'How far a row may steer now: active, background (unverified, with its age) or dormant.' });
export type Tier = z.infer<typeof Tier>;

export const STANDINGS = ['live', 'contested', 'superseded', 'retracted', 'erased'] as const;
export const Standing = z
  .enum(STANDINGS)
  .meta({ id: 'Standing', description: 'Only live and contested rows are served, a contested one never as active.' });
export type Standing = z.infer<typeof Standing>;

export const ORIGIN_KINDS = ['user_stated', 'app_asserted', 'model_inferred', 'tool_output', 'external_data', 'imported'] as const;
export const OriginKind = z.enum(ORIGIN_KINDS).meta({ id: 'OriginKind', description: 'Where a row comes from, in falling trust.' });
export type OriginKind = z.infer<typeof OriginKind>;

export const MEMORY_TYPES = ['semantic', 'episodic'] as const;
export const MemoryType = z.enum(MEMORY_TYPES).meta({ id: 'MemoryType' });
export type MemoryType = z.infer<typeof MemoryType>;

export const CATEGORIES = [
  'identity',
  'career',
  'interests',
  'relationships',
  'health',
  'finance',
  'learning',
  'travel',
  'productivity',
  'private',
] as const;
export const Category = z.enum(CATEGORIES).meta({ id: 'Category' });
export type Category = z.infer<typeof Category>;

export const CAPABILITIES = [
  'remember',
  'edit',
  'retrieve',
  'list',
  'receipt',
  'contest',
  'confirm',
  'import',
  'export',
  'review',
] as const;
export const Capability = z
  .enum(CAPABILITIES)
  .meta({ id: 'Capability', description: 'What a grant allows; the owner’s signature is never among it.' });
export type Capability = z.infer<typeof Capability>;

export const GrantRole = z.enum(['app', 'device', 'reviewer']).meta({ id: 'GrantRole' });
export type GrantRole = z.infer<typeof GrantRole>;

export const Channel = z.enum(['api', 'owner']).meta({ id: 'Channel', description: 'Which door a row came in by.' });
export type Channel = z.infer<typeof Channel>;

export const BASIS_REASONS = ['observed', 'recorded', 'edit', 'repeat', 'source'] as const;
export const BasisReason = z.enum(BASIS_REASONS).meta({
  id: 'BasisReason',
  description: 'Which of the known times is the earliest: its own, that of the version it edits, the row it repeats, or a source.',
});
export type BasisReason = z.infer<typeof BasisReason>;

/** Open on the wire: a service may know more claims than the one that reads its answers. Which it knows, src/claims/kinds/ says. */
export const ClaimName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be the name of a claim: lower-case letters, digits and underscores')
  .meta({
    id: 'ClaimName',
    description: 'memory, output, payment, enclave, exchange, mode, settlement, model, route, external_data, or one that the service adds.',
    examples: ['model'],
  });
export type ClaimName = z.infer<typeof ClaimName>;

export const ClaimStatus = z.enum(['absent', 'asserted', 'pending', 'verified', 'failed']).meta({ id: 'ClaimStatus' });
export type ClaimStatus = z.infer<typeof ClaimStatus>;
