import { stripVTControlCharacters, styleText } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CapturedOutput } from '../../src/cli/output.ts';
import type { Sheet } from '../../src/cli/render/case/sheet.ts';
import { addedText } from '../../src/cli/render/standing/added.ts';
import { claimsPage } from '../../src/cli/render/standing/page.ts';
import { addendumId, EVERYTHING, HOSTILE, NOW, sampleClaims } from './claims-sample.ts';

const sheet = (more: Partial<Sheet> = {}): Sheet => ({ output: new CapturedOutput(), now: NOW, width: 80, whole: false, ...more });
const COLOURED = Object.assign(new CapturedOutput(), {
  style: (format: Parameters<typeof styleText>[0], text: string) => styleText(format, text, { validateStream: false }),
});
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

const TURN = {
  receipt: `rcp_${'3a'.repeat(16)}`,
  issuedAt: '2026-11-21T11:58:03.000Z',
  turn: 2,
  differences: [
    { claim: 'route', fact: 'provider', before: 'anthropic', now: 'openai' },
    { claim: 'route', fact: 'relay', before: null, now: 'https://relay.example' },
    { claim: 'external_data', fact: 'items.00', before: '1 admitted, 0 refused (00)', now: null },
    { claim: 'external_data', fact: 'item.00', before: 'admitted plain 2026-11-21T10:58:03.000Z 3600s https://x.example', now: null },
  ],
};

/** One claim's part of the page, its blank lines apart. */
function block(page: string, claim: string): string {
  const found = page.split('\n\n').find((part) => part.startsWith(`${claim} `));
  if (found === undefined) throw new Error(`no ${claim}`);
  return found;
}

