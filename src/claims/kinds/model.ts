import type { ClaimKind } from '../kind.ts';
import { MODEL } from '../texts.ts';

/** The model artefact: bytes behind a Walrus blob ID or a SHA-256 (FORMATS, "Model artefact"). */
export const kind: ClaimKind = { text: MODEL, order: 7, artifacts: {} };
