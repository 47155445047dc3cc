import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { MemSyncClient } from '../src/sdk/client.ts';
import { freshVault } from './place.ts';

/**
 * `node bench/tokens.ts --url http://127.0.0.1:8787 --count 5 --out tokens.json`: makes so many empty vaults through the public API and writes
 * one app token for each, as a JSON list, for evaluations that fill vaults of their own. The owners' keys are thrown away.
 */
const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8787' },
    count: { type: 'string', default: '1' },
    out: { type: 'string', default: 'tokens.json' },
  },
});

const client = new MemSyncClient({ url: values.url });
const tokens: string[] = [];
for (let i = 0; i < Number(values.count); i += 1) {
  const made = freshVault(Date.now());
  await client.createVault(made.request);
  tokens.push(made.appToken);
}
writeFileSync(values.out, `${JSON.stringify(tokens, null, 1)}\n`, { mode: 0o600 });
console.log(`${tokens.length} vaults made; their tokens are in ${values.out}`);
