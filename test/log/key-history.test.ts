import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMemSyncError } from '../../src/core/errors.ts';
import { encodeKeyHistory, lastOf, readKeyHistory, verifyKeyHistory } from '../../src/log/key-history.ts';
import { encodeKeyStatement, parseKeyStatement } from '../../src/log/key-statement.ts';
import { parseNote } from '../../src/log/note.ts';
import { historyOf, logOf, NOON, ORIGIN, receiptsOf, rootAt, rootOf, type Stated } from './history.ts';
import { makeSigner, verify } from './signer.ts';

const THREE: readonly Stated[] = [
  { size: 0, log: 1, receipts: 2 },
  { size: 40, log: 3, receipts: 2 },
  { size: 90, log: 3, receipts: 4 },
];
const NOTES = historyOf(...THREE);
const HISTORY = encodeKeyHistory(NOTES);
const PINNED = rootOf(100).key;

const codeOf = (text: string, root = PINNED): string => {
  try {
    verifyKeyHistory(text, root, verify);
    return 'holds';
  } catch (error) {
    return isMemSyncError(error) ? error.code : String(error);
  }
};
const comesTo = (...stated: readonly Stated[]) => codeOf(encodeKeyHistory(historyOf(...stated)));

describe('a statement', () => {
  const [note = ''] = NOTES;
  const { text } = parseNote(note);
  const lines = text.split('\n').slice(0, -1);

  it('is read back as it was written', () => {
    const statement = parseKeyStatement(text);
    expect(statement).toMatchObject({ origin: ORIGIN, number: 0, previous: null, at: NOON, size: 0 });
    expect(statement).toMatchObject({ log: logOf(1).key, receipts: receiptsOf(2).key, root: PINNED });
    expect(encodeKeyStatement(statement)).toBe(text);
    expect(text).toMatch(
      /^memsync\/keys\/v1\norigin memsync\.example\/log\nnumber 0\nprevious -\nat 2026-11-21T12:00:00\.000Z\nsize 0 47DEQ/,
    );
  });

  it('has one spelling: no line dropped, doubled, swapped, empty, indented, of another kind or with another line end', () => {
    const refuses = (changed: readonly string[]) =>
      expect(() => parseKeyStatement(changed.join('\n'))).toThrow(expect.objectContaining({ code: 'encoding_invalid' }));
    for (const [i, line] of lines.entries()) {
      refuses([...lines.toSpliced(i, 1), '']);
      refuses([...lines.toSpliced(i, 0, line), '']);
      refuses([...lines.toSpliced(i, 0, ''), '']);
      refuses([...lines.with(i, ` ${line}`), '']);
      refuses([...lines.with(i, `${line} `), '']);
      refuses([...lines.with(i, `${line}\r`), '']);
      if (i > 0) refuses([...lines.with(i, line.replace(' ', '  ')), '']);
      refuses([...lines.with(i, line.toUpperCase()), '']);
      for (const [j, other] of lines.entries()) if (i < j) refuses([...lines.with(i, other).with(j, line), '']);
    }
    refuses(lines);
    refuses([...lines, '', '']);
    refuses([...lines.with(2, 'number 00'), '']);
    refuses([...lines.with(4, 'at 2026-11-21T12:00:00Z'), '']);
    refuses([...lines.with(4, 'at 2026-11-21T13:00:00.000+01:00'), '']);
  });

  it('cannot say what is not meant', () => {
    const statement = parseKeyStatement(text);
    for (const change of [
      { origin: 'memsync.example/other' },
      { number: 1 },
      { previous: new Uint8Array(32) },
      { previous: new Uint8Array(31), number: 1 },
      { logRoot: rootAt(1) },
      { size: -1 },
      { size: 2 ** 53 },
      { receipts: { ...receiptsOf(1).key } },
      { root: rootOf(1).key },
    ]) {
      expect(() => encodeKeyStatement({ ...statement, ...change })).toThrow(expect.objectContaining({ code: 'input_invalid' }));
    }
  });
});

