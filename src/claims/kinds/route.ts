import type { ClaimKind } from '../kind.ts';
import { ROUTE } from '../texts.ts';

/** The way that a request took: OHTTP relay and provider (FORMATS, "OpenGradient's signed inference", OHTTP relay). */
export const kind: ClaimKind = { text: ROUTE, order: 8, artifacts: {} };
