import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type ClaimStanding, ClaimsReply, EvidenceReply } from '../../schemas/claims.ts';
import { Problem } from '../../schemas/problem.ts';
import { ReceiptReply } from '../../schemas/receipt.ts';
import { RetrievalReply } from '../../schemas/retrieval.ts';
import { KINDS } from '../../src/claims/all-kinds.ts';
import { readArtifact } from '../../src/claims/artifact.ts';
import { systemClock } from '../../src/core/clock.ts';
import { ask, ownerAt } from '../support/http-owner.ts';
import { CopiedService } from './copied-service.ts';

const HOUR = 3_600_000;

/** The one file: a claim with its words, one kind of evidence with a check and a fact, which stays pending until its hour, and a trust. */
const WEATHER = `
import { z } from 'zod';
import { artifactKind, type ClaimKind } from '../kind.ts';

const Trust = z.strictObject({ stations: z.array(z.string()) }).prefault({ stations: [] });

const report = artifactKind({
  schema: z.strictObject({ kind: z.literal('weather-report'), station: z.string(), sky: z.enum(['blue', 'grey']), certainAt: z.int() }),
  trust: Trust,
  judge: ({ artifact: { station, sky, certainAt } }, { stations }, at) => {
    const status = !stations.includes(station) ? 'failed' : at < certainAt ? 'pending' : 'verified';
    const detail = { failed: 'No station that is trusted.', pending: 'The station may still correct itself.', verified: 'Reported.' }[status];
    return { status, checks: [{ check: 'reported', status, detail }], facts: [{ name: 'sky', value: sky }] };
  },
});

export const kind: ClaimKind = {
  text: {
    claim: 'weather',
    proves: 'That a station which the operator trusts has reported this sky.',
    doesNotProve: 'That it will be the same sky tomorrow.',
  },
  order: 50,
  trust: Trust,
  artifacts: { 'weather-report': report },
};
`;

const copy = new CopiedService({ 'src/claims/kinds/weather.ts': WEATHER });
afterAll(() => copy.close());

const of = (claims: readonly ClaimStanding[]): ClaimStanding | undefined => claims.find(({ claim }) => claim === 'weather');