describe('a history', () => {
  it('is read, with the last statement in force', () => {
    const history = verifyKeyHistory(HISTORY, PINNED, verify);
    expect(history.map(({ number, size }) => [number, size])).toEqual([
      [0, 0],
      [1, 40],
      [2, 90],
    ]);
    expect(history.map(({ note }) => note)).toEqual(NOTES);
    expect(lastOf(history).receipts).toEqual(receiptsOf(4).key);
  });

  it('of one statement holds as well, and none of no statement', () => {
    expect(codeOf(NOTES[0] ?? '')).toBe('holds');
    for (const text of ['', '\n', '\n\n', ' ', 'memsync/keys/v1\n']) expect(codeOf(text)).toBe('key_history_broken');
  });

  it('is refused with any line of any statement altered, dropped, doubled, or swapped with another', () => {
    const lines = HISTORY.split('\n').slice(0, -1);
    const fails = (changed: readonly string[]) => expect(codeOf(`${changed.join('\n')}\n`)).toBe('key_history_broken');
    for (const [i, line] of lines.entries()) {
      fails(lines.toSpliced(i, 1));
      fails(lines.toSpliced(i, 0, line));
      fails(lines.with(i, `${line}x`));
      for (const [j, other] of lines.entries()) if (i < j && other !== line) fails(lines.with(i, other).with(j, line));
    }
    expect(lines.length).toBe(3 * 11 + 2);
  });

  it('is refused with any one character another', () => {
    fc.assert(
      fc.property(fc.nat({ max: HISTORY.length - 1 }), fc.constantFrom('0', '1', 'a', 'Z', ' ', '\n', '+', '='), (at, character) => {
        const changed = HISTORY.slice(0, at) + character + HISTORY.slice(at + 1);
        expect(codeOf(changed)).toBe(changed === HISTORY ? 'holds' : 'key_history_broken');
      }),
      { numRuns: 300 },
    );
  });

  it('is refused with statements out of order, left out, doubled, or from another history; cut short it is an earlier one', () => {
    const [a = '', b = '', c = ''] = NOTES;
    const others = historyOf(...THREE.with(1, { size: 41, log: 3, receipts: 2 }));
    for (const notes of [
      [b, a, c],
      [a, c, b],
      [b, c],
      [a, c],
      [a, a, b, c],
      [a, b, b],
      [a, others[1] ?? '', c],
      [a, b, others[2] ?? ''],
    ])
      expect(codeOf(encodeKeyHistory(notes))).toBe('key_history_broken');
    expect(readKeyHistory(encodeKeyHistory([a, b]), verify)).toHaveLength(2);
    expect(codeOf(HISTORY.slice(1))).toBe('key_history_broken');
    expect(codeOf(`${HISTORY}\n`)).toBe('key_history_broken');
    for (let end = 1; end < HISTORY.length; end += 1) {
      const whole = [a, `${a}\n${b}`].includes(HISTORY.slice(0, end));
      expect(codeOf(HISTORY.slice(0, end))).toBe(whole ? 'holds' : 'key_history_broken');
    }
  });

  it('is not believed by another root, nor by one of the same name', () => {
    expect(codeOf(HISTORY, rootOf(101).key)).toBe('key_untrusted');
    expect(codeOf(HISTORY, { ...PINNED, name: 'memsync.example/other' })).toBe('key_untrusted');
    expect(codeOf(HISTORY, logOf(1).key)).toBe('key_untrusted');
  });

  it('is refused where a statement, in itself well signed, does not follow', () => {
    const [first, second] = [THREE[0] ?? { size: 0, log: 1, receipts: 2 }, { size: 40, log: 3, receipts: 2 }];
    expect(comesTo(first, second)).toBe('holds');
    expect(comesTo(first, { ...second, change: { number: 2 } })).toBe('key_history_broken');
    expect(comesTo(first, { ...second, change: { previous: new Uint8Array(32) } })).toBe('key_history_broken');
    expect(comesTo(first, { ...second, at: NOON - 1 })).toBe('key_history_broken');
    expect(comesTo(first, second, { ...second, size: 39 })).toBe('key_history_broken');
    expect(comesTo(first, second, { ...second, receipts: 4 })).toBe('holds');
    expect(comesTo(first, second, { ...second, receipts: 4, change: { logRoot: rootAt(41) } })).toBe('key_history_broken');
  });

  it('is refused where a key comes back that had been replaced', () => {
    const [first] = THREE;
    if (first === undefined) throw new Error('no first');
    expect(comesTo(first, { ...first, size: 1, log: 3 }, { ...first, size: 2 })).toBe('key_history_broken');
    expect(comesTo(first, { ...first, size: 1, receipts: 4 }, { ...first, size: 2 })).toBe('key_history_broken');
    expect(comesTo(first, { ...first, root: 101 }, { ...first, root: 100 })).toBe('key_history_broken');
  });

  it('is refused where the wrong root signs, both do, or none', () => {
    const first = { size: 0, log: 1, receipts: 2 };
    const [mine, other] = [rootOf(100).signer, rootOf(101).signer];
    for (const signers of [[other], [mine, other], [other, mine], [mine, logOf(1).signer]])
      expect(comesTo(first, { ...first, log: 3, signers })).toBe('key_history_broken');
    expect(comesTo({ ...first, signers: [other] })).toBe('key_history_broken');
  });

  it('hands over to another root, signed by both; either may be pinned', () => {
    const first = { size: 0, log: 1, receipts: 2 };
    const handed = [first, { ...first, size: 5, root: 101 }, { ...first, size: 6, log: 3 }];
    const text = encodeKeyHistory(historyOf(...handed));
    for (const seed of [100, 101]) expect(codeOf(text, rootOf(seed).key)).toBe('holds');
    expect(codeOf(text, rootOf(102).key)).toBe('key_untrusted');
    const [old, fresh] = [rootOf(100).signer, rootOf(101).signer];
    for (const signers of [[old], [fresh], [fresh, old]])
      expect(comesTo(first, { ...first, root: 101, signers })).toBe('key_history_broken');
    expect(comesTo(first, { ...first, root: 101 }, { ...first, size: 6, signers: [old] })).toBe('key_history_broken');
    const renamed = makeSigner('memsync.example/renamed', 100);
    expect(comesTo(first, { ...first, change: { root: renamed.key }, signers: [old, renamed.signer] })).toBe('key_history_broken');
  });

  it('goes on under another name of the log, and never back', () => {
    const first = { size: 0, log: 1, receipts: 2 };
    const moved = { ...first, size: 3, origin: `${ORIGIN}/restored-1` };
    expect(comesTo(first, { ...first, size: 9, receipts: 4 }, { ...moved, receipts: 4 })).toBe('holds');
    expect(comesTo(first, moved, { ...first, size: 9 })).toBe('key_history_broken');
  });
});

describe('a history of more statements than any operator makes', () => {
  it('is refused before a signature of it is checked', () => {
    let checked = 0;
    const text = encodeKeyHistory(Array.from({ length: 1001 }, () => NOTES[0] ?? ''));
    expect(() =>
      readKeyHistory(text, (...given) => {
        checked += 1;
        return verify(...given);
      }),
    ).toThrow(expect.objectContaining({ code: 'key_history_broken' }));
    expect(checked).toBe(0);
  });
});
