import { expect, it } from 'vitest';
import { nextStatement } from '../../src/app/operator/next-statement.ts';
import { logOf, NOON, ORIGIN, receiptsOf, rootAt, rootOf } from '../log/history.ts';

it('a statement of keys is dated after all that the keys before it have signed, though the clock was set back', () => {
  const keys = {
    log: logOf(1).key.publicKey,
    receipts: receiptsOf(2).key.publicKey,
    receiptsName: receiptsOf(2).key.name,
    root: rootOf(100).key,
  };
  const log = { origin: ORIGIN, size: 5, root: rootAt(5) };
  const at = (lastAt: number) => nextStatement(null, { ...log, lastAt }, keys, NOON).at;
  expect([at(NOON + 5000), at(NOON), at(NOON - 5000)]).toEqual([NOON + 5000, NOON, NOON]);
  expect(nextStatement(null, log, keys, NOON).at).toBe(NOON);
});
