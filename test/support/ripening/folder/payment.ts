import { z } from 'zod';
import type { ClaimKind } from '../../../../src/claims/kind.ts';
import { PAYMENT } from '../../../../src/claims/texts.ts';
import { ripens } from '../ripens.ts';

export const kind: ClaimKind = { text: PAYMENT, order: 1, artifacts: { ripens }, trust: z.unknown() };