describe('the claims of a receipt', () => {
  it('are each on a line of their own, in the order in which they are always shown, with nothing that adds them up', async () => {
    const page = claimsPage(sheet(), await sampleClaims(EVERYTHING));
    const heads = Array.from(page.matchAll(/^([a-z_]+) +(absent|asserted|pending|verified|failed) /gm), ([, claim, status]) => [
      claim,
      status,
    ]);
    expect(heads).toEqual([
      ['memory', 'verified'],
      ['output', 'verified'],
      ['payment', 'absent'],
      ['enclave', 'pending'],
      ['exchange', 'absent'],
      ['mode', 'asserted'],
      ['settlement', 'verified'],
      ['model', 'asserted'],
      ['route', 'failed'],
      ['external_data', 'asserted'],
    ]);
    expect(page).toContain('Nothing here adds them up.');
    expect(page).not.toMatch(/\d+ of \d+|overall|score|\d+ claims|claims verified/i);
  });

  it('are told as soon with very many checks as with few, each once', async () => {
    const reply = await sampleClaims(EVERYTHING);
    const checks = Array.from({ length: 150_000 }, (_, i) => ({
      check: `c${i % 149_999}`,
      status: 'asserted' as const,
      detail: 'So it is said.',
    }));
    const claims = reply.claims.map((claim) => (claim.claim === 'mode' ? { ...claim, checks } : claim));
    const lines = block(claimsPage(sheet(), { ...reply, claims }), 'mode').split('\n');
    expect(lines.filter((line) => line.endsWith('asserted. So it is said.'))).toHaveLength(149_999);
  });

  it('have what each proves and does not, its checks, what is stated, and its history in the log’s order', async () => {
    const reply = await sampleClaims(EVERYTHING);
    const page = claimsPage(sheet(), reply);
    for (const { claim, status, proves, doesNotProve, checks } of reply.claims) {
      const words = flat(block(page, claim));
      if (status === 'absent') {
        expect(words).toBe(`${claim} absent nothing was handed in for it, and nothing is settled`);
        continue;
      }
      expect(words).toContain(` ${status === 'verified' ? 'proves' : 'would prove'} ${proves} does not prove ${doesNotProve} checks `);
      for (const { check, status: held, detail } of checks) expect(words).toContain(`${check}: ${held}. ${flat(detail)}`);
    }
    const settlement = block(page, 'settlement');
    expect(settlement).toMatch(/^settlement +verified +pending 12:02 → verified 12:31$/m);
    expect(flat(settlement)).toContain(
      'history #11 2026-11-21 12:00:00 absent: with the receipt #14 2026-11-21 12:02:00 pending: evidence (settlement-hash) from grt_2e2e2e2e2e2e…, judged pending ' +
        '#15 2026-11-21 12:31:00 verified: a second look (settlement-hash), judged verified',
    );
    expect(block(page, 'enclave')).toMatch(/^enclave +pending +pending 12:03; next look in 10 minutes$/m);
    expect(flat(block(page, 'enclave'))).toContain('evidence (nitro, erased since) from');
    expect(flat(block(page, 'route'))).toContain(
      `${addendumId(6)} states “provider” otherwise than the receipt. states provider: "openai" provider: "another"`,
    );
    expect(flat(block(page, 'external_data'))).toContain('items: 1 admitted, 1 refused');
    expect(flat(block(page, 'external_data'))).toContain(
      'refused, plain, 1 minute old at the answer (2026-11-21T11:59:00.000Z): "https://spam.example/"',
    );
  });

  it('name a check once that says the same of the receipt and of its evidence', async () => {
    const given = [{ claim: 'route', artifact: { kind: 'route-declaration', provider: 'openai' }, after: 1 }];
    const reply = await sampleClaims(given);
    expect(reply.claims.find(({ claim }) => claim === 'route')?.checks.filter(({ check }) => check === 'provider')).toHaveLength(2);
    expect(block(claimsPage(sheet(), reply), 'route').match(/provider: asserted/g)).toHaveLength(1);
  });

  it('show what nobody looks at any more as asserted', async () => {
    const artifact = { kind: 'nitro' };
    const pending = { status: 'pending' as const, checks: [{ check: 'chain', status: 'pending' as const, detail: 'Not yet.' }], facts: [] };
    const given = [
      { claim: 'enclave', artifact, after: 1, judgement: pending },
      { claim: 'enclave', artifact, after: 9, judgement: pending, reason: 'given_up' as const, of: 0, by: 'service' },
    ];
    const enclave = flat(block(claimsPage(sheet(), await sampleClaims(given)), 'enclave'));
    expect(enclave).toContain('#13 2026-11-21 12:09:00 asserted: given up on (nitro): nobody looks any more');
  });

  it('say what the turn before stated otherwise', async () => {
    const turn = (page: string) => page.slice(page.indexOf('The turn before'));
    const differing = turn(claimsPage(sheet(), await sampleClaims([], { previousTurn: TURN })));
    expect(differing).toContain('The turn before, turn 2, 2026-11-21 11:58:03\n  rcp_3a3a');
    expect(differing).toContain('  route, provider\n    then "anthropic"\n    now  "openai"\n');
    expect(differing).toContain('  route, relay\n    then nothing\n    now  "https://relay.example"\n');
    expect(flat(differing)).toContain('external_data, 1 item of the turn before admitted, plain, 1 hour old at the answer');
    expect(differing).not.toContain('items.00');
    const same = turn(claimsPage(sheet(), await sampleClaims([], { previousTurn: { ...TURN, differences: [] } })));
    expect(same).toContain('No claim states anything otherwise than then.');
    expect(turn(claimsPage(sheet(), await sampleClaims([])))).toContain('None that you may see');
  });

  it('say that a payment is verified while others are not, and no more than that', async () => {
    const paidUnexplained = { claims: ['enclave'], since: '2026-11-21T12:02:00.000Z', lagSeconds: 7080 };
    const page = claimsPage(sheet(), await sampleClaims([], { paidUnexplained }));
    expect(flat(page)).toContain(
      'Paid for, and not verified since 2026-11-21 12:02:00, 1 hour: enclave. It says that something is open, and not',
    );
    expect(claimsPage(sheet(), await sampleClaims([]))).not.toContain('Paid for');
  });

  it('show a few facts of many, unless all are asked for', async () => {
    const items = Array.from({ length: 40 }, (_, i) => ({
      decision: 'admitted',
      source: `source ${i}`,
      fetchedAt: '2026-11-21T11:00:00Z',
      path: 'plain',
      content: { salt: '5'.repeat(64), digest: '6'.repeat(64) },
    }));
    const reply = await sampleClaims([{ claim: 'external_data', artifact: { kind: 'external-items', items }, after: 1 }]);
    expect(claimsPage(sheet(), reply).match(/"source \d+"/g)).toHaveLength(11);
    expect(claimsPage(sheet(), reply)).toContain('and 29 more facts, with --all');
    expect(claimsPage(sheet({ whole: true }), reply).match(/"source \d+"/g)).toHaveLength(40);
  });

  it.each([80, 100, 120])('keep to %i columns, whatever is stated', async (width) => {
    for (const given of [EVERYTHING, hostile()]) {
      const page = claimsPage(sheet({ width }), await sampleClaims(given, { previousTurn: TURN }));
      expect(page.split('\n').filter((line) => line.length > width)).toEqual([]);
      expect(page.split('\n').filter((line) => line !== line.trimEnd())).toEqual([]);
    }
  });

  it('are the same in colours, which are for what has failed and never for what holds', async () => {
    const reply = await sampleClaims(EVERYTHING, { previousTurn: TURN });
    const coloured = claimsPage(sheet({ output: COLOURED }), reply);
    expect(stripVTControlCharacters(coloured)).toBe(claimsPage(sheet(), reply));
    expect(coloured).toMatch(/\u001b\[31mroute +failed/);
    expect(coloured).not.toMatch(/\u001b\[(?:32|92|42)m/);
  });

  it('show words of others so that none passes for one of ours', async () => {
    const page = claimsPage(sheet(), await sampleClaims(hostile()));
    expect(page).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u);
    // Nothing of theirs begins a line where claims, labels or sections do, and nothing is pushed to another line by spaces.
    expect(page.match(/^ {0,3}\S*memory.*verified.*$/gm)).toEqual([expect.stringMatching(/^memory +verified +at issue$/)]);
    expect(page.match(/^ {4}history /gm)).toHaveLength(6);
    expect(flat(page)).toContain(String.raw`"x\u001b[2J\u202e memory: verified history #1 verified \"quoted\"`);
    const steps = page.match(/#\d+ (?:\d{4}-\d\d-\d\d|verified)/g) ?? [];
    expect(steps.filter((step) => step === '#1 verified').length).toBeGreaterThan(0);
    expect(page).not.toMatch(/^ {20,22}#1 verified/m);
  });
});

function hostile() {
  const source = HOSTILE.slice(0, 199);
  const item = { decision: 'admitted', source: HOSTILE, fetchedAt: '2026-11-21T11:00:00Z', path: 'plain' };
  return [
    { claim: 'route', artifact: { kind: 'route-declaration', relay: HOSTILE }, after: 1 },
    { claim: 'mode', artifact: { kind: 'mode-declaration', mode: 'TEE', source }, after: 1 },
    {
      claim: 'external_data',
      artifact: { kind: 'external-items', items: [{ ...item, content: { salt: '5'.repeat(64), digest: '6'.repeat(64) } }] },
      after: 2,
    },
  ];
}

describe('evidence that was handed in', () => {
  const added = { addendum: addendumId(6), claim: 'route', logIndex: 18, judged: 'asserted' as const, status: 'failed' as const };

  it('is told with how its claim stands now, and no other, and which cases are open again', async () => {
    const { receipt, claims } = await sampleClaims(EVERYTHING);
    const cse = `cse_${'4b'.repeat(16)}`;
    const text = addedText(sheet({ output: COLOURED }), { receipt, added: [added], claims, reopened: [cse] });
    const bare = flat(stripVTControlCharacters(text));
    expect(bare).toContain(`route: judged asserted; the claim is failed from entry 18 of the log on (${addendumId(6)}).`);
    expect(bare).toContain(`Open again, for what this evidence says ${cse}`);
    expect(text).toMatch(/\u001b\[31m\u001b\[1mOpen again/);
    expect(bare).toContain('contradiction: failed.');
    expect(bare).not.toContain('settlement');
    expect(bare).toContain(`memsync claims ${receipt}`);
  });
});
