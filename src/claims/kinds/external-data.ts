import type { ClaimKind } from '../kind.ts';
import { EXTERNAL_DATA } from '../texts.ts';

/** Content that a gateway fetched and signed, a web search say (FORMATS, "OpenGradient's signed inference", data nodes). */
export const kind: ClaimKind = { text: EXTERNAL_DATA, order: 9, artifacts: {} };
