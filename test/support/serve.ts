import { readServiceSettings } from '../../src/config/settings.ts';
import { serve } from '../../src/main.ts';

process.exitCode = await serve(readServiceSettings());
