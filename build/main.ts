import { join } from 'node:path';
import { ROOT } from './portable.ts';
import { buildVerifier } from './verifier.ts';

await buildVerifier(join(ROOT, 'dist/verify'));
