import type { ClaimKind } from '../kind.ts';
import { EXCHANGE } from '../texts.ts';

/** OpenGradient's signed inference (FORMATS, "OpenGradient's signed inference"). */
export const kind: ClaimKind = { text: EXCHANGE, order: 4, artifacts: {} };
