import { z } from 'zod';
import type { ClaimKind } from '../../../../src/claims/kind.ts';
import { SETTLEMENT } from '../../../../src/claims/texts.ts';
import { stub } from '../stub.ts';

export const kind: ClaimKind = { text: SETTLEMENT, order: 6, artifacts: { stub }, trust: z.string() };
