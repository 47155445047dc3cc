import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCosignerKey } from '../../src/log/cosigner-key.ts';
import { parsePolicy, quorumInWords, quorumMet, type WitnessPolicy } from '../../src/log/policy.ts';
import { encodeVerifierKey } from '../../src/log/verifier-key.ts';
import { makeCosigner } from './cosigner.ts';
import { outcome } from './outcome.ts';
import { makeSigner } from './signer.ts';

const log = (seed: number): string => `log ${encodeVerifierKey(makeSigner(`log${seed}.example`, seed).key)}`;
const witness = (name: string, seed: number): string => `witness ${name} ${encodeCosignerKey(makeCosigner(`w${seed}.example`, seed).key)}`;
const THREE = [witness('w1', 1), witness('w2', 2), witness('w3', 3)].join('\n');
const met = (policy: WitnessPolicy, ...cosigned: string[]): boolean => quorumMet(policy, new Set(cosigned));

/** The specification's example of two levels. */
const TWO_LEVELS = `${log(9)}

${witness('X1', 1)}
${witness('X2', 2)}
${witness('X3', 3)}
group X-witnesses 2 X1 X2 X3

${witness('Y1', 4)}
${witness('Y2', 5)}
${witness('Y3', 6)}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`;

describe('a policy', () => {
  it('is read, with logs, witnesses, URLs and groups', () => {
    const policy = parsePolicy(
      `# Ours.\n\t${log(9)}\thttps://log.example/ \n${witness('w1', 1)} https://w.example/\n \t\n  # end\nquorum w1`,
    );
    expect(policy.logs).toEqual([{ key: makeSigner('log9.example', 9).key, url: 'https://log.example/' }]);
    expect(policy.witnesses).toEqual([{ name: 'w1', key: makeCosigner('w1.example', 1).key, url: 'https://w.example/', line: 3 }]);
    expect(policy.groups).toEqual([]);
    expect(policy.quorum).toBe('w1');
    expect(quorumInWords(policy)).toBe('w1');
  });

  it('of two levels is met as the specification says', () => {
    const policy = parsePolicy(TWO_LEVELS);
    expect(quorumInWords(policy)).toBe('2 of X-witnesses, Y-witnesses');
    expect(met(policy, 'X1', 'X3', 'Y2')).toBe(true);
    expect(met(policy, 'X1', 'X2', 'X3')).toBe(false);
    expect(met(policy, 'X1', 'Y1', 'Y2', 'Y3')).toBe(false);
    expect(met(policy)).toBe(false);
    // What is no witness of the policy counts for nothing, whatever it is called.
    expect(met(policy, 'X-and-Y', 'X-witnesses', 'Y-witnesses', 'Z')).toBe(false);
  });

  it('that asks for nobody is always met', () => {
    for (const text of ['quorum none', `quorum none\n${THREE}\n`]) {
      expect(met(parsePolicy(text))).toBe(true);
      expect(quorumInWords(parsePolicy(text))).toBe('none');
    }
  });

  it('asks for k of n, whichever they are', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const lines = names.map((name, i) => witness(name, i + 1)).join('\n');
    fc.assert(
      fc.property(fc.constantFrom('any', 'all', '1', '2', '3', '4', '5'), fc.subarray(names), (k, cosigned) => {
        const policy = parsePolicy(`${lines}\ngroup g ${k} ${names.join(' ')}\nquorum g\n`);
        const threshold = k === 'any' ? 1 : k === 'all' ? 5 : Number(k);
        expect(quorumMet(policy, new Set(cosigned))).toBe(cosigned.length >= threshold);
      }),
    );
  });

  it('takes names for bytes', () => {
    const policy = parsePolicy(`${witness('K', 1)}\n${witness('\u212a', 2)}\n${witness('a\u0085\u00a0b', 3)}\nquorum \u212a`);
    expect(policy.witnesses.map(({ name }) => name)).toEqual(['K', '\u212a', 'a\u0085\u00a0b']);
    expect(met(policy, 'K')).toBe(false);
    expect(met(policy, '\u212a')).toBe(true);
  });

  it('may have 32 of each, and no more', () => {
    const lines = (count: number, line: (i: number) => string): string => Array.from({ length: count }, (_, i) => line(i)).join('\n');
    const policy = (logs: number, witnesses: number, groups: number): string =>
      [
        lines(logs, (i) => log(i + 100)),
        lines(witnesses, (i) => witness(`w${i}`, i)),
        lines(groups, (i) => `group g${i} 1 ${i < 32 ? `w${i}` : 'g0'}`),
        'quorum none',
      ].join('\n');
    expect(parsePolicy(policy(32, 32, 32)).groups).toHaveLength(32);
    for (const [logs, witnesses, groups] of [
      [33, 32, 32],
      [32, 33, 32],
      [32, 32, 33],
    ] as const) {
      expect(() => parsePolicy(policy(logs, witnesses, groups))).toThrow(/32/);
    }
    expect(() => parsePolicy(`quorum none\n#${' '.repeat(65_536)}`)).toThrow(/65,536/);
  });

  it.each<[string, RegExp, string]>([
    ['nothing', /no line/, ''],
    ['no quorum', /no line/, THREE],
    ['two quorums', /Line 2: .*one quorum/, 'quorum none\nquorum none'],
    ['a quorum that is not defined', /Line 1: /, `quorum w1\n${THREE}`],
    ['a quorum of nothing', /Line 1: /, 'quorum'],
    ['a quorum of two', /Line 4: /, `${THREE}\nquorum w1 w2`],
    ['another keyword', /Line 1: /, 'Quorum none'],
    ['a comment behind', /Line 1: /, 'quorum none # ours'],
    ['a carriage return', /Line 1: .*control/, 'quorum none\r\n'],
    ['a form feed', /Line 1: .*control/, 'quorum\fnone\n'],
    ['a NUL', /Line 2: .*control/, 'quorum none\n# \0'],
    ['a DEL', /Line 2: .*control/, 'quorum none\n# \u007f'],
    ['a lone surrogate', /Line 2: /, 'quorum none\n# \ud800'],
    ['a no-break space between words', /Line 1: /, 'quorum\u00a0none'],
    ['a log without a key', /Line 1: /, 'log\nquorum none'],
    ['a log with too much', /Line 1: /, `${log(1)} https://a https://b\nquorum none`],
    ['a log with a witness’s key', /Line 1: .*Ed25519/, `log ${encodeCosignerKey(makeCosigner('a', 1).key)}\nquorum none`],
    ['a witness with a log’s key', /Line 1: .*cosigner/, `witness a ${encodeVerifierKey(makeSigner('a', 1).key)}\nquorum none`],
    ['a witness without a key', /Line 1: /, 'witness a\nquorum none'],
    ['a witness with too much', /Line 1: /, `${witness('a', 1)} https://a b\nquorum none`],
    ['a key that is cut', /Line 1: /, `${witness('a', 1).slice(0, -1)}\nquorum none`],
    ['one log twice', /Line 2: /, `${log(1)}\n${log(1)} https://b\nquorum none`],
    ['one witness twice', /Line 2: /, `${witness('a', 1)}\n${witness('b', 1)}\nquorum none`],
    ['one name twice', /Line 2: /, `${witness('a', 1)}\n${witness('a', 2)}\nquorum none`],
    ['a group of a witness’s name', /Line 4: /, `${THREE}\ngroup w1 any w1\nquorum none`],
    ['a witness called none', /Line 1: /, `${witness('none', 1)}\nquorum none`],
    ['a group called none', /Line 4: /, `${THREE}\ngroup none any w1\nquorum none`],
    ['a group of none', /Line 4: /, `${THREE}\ngroup g any none\nquorum g`],
    ['a group of nobody', /Line 4: /, `${THREE}\ngroup g 1\nquorum g`],
    ['a group of itself', /Line 4: /, `${THREE}\ngroup g any g\nquorum g`],
    ['a group of one to come', /Line 4: /, `${THREE}\ngroup g any h\ngroup h any w1\nquorum g`],
    ['a member twice', /Line 4: /, `${THREE}\ngroup g 2 w1 w1\nquorum g`],
    ['a member of two groups', /Line 5: /, `${THREE}\ngroup g any w1 w2\ngroup h any w2 w3\nquorum h`],
    ['none of three', /Line 4: /, `${THREE}\ngroup g 0 w1 w2 w3\nquorum g`],
    ['four of three', /Line 4: /, `${THREE}\ngroup g 4 w1 w2 w3\nquorum g`],
    ['a leading zero', /Line 4: /, `${THREE}\ngroup g 02 w1 w2 w3\nquorum g`],
    ['a sign', /Line 4: /, `${THREE}\ngroup g +2 w1 w2 w3\nquorum g`],
    ['hexadecimal', /Line 4: /, `${THREE}\ngroup g 0x2 w1 w2 w3\nquorum g`],
    ['half a witness', /Line 4: /, `${THREE}\ngroup g 1.5 w1 w2 w3\nquorum g`],
    ['a number past all', /Line 4: /, `${THREE}\ngroup g 99999999999999999999 w1 w2 w3\nquorum g`],
    ['All in capitals', /Line 4: /, `${THREE}\ngroup g All w1 w2 w3\nquorum g`],
  ])('with %s is refused by its line', (_, message, text) => {
    expect(() => parsePolicy(text)).toThrow(expect.objectContaining({ code: 'line_invalid', message: expect.stringMatching(message) }));
  });

  it('never asks for fewer, whatever text is read', () => {
    const words = fc.constantFrom(
      'log',
      'witness',
      'group',
      'quorum',
      'none',
      'any',
      'all',
      '1',
      '2',
      'w1',
      'w2',
      'g',
      '#',
      witness('w1', 1),
      witness('w2', 2),
      '\n',
      ' ',
      '\t',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 24 }), (parts) => {
        const read = outcome(() => parsePolicy(parts.join(' ').replaceAll(' \n ', '\n')));
        if ('code' in read) expect(read.code).toBe('line_invalid');
        // Nobody having cosigned is enough only where the policy says so.
        else expect(quorumMet(read.value, new Set())).toBe(read.value.quorum === null);
      }),
      { numRuns: 2000 },
    );
  });
});
