import { readServiceSettings } from '../../src/config/settings.ts';
import { serve } from '../../src/main.ts';

/** A service in which something goes wrong that nothing catches. */
await serve(readServiceSettings(), ({ url }) => {
  console.log(`${url}\n0 vaults`);
  setImmediate(() => void Promise.reject(new SyntaxError('nobody awaits this')));
});
