import { expect, it } from 'vitest';
import type { ClaimStep } from '../../../schemas/claims.ts';
import { statedFacts } from '../../../src/claims/stated.ts';
import { contentDigest } from '../../../src/claims/external-item.ts';
import { formatInstant } from '../../../src/core/instant.ts';
import { hex, utf8 } from '../../../src/core/bytes.ts';
import { keccak256 } from '../../../src/crypto/keccak.ts';
import { ANSWERED_AT, exchange, Gateway, judge } from './gateway.ts';

const STEP = { at: '2026-11-21T12:00:00.000Z', logIndex: 1, addendum: null, by: 'service', evidence: null, trustSha256: null };
const SALT = '5a'.repeat(32);
const TEXT = 'High water at Porto: 14:12.';

it('what items from outside state is the app’s word, however well their content is signed', async () => {
  const gateway = new Gateway();
  const seconds = ANSWERED_AT / 1000 - 60;
  const item = {
    decision: 'admitted',
    source: 'https://tides.example',
    fetchedAt: formatInstant(seconds * 1000),
    path: 'signed',
    content: { salt: SALT, digest: contentDigest(SALT, TEXT), text: TEXT },
    signed: {
      requestHash: hex(keccak256(utf8('tides'))),
      timestamp: seconds,
      spki: gateway.spki,
      signature: gateway.sign(exchange('tides', TEXT, seconds)),
    },
  };
  const trust = { gatewayKeys: [{ teeId: gateway.teeId }] };
  const { status, checks, facts } = await judge('external_data', { kind: 'external-items', items: [item] }, trust);
  expect(status).toBe('verified');
  const step: ClaimStep = { ...STEP, status, reason: 'evidence', judged: status, checks: [...checks], facts: [...facts] };
  const stated = statedFacts({ status, facts: [...facts], history: [step] });
  expect(stated.map((fact) => fact.status)).toEqual(['asserted', 'asserted']);
});
