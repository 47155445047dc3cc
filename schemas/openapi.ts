import { z } from 'zod';
import { createDocument, type ZodOpenApiObject, type ZodOpenApiOperationObject, type ZodOpenApiResponsesObject } from 'zod-openapi';
import { describeCode, type ErrorCode } from '../src/core/errors.ts';
import type { Operation } from './operation.ts';
import { OPERATIONS, PUBLIC_OPERATIONS } from './operations.ts';
import { Problem } from './problem.ts';

const IdempotencyKey = z
  .string()
  .regex(/^[!-~]{1,200}$/)
  .optional()
  .meta({
    description:
      'The same key with the same request does nothing again and gives the same rows; with another request it is a conflict. Kept a day.',
  });

const RequestId = z.string().meta({ description: 'The one that came with the request, or a fresh one. The service’s log has it.' });

/** A number in a query string is checked as the digits that it is there, and documented as the number that it stands for. */
const DIGITS = /^\^\\d\{1,\d+\}\$$/;

/** The API as OpenAPI 3.1, made from the schemas that the service itself checks with. */
export function openapiDocument(): ReturnType<typeof createDocument> {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const operation of [...OPERATIONS, ...PUBLIC_OPERATIONS]) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: operationObject(operation) };
  }
  return createDocument(documentObject(paths), {
    override: ({ jsonSchema }) => {
      if (jsonSchema.type !== 'string' || !DIGITS.test(jsonSchema.pattern ?? '')) return;
      delete jsonSchema.pattern;
      jsonSchema.type = 'integer';
    },
  });
}

function documentObject(paths: Record<string, Record<string, ZodOpenApiOperationObject>>): ZodOpenApiObject {
  return {
    openapi: '3.1.1',
    info: {
      title: 'MemSync',
      version: '1',
      summary: 'Memory you own. Receipts anyone can check. Freshness nobody can fake.',
      description:
        'Instants are ISO 8601 in UTC, durations whole seconds. Every refusal is `application/problem+json` with a stable `code`, and has changed nothing.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'owner', description: 'Signed by the owner; no bearer token stands in for that.' },
      { name: 'memories', description: 'What apps remember.' },
      { name: 'retrievals', description: 'One search with its context block.' },
      { name: 'receipts', description: 'The signed statement about one inference.' },
      { name: 'cases', description: 'The review queue: what waits for a desk, and whether its gate is open.' },
      { name: 'log', description: 'The transparency log, public.' },
      { name: 'service', description: 'The service about itself.' },
    ],
    paths,
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'msk_… or msr_…',
          description:
            'A grant’s token, `msk_…`, as `memsync grant` prints it once; for the operations of cases also a reviewer’s, `msr_…`, from the operator.',
        },
      },
    },
  };
}

function operationObject(operation: Operation): ZodOpenApiOperationObject {
  const { parameters, query, body } = operation;
  const header = operation.idempotent === true ? z.object({ 'idempotency-key': IdempotencyKey }) : undefined;
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    security: operation.token ? [{ token: [] }] : [],
    requestParams: {
      ...(parameters === undefined ? {} : { path: parameters }),
      ...(query === undefined ? {} : { query }),
      ...(header === undefined ? {} : { header }),
    },
    ...(body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: responses(operation),
  };
}

function responses(operation: Operation): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(new Set(operation.codes), (code) => describeCode(code).status);
  const refusals = [...byStatus].toSorted(([a], [b]) => a - b);
  const done = operation.status === 201 ? 'Done, and on the disk.' : 'The answer.';
  const all: ZodOpenApiResponsesObject = {
    [operation.status]: {
      description: done,
      headers: z.object({ 'x-request-id': RequestId }),
      ...(operation.reply === 'nothing' ? {} : { content: content(operation.reply) }),
    },
  };
  for (const [status, codes] of refusals) {
    const key = String(status);
    if (isStatus(key)) all[key] = refusal(codes);
  }
  return all;
}

function isStatus(text: string): text is `${1 | 2 | 3 | 4 | 5}${string}` {
  return /^[1-5]/.test(text);
}

function content(
  reply: Exclude<Operation['reply'], 'nothing'>,
): Record<string, { schema: z.ZodType | { type: 'string' | 'object'; format?: string } }> {
  if (typeof reply !== 'string') return { 'application/json': { schema: reply } };
  if (reply === 'application/json') return { [reply]: { schema: { type: 'object' } } };
  return { [reply]: { schema: reply === 'text/plain' ? { type: 'string' } : { type: 'string', format: 'binary' } } };
}

function refusal(codes: readonly ErrorCode[]): {
  description: string;
  content: { 'application/problem+json': { schema: typeof Problem } };
} {
  const lines = codes.map((code) => `- \`${code}\`: ${describeCode(code).title}.`);
  return { description: lines.join('\n'), content: { 'application/problem+json': { schema: Problem } } };
}
