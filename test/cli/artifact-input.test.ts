import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readArtifactInput } from '../../src/cli/artifact-input.ts';

const folder = mkdtempSync(join(tmpdir(), 'memsync-artifact-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('evidence on the command line', () => {
  it('is the JSON of a file, as it stands there', () => {
    expect(readArtifactInput(file('a.json', '{"kind": "mode-declaration", "mode": 2}'), {})).toEqual({ kind: 'mode-declaration', mode: 2 });
  });

  it('is put together from fields, as text or as JSON', () => {
    const set = ['mode=TEE', 'note=a=b', 'empty=', 'stated:={"keyId": 1}', 'number:=2'];
    expect(readArtifactInput(undefined, { kind: 'some-kind', set })).toEqual({
      kind: 'some-kind',
      mode: 'TEE',
      note: 'a=b',
      empty: '',
      stated: { keyId: 1 },
      number: 2,
    });
  });

  it('has the bytes of a file, as a model’s unless another kind is said', () => {
    const bytes = file('model.bin', Uint8Array.of(0, 255, 16));
    expect(readArtifactInput(undefined, { bytes })).toEqual({ kind: 'model-bytes', bytes: 'AP8Q' });
    expect(readArtifactInput(undefined, { bytes, set: ['sha256=ab'] })).toEqual({ kind: 'model-bytes', bytes: 'AP8Q', sha256: 'ab' });
    expect(readArtifactInput(undefined, { kind: 'other', bytes })).toEqual({ kind: 'other', bytes: 'AP8Q' });
  });

  it.each<[string, Parameters<typeof readArtifactInput>, string]>([
    ['nothing', [undefined, {}], 'usage'],
    ['a file and a kind', [file('b.json', '{"kind":"a"}'), { kind: 'a' }], 'usage'],
    ['a file and bytes', [file('c.json', '{"kind":"a"}'), { bytes: 'x' }], 'usage'],
    ['fields of no kind', [undefined, { set: ['a=b'] }], 'usage'],
    ['a field twice', [undefined, { kind: 'a', set: ['a=b', 'a:=1'] }], 'usage'],
    ['another kind among the fields', [undefined, { kind: 'a', set: ['kind=b'] }], 'usage'],
    ['bytes twice', [undefined, { bytes: file('d', 'x'), set: ['bytes=AA=='] }], 'usage'],
    ['a field without a value', [undefined, { kind: 'a', set: ['mode'] }], 'usage'],
    ['a field that is no JSON', [undefined, { kind: 'a', set: ['mode:=TEE'] }], 'usage'],
    ['a kind that is no name', [undefined, { kind: 'A Kind' }], 'usage'],
    ['JSON that names no kind', [file('e.json', '{"mode":"TEE"}'), {}], 'usage'],
    ['a list', [file('f.json', '[]'), {}], 'usage'],
    ['a key twice', [file('g.json', '{"kind":"a","b":1,"b":2}'), {}], 'json_invalid'],
    ['text', [file('h.json', 'TEE'), {}], 'json_invalid'],
    ['a file that is not there', [join(folder, 'none'), {}], 'usage'],
    ['bytes that are not there', [undefined, { bytes: join(folder, 'none') }], 'usage'],
  ])('is not %s', (_, given, code) => {
    expect(() => readArtifactInput(...given)).toThrow(expect.objectContaining({ code }));
  });
});
