import type { ClaimKind } from '../kind.ts';
import { SETTLEMENT } from '../texts.ts';

/** Settlement of an exchange on a chain, alone or in a batch (FORMATS, "OpenGradient's signed inference", settlement). */
export const kind: ClaimKind = { text: SETTLEMENT, order: 6, artifacts: {} };
