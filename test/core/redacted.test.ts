import { Console } from 'node:console';
import { PassThrough } from 'node:stream';
import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { base64, hex } from '../../src/core/bytes.ts';
import { MemSyncError } from '../../src/core/errors.ts';
import { Redacted } from '../../src/core/redacted.ts';

const BYTES = Uint8Array.from({ length: 32 }, (_, i) => 0xa0 + i);
const secret = new Redacted(BYTES.slice());

/** Everything that the bytes could look like in print. */
const SPELLINGS = [hex(BYTES), base64(BYTES), [...BYTES].join(','), [...BYTES].join(', '), 'a0 a1 a2', '160'];

function logged(...values: readonly unknown[]): string {
  const out = new PassThrough();
  const console = new Console({ stdout: out, stderr: out });
  console.log(...values);
  console.error(...values);
  console.dir(values[0], { depth: 9, showHidden: true });
  console.table([values[0]]);
  return String(out.read());
}

const PRINTS: readonly [string, () => string][] = [
  ['console.log, error, dir and table', () => logged(secret)],
  ['console.log of an object that has it', () => logged({ deep: { key: secret } })],
  ['util.inspect', () => inspect(secret)],
  ['util.inspect of what is hidden', () => inspect({ key: secret }, { showHidden: true, depth: 9 })],
  ['a format string', () => format('%s %o %O %j', secret, secret, secret, secret)],
  ['JSON', () => JSON.stringify({ key: secret, list: [secret] })],
  ['a template', () => `${secret.toString()} ${String(secret)}`],
  ['a join', () => [secret, secret].join('+')],
  ['an error’s message', () => inspect(new Error(`The key ${String(secret)} is wrong.`))],
  ['an error that it caused', () => inspect(new Error('wrong', { cause: secret }))],
  ['an error with it as a field', () => inspect(Object.assign(new Error('wrong'), { key: secret }))],
  ['a coded error’s cause', () => inspect(new MemSyncError('internal', 'wrong', { cause: { key: secret } }))],
];

describe('what is redacted', () => {
  it.each(PRINTS)('does not show in %s', (_where, print) => {
    const text = print();
    expect(text).toContain('[redacted]');
    for (const spelling of SPELLINGS) expect(text).not.toContain(spelling);
  });

  it('does not show where its own form is not asked for', () => {
    const printed = [
      inspect(secret, { customInspect: false, showHidden: true }),
      JSON.stringify({ ...secret }),
      Object.keys(secret).join(),
    ];
    for (const text of printed) for (const spelling of SPELLINGS) expect(text).not.toContain(spelling);
    expect(Reflect.ownKeys(secret)).toEqual([]);
    expect(structuredClone({ key: secret })).toEqual({ key: {} });
  });

  it('is handed out by reveal, itself and no copy', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    expect(new Redacted(bytes).reveal()).toBe(bytes);
  });

  it('is zeroed in place by wipe', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const kept = new Redacted(bytes);
    kept.wipe();
    expect([...bytes]).toEqual([0, 0, 0]);
    expect(kept.reveal()).toBe(bytes);
  });
});
