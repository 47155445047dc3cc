import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '../../src/core/json.ts';

const refused = expect.objectContaining({ code: 'json_invalid' });

describe('parseStrictJson', () => {
  it('gives what JSON.parse gives, however the text is spaced', () => {
    fc.assert(
      fc.property(fc.json({ depthSize: 'medium' }), fc.constantFrom(0, 1, '\t', '\n '), (json, space) => {
        const value: unknown = JSON.parse(json);
        const text = JSON.stringify(value, null, space);
        expect(parseStrictJson(text)).toEqual(value);
      }),
    );
  });

  it.each([
    ['at the top', '{"a":1,"a":1}'],
    ['not side by side', '{"a":1,"b":[{"c":{}}],"a":2}'],
    ['in an object in an array', '[1,{"a":1,"a":2}]'],
    ['in an object in an object', '{"x":{"a":1,"a":2}}'],
    ['after an array', '{"a":[{"a":1},"a"],"a":2}'],
    ['after an empty object', '{"a":{},"a":2}'],
    ['spelt with an escape', String.raw`{"a":1,"\u0061":2}`],
    ['with a quote in them', String.raw`{"\"":1,"\"":2}`],
    ['that are empty', '{"":1,"":2}'],
    ['that are called __proto__', '{"__proto__":1,"__proto__":2}'],
    ['spaced out', '{ "a" : 1 ,\n "a"\t: 2 }'],
  ])('refuses equal keys %s', (_, text) => {
    expect(() => parseStrictJson(text)).toThrow(refused);
  });

  it.each([
    ['in different objects', '[{"a":1},{"a":{"a":1}}]'],
    ['that differ in case', '{"a":1,"A":2}'],
    ['as values', '{"a":"a","b":"a"}'],
    ['as marks in strings', String.raw`{"a":"{\"a\":1,","b":",\"a\":}"}`],
    ['behind a backslash', String.raw`{"a":"\\","b":"\\\""}`],
    ['in an array', '["a","a"]'],
  ])('takes equal names %s', (_, text) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });

  it('refuses any object one of whose keys was put in again', () => {
    const objects = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1, noNullPrototype: true });
    fc.assert(
      fc.property(objects, fc.nat(), fc.jsonValue(), (object, at, value) => {
        const members = Object.entries(object).map(([key, one]) => `${JSON.stringify(key)}:${JSON.stringify(one)}`);
        const again = Object.keys(object)[at % members.length] ?? '';
        members.splice(at % (members.length + 1), 0, `${JSON.stringify(again)}:${JSON.stringify(value)}`);
        expect(() => parseStrictJson(`{${members.join(',')}}`)).toThrow(refused);
      }),
    );
  });

  it.each(['', '{', '{"a":1', '{"a":1}}', "{'a':1}", '{"a":1,}', '[1 2]', 'undefined', '\ufeff{}', '"\n"', '"'])('refuses %j', (text) => {
    expect(() => parseStrictJson(text)).toThrow(refused);
  });

  it('refuses what nests deep, and does not fall over it', () => {
    expect(parseStrictJson('['.repeat(64) + ']'.repeat(64))).toBeInstanceOf(Array);
    expect(() => parseStrictJson('['.repeat(65) + ']'.repeat(65))).toThrow(refused);
    expect(() => parseStrictJson(`${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`)).toThrow(refused);
  });

  it('takes a long string', () => {
    const long = String.raw`\u0061"`.slice(0, 6).repeat(500_000);
    expect(parseStrictJson(`{"a":"${long}"}`)).toEqual({ a: 'a'.repeat(500_000) });
  });
});