it('a claim that is one file more is in the API, the command line and gates, with nothing else changed', { timeout: 180_000 }, async () => {
  // Nothing here knows of it.
  expect(KINDS.map(({ text }) => text.claim)).not.toContain('weather');
  expect(() => readArtifact('weather', { kind: 'weather-report' })).toThrow(expect.objectContaining({ code: 'claim_unknown' }));

  // The operator's trust has a part for it, which the file reads.
  const trust = join(copy.folder, 'trust.json');
  writeFileSync(trust, '{"version":1,"weather":{"stations":"porto"}}');
  await expect(copy.serve({ MEMSYNC_CLAIM_TRUST: trust })).rejects.toThrow(/weather\.stations/);
  writeFileSync(trust, '{"version":1,"weather":{"stations":["porto"]}}');
  await copy.serve({ MEMSYNC_CLAIM_TRUST: trust });
  const owner = await ownerAt(copy.url, systemClock);
  const token = await owner.grant();
  const post = (path: string, body: unknown) => ask(`${copy.url}${path}`, token, body);
  await post('/v1/memories', { memories: [{ text: 'Hikes when the sky is blue.' }] });
  const issue = async (evidence: object): Promise<ReceiptReply> => {
    const { id } = RetrievalReply.parse((await post('/v1/retrievals', { query: 'hike' })).body);
    const reply = await post('/v1/receipts', { retrievalId: id, model: { label: 'm' }, output: { text: 'Go.' }, ...evidence });
    return ReceiptReply.parse(reply.body);
  };

  // A receipt has it among its claims, with its words, behind those that are ours.
  const receipt = await issue({});
  expect(receipt.claims.map(({ claim }) => claim)).toEqual([...KINDS.map(({ text }) => text.claim), 'weather']);
  expect(receipt.claims.at(-1)).toMatchObject({ status: 'absent', doesNotProve: 'That it will be the same sky tomorrow.' });
  const claims = async (id: string): Promise<ClaimsReply> =>
    ClaimsReply.parse((await ask(`${copy.url}/v1/receipts/${id}/claims`, token)).body);
  expect(of((await claims(receipt.id)).claims)?.status).toBe('absent');

  // Evidence is taken with a receipt, too, and stays pending for two looks.
  const report = { kind: 'weather-report', station: 'porto', sky: 'blue', certainAt: systemClock.now() + 5 * HOUR };
  const malformed = await post(`/v1/receipts/${receipt.id}/evidence`, { evidence: { weather: { ...report, sky: 'green' } } });
  expect(Problem.parse(malformed.body)).toMatchObject({ code: 'evidence_malformed', issues: [{ path: expect.stringMatching(/sky$/) }] });
  const added = EvidenceReply.parse((await post(`/v1/receipts/${receipt.id}/evidence`, { evidence: { weather: report } })).body);
  expect(added.added).toMatchObject([{ claim: 'weather', judged: 'pending', status: 'pending' }]);
  const second = await issue({ evidence: { weather: report } });
  expect(second.claims.at(-1)).toMatchObject({ claim: 'weather', status: 'pending' });

  // A gate may ask for it, and what it states.
  await copy.memsync(['desk', 'make', 'releases']);
  const gate = { gate: 'hike', version: 1, require: [{ claim: 'weather' }, { claim: 'weather', fact: 'sky', oneOf: ['blue'] }] };
  const opened = await post('/v1/cases', { receipt: receipt.id, gate });
  const caseId = String(opened.body['id']);
  const gateOf = async (): Promise<Response> =>
    fetch(`${copy.url}/v1/cases/${caseId}/gate`, { headers: { authorization: `Bearer ${token}` } });
  const shut = await gateOf();
  expect(shut.status).toBe(423);
  expect(Problem.parse(await shut.json())).toMatchObject({ code: 'gate_shut', issues: [{ path: '/require/0' }, { path: '/require/1' }] });

  expect(await copy.advance(2 * HOUR)).toMatchObject({ outcome: 'done', report: { looked: 2, changed: 0, givenUp: 0, failed: 0 } });
  expect(of((await claims(receipt.id)).claims)?.status).toBe('pending');
  expect(await copy.advance(2 * HOUR)).toMatchObject({ outcome: 'done', report: { looked: 2, changed: 0 } });
  expect((await gateOf()).status).toBe(423);
  expect(await copy.advance(2 * HOUR)).toMatchObject({ outcome: 'done', report: { looked: 2, changed: 2 } });
  const standing = of((await claims(receipt.id)).claims);
  expect(standing).toMatchObject({
    status: 'verified',
    facts: [{ name: 'sky', value: 'blue' }],
    checks: [{ check: 'reported' }],
    nextLookAt: null,
  });
  expect(standing?.history.map(({ status, reason }) => [status, reason])).toEqual([
    ['absent', 'issued'],
    ['pending', 'evidence'],
    ['verified', 'recheck'],
  ]);
  expect((await gateOf()).status).toBe(204);

  // The command line shows it, takes evidence for it, and asks the gate.
  const asApp = { MEMSYNC_TOKEN: token };
  const shown = await copy.memsync(['claims', receipt.id], asApp);
  expect([shown.code, shown.err]).toEqual([0, '']);
  expect(shown.out).toMatch(/weather/);
  expect(shown.out.replaceAll(/\s+/g, ' ')).toContain('That it will be the same sky tomorrow.');
  expect((await copy.memsync(['case', 'gate', caseId], asApp)).code).toBe(0);
  const contradicting = join(copy.folder, 'report.json');
  writeFileSync(contradicting, JSON.stringify({ ...report, sky: 'grey', certainAt: 0 }));
  const late = await copy.memsync(['evidence', 'add', receipt.id, 'weather', contradicting], asApp);
  expect([late.code, late.err]).toEqual([0, '']);
  const now = ClaimsReply.parse(JSON.parse((await copy.memsync(['claims', receipt.id, '--json'], asApp)).out));
  expect(of(now.claims)).toMatchObject({ status: 'failed', checks: [{ check: 'contradiction' }] });
  expect((await copy.memsync(['case', 'gate', caseId], asApp)).code).toBe(8);

  // No other claim has noticed.
  for (const { claim, status } of now.claims)
    if (claim !== 'weather') expect([claim, status]).toEqual([claim, receipt.claims.find((one) => one.claim === claim)?.status]);
});
