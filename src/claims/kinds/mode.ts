import type { ClaimKind } from '../kind.ts';
import { MODE } from '../texts.ts';

/** The declared mode of execution: VANILLA, TEE or ZKML (FORMATS, "OpenGradient's signed inference", modes). */
export const kind: ClaimKind = { text: MODE, order: 5, artifacts: {} };
