import { z } from 'zod';
import type { ClaimKind } from '../../../../src/claims/kind.ts';
import { SETTLEMENT } from '../../../../src/claims/texts.ts';
import { ripens } from '../ripens.ts';

export const kind: ClaimKind = { text: SETTLEMENT, order: 1, artifacts: { ripens }, trust: z.unknown() };
