import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS, PUBLIC_OPERATIONS } from '../../schemas/operations.ts';
import { describeCode, ERROR_CODES } from '../../src/core/errors.ts';
import { routesOf } from '../../src/http/server.ts';
import { Site } from '../support/site.ts';

let site: Site;
let document: { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, unknown> } };
beforeAll(async () => {
  site = await Site.open();
  document = (await site.api.get('/openapi.json')).body;
});
afterAll(() => site.close());

interface Operation {
  readonly security: readonly object[];
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly required?: boolean }[];
  readonly requestBody?: object;
  readonly responses: Record<string, { readonly content: Record<string, object> }>;
}

const operations = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

/** A document's own spelling of Express's templates. */
const spelt = (path: string): string => path.replaceAll(/[:*](\w+)/g, '{$1}');

describe('the document of the API', () => {
  it('is the one that is kept beside the schemas', () => {
    expect(document).toEqual(JSON.parse(readFileSync(new URL('../../schemas/json/openapi.json', import.meta.url), 'utf8')));
  });

  it('has every route that is served, and no other', () => {
    const served = routesOf(site.world.services, site.metrics, { openVaults: 'never', host: '' }).map(
      ({ method, path }) => `${method} ${spelt(path)}`,
    );
    const documented = operations().map(({ method, path }) => `${method} ${path}`);
    expect(documented.toSorted()).toEqual(served.toSorted());
  });

  it('has the parameters of each path, and says which operations need a token', () => {
    for (const { path, method, operation } of operations()) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path' && parameter.required === true);
      expect(declared.map(({ name }) => name)).toEqual(named);
      expect(operation.requestBody === undefined).toBe(method === 'get');
    }
    const open = operations().filter(({ operation }) => operation.security.length === 0);
    expect(open.map(({ method, path }) => `${method} ${path}`).filter((name) => name.includes('/v1/'))).toEqual([
      'post /v1/vaults',
      'post /v1/vaults/{vault}/events',
      'post /v1/vaults/{vault}/recovery',
      'post /v1/vaults/{vault}/import',
      'post /v1/vaults/{vault}/import/lines',
      'post /v1/vaults/{vault}/import/end',
    ]);
  });

  it('has every refusal as a problem', () => {
    for (const { operation } of operations()) {
      const refusals = Object.entries(operation.responses).filter(([status]) => Number(status) >= 400);
      expect(refusals.length).toBeGreaterThan(0);
      for (const [, { content }] of refusals)
        expect(content).toEqual({ 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } });
    }
    const codes = new Set([...OPERATIONS, ...PUBLIC_OPERATIONS].flatMap((operation) => operation.codes));
    const absent = ERROR_CODES.filter((code) => !codes.has(code) && describeCode(code).status < 500);
    // What belongs to no one operation, to the verifier, or to the command line.
    expect(absent).toEqual([
      'method_not_allowed',
      'key_unavailable',
      'bundle_malformed',
      'proof_invalid',
      'checkpoint_invalid',
      'disclosure_mismatch',
      'witnesses_missing',
      'key_history_broken',
      'receipt_mismatch',
      'name_taken',
      'usage',
      'passphrase_wrong',
      'root_needed',
      'home_missing',
      'home_exists',
      'data_exists',
      'line_invalid',
    ]);
  });

  it('refers to nothing that is not in it', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name ?? '');
    expect(references.length).toBeGreaterThan(50);
    expect(references.filter((name) => !Object.hasOwn(document.components.schemas, name))).toEqual([]);
  });
});
