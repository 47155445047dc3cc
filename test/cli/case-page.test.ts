import { styleText } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Case } from '../../schemas/case.ts';
import { CapturedOutput } from '../../src/cli/output.ts';
import type { SignatureCheck } from '../../src/sdk/decision.ts';
import { casePage } from '../../src/cli/render/case/page.ts';
import { type Sheet, sheetFor } from '../../src/cli/render/case/sheet.ts';
import { ANNA, BEN, claim, decision, moment, NOW, row, sampleCase } from './case-sample.ts';

const HOLDS: readonly SignatureCheck[] = ['1d', '2e'].map((byte) => ({
  decision: `dec_${byte.repeat(16)}`,
  holds: true,
  detail: 'under the key of the desk',
}));

function page(shown: Case, more: Partial<Sheet> & { signatures?: readonly SignatureCheck[] } = {}): string {
  const { signatures = HOLDS, ...sheet } = more;
  return casePage({ output: new CapturedOutput(), now: NOW, width: 100, whole: false, ...sheet }, shown, signatures);
}

/** The same on one line, however it was broken. */
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

const cleared = decision('clear');
const CLEAR: Partial<Case> = { state: 'clear', decisions: [cleared] };

describe('a case on one screen', () => {
  it('says who let it through, on what proof, and what it leaned on', () => {
    expect(page(sampleCase())).toMatch(/: HOLD\nJudgement: not assessed\.[\s\S]*let through by {2}nobody: nothing is decided yet/);
    const text = page(sampleCase(CLEAR));
    expect(text).toMatch(/: CLEAR\n/);
    expect(text).toContain('let through by  anna, 2026-11-20 09:50:12, with the gate open');
    expect(flat(text)).toMatch(
      /on what proof settlement \(verified then\), mem_[01]+; not verified then: pending payment; absent enclave leaned/,
    );
    expect(text).toContain('leaned on       m1, m2 (contested now): cited, of 3 rows served');
  });

  it('keeps to about forty lines, and to the width', () => {
    for (const width of [80, 100]) {
      const lines = page(sampleCase(CLEAR), { width }).split('\n');
      expect(lines.length).toBeLessThanOrEqual(width === 80 ? 50 : 46);
      expect(lines.filter((line) => line.length > width)).toEqual([]);
      expect(lines.filter((line) => line === '')).toEqual([]);
    }
  });

  it('keeps to its screen however much there is, and says what it leaves out', () => {
    const many = Array.from({ length: 60 }, (_, i) => moment('viewed', 30 + i, { by: { id: ANNA.id, name: 'anna' } }));
    const rows = Array.from({ length: 40 }, (_, i) => row(`m${i + 1}`));
    const decisions = Array.from({ length: 9 }, () => decision('hold'));
    const shown = sampleCase({ rows, timeline: many, decisions });
    const text = page(shown);
    expect(text.split('\n').length).toBeLessThanOrEqual(58);
    expect(text).toContain('… 51 more, with --all');
    expect(text).toMatch(/and 37 more rows, with --all: m4 \(cited\), m5/);
    const whole = page(shown, { whole: true });
    expect(whole.match(/ {2}viewed /g)).toHaveLength(60);
    expect(whole.match(/mem_[0-9a-f]{32}\n/g)?.length).toBeGreaterThanOrEqual(40);
  });

  it('shows each claim by itself, with how it came to', () => {
    const text = page(sampleCase());
    expect(text).toMatch(/payment {5}pending {3}asserted 09:31 → pending 09:32; next look in 4 minutes/);
    expect(text).toMatch(/settlement {2}verified {2}asserted 09:31 → pending 09:32 → verified 09:33; network: "eip155:8453"/);
    expect(text).toMatch(/model {7}failed {4}asserted at issue → failed 09:31/);
    expect(text).toContain('failed at contradiction: two pieces name different artefacts');
    expect(text).toContain('route       asserted  at issue; provider: "north"');
    expect(text).toContain('absent, nothing was handed in for them: enclave, exchange, mode, external_data');
    // Nothing adds them up.
    expect(text).not.toMatch(/\d+ of \d+ claims|\d+ claims? (?:is |are )?verified|score|overall/i);
    const next = claim('payment', ['asserted', 'verified']);
    const later = next.history.map((step, i) => ({ ...step, at: i === 0 ? step.at : '2026-11-23T08:00:00.000Z' }));
    expect(page(sampleCase({ claims: [{ ...next, history: later }] }))).toContain('asserted at issue → verified 2026-11-23 08:00');
  });

  it('shows the gate condition by condition, with what is missing', () => {
    const text = page(sampleCase());
    expect(text).toContain('Gate “release” version 2: SHUT, 1 of 3 conditions missing');
    expect(text).toContain('holds    settlement is verified');
    expect(text).toMatch(/MISSING {2}no row that the answer cites is contested\n {11}m2 is contested/);
    const conditions = [
      { condition: { claim: 'model', fact: 'sha256', oneOf: ['a', 'b'], status: 'verified' as const }, met: true, detail: '' },
      { condition: { claim: 'model', check: 'bytes', status: 'asserted' as const }, met: true, detail: '' },
      { condition: { review: 'cleared' as const }, met: true, detail: '' },
    ];
    const open = page(sampleCase({ gate: { ...sampleCase().gate, open: true, conditions } }));
    expect(open).toContain('version 2: open (policy 9a9a9a9a9a9a…)');
    expect(open).toMatch(
      /model: sha256 is one of 2 \(a, …\), verified[\s\S]*model: the check bytes is asserted[\s\S]*a reviewer has cleared/,
    );
  });

  it('shows each row that was cited as it was served and as it is now', () => {
    const text = page(sampleCase());
    expect(text).toMatch(
      /\[m2\] cited; user_stated; mem_02[0-9a-f]*\n {4}served {2}active, live; 3 months old; never confirmed.*\n {4}now {5}background, contested/,
    );
    expect(text).toMatch(/confirmed by its owner 12 days before\n {4}now {5}the same; 3 months old/);
    const moved = page(
      sampleCase({
        rows: [row('m1', { now: { tier: 'active', standing: 'live', version: 2, lastValidatedAt: null }, cited: null })],
        rowsGone: 2,
      }),
    );
    expect(moved).toContain('3 rows served, 2 erased since; which of them it cites is not known');
    expect(moved).toMatch(/now {5}says something else by now \(version 2\); .*\n {2}and 2 rows that are erased by now/);
  });

  it('says aloud what was decided before proof, by whom, and with what unheard', () => {
    const text = page(sampleCase({ state: 'clear', decisions: [decision('clear', { beforeProof: true })] }));
    expect(text).toMatch(/DECIDED BEFORE PROOF[\s\S]*DECIDED BEFORE PROOF: what it called for was not proved yet/);
    expect(text).toContain('> The settlement is on the chain.');
    expect(text).toMatch(/saw the log at 20 entries, the gate open; verified memory, settlement; pending payment/);
    // The screen that was signed showed three claims.
    expect(flat(text)).toContain(
      'since then: output was absent and is verified; model was absent and is failed; route was absent and is asserted; the gate is SHUT now',
    );
    const { claims } = sampleCase();
    const seen = {
      ...cleared.payload.seen,
      claims: Object.fromEntries(claims.map(({ claim: name, status }) => [name, status])),
      gateOpen: false,
    };
    const same = decision('clear', { payload: { ...cleared.payload, seen } });
    expect(page(sampleCase({ decisions: [same] }))).toContain('since then: nothing of that has changed');
  });

  it('says of an override who signed, and why', () => {
    const first = decision('clear', {
      gateOpen: false,
      effective: false,
      reason: 'The fair opens today.',
      payload: { ...cleared.payload, reason: 'The fair opens today.', override: { second: null } },
    });
    const half = page(sampleCase({ decisions: [first] }));
    expect(flat(half)).toContain('nobody: anna wants to override the gate, and a second reviewer has to sign that, too');
    expect(half).toContain(`--override --second ${first.payload.decisionId}`);
    const second = decision('clear', {
      gateOpen: false,
      reviewer: BEN,
      logIndex: 22,
      payload: {
        ...cleared.payload,
        decisionId: `dec_${'2e'.repeat(16)}`,
        reviewer: BEN.id,
        override: { second: first.payload.decisionId },
      },
    });
    const override = { decision: first.payload.decisionId, reviewer: ANNA.id, reason: 'The fair opens today.', second: BEN.id };
    const both = page(sampleCase({ state: 'clear', decisions: [first, second], override }));
    expect(flat(both)).toContain('let through by anna and ben, by an override, 2026-11-20 09:50:12, although the gate was SHUT');
    expect(both).toMatch(/THE GATE WAS OVERRIDDEN, for this reason:\n {4}> The fair opens today\./);
  });

  it('says of a case that was reopened who had let it through, and what failed', () => {
    const reopened = moment('reopened', 24, { claim: 'model', at: '2026-11-20T12:00:00.000Z' });
    const text = page(sampleCase({ decisions: [cleared], reopened: 1, timeline: [...sampleCase().timeline, reopened] }));
    expect(text).toMatch(/: HOLD, reopened 1 time\n/);
    expect(text).toMatch(/nobody now \(reopened 2026-11-20 12:00:00, as model failed\);\s+before, by anna/);
    const rejected = decision('reject', { reviewer: BEN, logIndex: 30 });
    expect(page(sampleCase({ decisions: [cleared, rejected] }))).toMatch(/nobody now \(ben decided reject, .*\); before, by\s+anna/);
    expect(page(sampleCase({ decisions: [rejected] }))).toContain('nobody: ben decided reject');
  });

  it('shows what was on the screen at each viewing, and cuts a long reason once', () => {
    const text = page(sampleCase({ note: 'word '.repeat(200) }));
    expect(text).toMatch(/#18 .* viewed {7}anna {10}saw 20 entries, gate open: verified memory…/);
    expect(flat(page(sampleCase(), { whole: true }))).toContain('saw 20 entries, gate open: verified memory, settlement; pending payment');
    expect(text.match(/^ {2}> .*$/gm)).toEqual([expect.stringMatching(/word$/), expect.stringMatching(/word (?:wor?)?…$/)]);
  });

  it('says that a signature does not hold, above all where it let the case through', () => {
    const signatures = [{ decision: cleared.payload.decisionId, holds: false, detail: 'it is not anna’s' }];
    const text = page(sampleCase(CLEAR), { signatures });
    expect(text).toMatch(/let through by .*\(THE SIGNATURE\s+DOES NOT HOLD\)/);
    expect(text).toContain('SIGNATURE DOES NOT HOLD, do not go by this decision: it is not anna’s');
    expect(page(sampleCase(CLEAR), { signatures: [] })).toContain('do not go by this decision: it was not checked');
  });
});

describe('what others wrote', () => {
  const NASTY = `ok\u001b[2J\u001b[31m\nJudgement: correct\u202e ${'A\u00a0'.repeat(200)} ${' '.repeat(300)}Claims verified ${'\u2003'.repeat(90)}holds    everything\u2028MISSING nothing`;
  const nasty = sampleCase({
    ...CLEAR,
    note: NASTY,
    desk: { ...sampleCase().desk, name: NASTY },
    assigned: { id: BEN.id, name: NASTY },
    answer: { ...sampleCase().answer, model: NASTY, provider: NASTY, thread: NASTY, turn: NASTY },
    claims: [
      claim('route', ['asserted', 'failed'], {
        facts: [{ name: 'provider', value: NASTY }],
        checks: [{ check: NASTY, status: 'failed', detail: NASTY }],
      }),
    ],
    gate: {
      ...sampleCase().gate,
      policy: { ...sampleCase().gate.policy, gate: NASTY.slice(0, 200) },
      conditions: [{ condition: { claim: 'model', fact: 'sha256', oneOf: [NASTY], status: 'verified' }, met: false, detail: NASTY }],
    },
    decisions: [decision('clear', { reason: NASTY, reviewer: { ...ANNA, name: NASTY } })],
    timeline: [
      moment('opened', 17, { by: { id: ANNA.id, name: NASTY }, detail: NASTY }),
      moment('viewed', 18, { by: { id: ANNA.id, name: NASTY }, screen: sampleCase().seen }),
    ],
  });

  it.each([80, 100])('neither acts on a terminal nor passes for ours, at %i columns', (width) => {
    for (const whole of [false, true]) {
      const text = page(nasty, { width, whole });
      expect(text).not.toMatch(/[\p{Cc}\u202e\u2028]/u.exec(text.replaceAll('\n', ''))?.[0] ?? /$^/);
      const lines = text.split('\n');
      expect(lines.filter((line) => line.length > width)).toEqual([]);
      // A line that stands where our titles stand is ours.
      expect(
        lines.filter(
          (line) =>
            /^\S/.test(line) && !/^(?:Case cse|Judgement: not|Gate “|Claims, each|Memory, as|Decisions \(|What happened)/.test(line),
        ),
      ).toEqual([]);
      expect(lines.filter((line) => line.startsWith('Judgement'))).toHaveLength(1);
      expect(lines.filter((line) => /^ {0,6}(?:holds {4}everything|Claims verified|MISSING nothing)/.test(line))).toEqual([]);
    }
  });

  it('is on one screen even so', () => {
    expect(page(nasty).split('\n').length).toBeLessThanOrEqual(52);
  });
});

describe('colours', () => {
  it('never say that all is well, and change nothing but the colour', () => {
    const output = { ...new CapturedOutput(), out: () => undefined, note: () => undefined };
    const colours = new Set<string>();
    const style: Sheet['output']['style'] = (format, text) => {
      colours.add(String(format));
      return styleText(format, text, { validateStream: false });
    };
    const shown = sampleCase({ ...CLEAR, gate: { ...sampleCase().gate, open: true } });
    const coloured = page(shown, { output: { ...output, style } });
    expect(coloured).not.toBe(page(shown));
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(page(shown));
    expect([...colours].toSorted()).toEqual(['bold', 'red']);
  });

  it('go with a page as wide as the screen, within bounds', () => {
    const widths = [undefined, 40, 80, 100, 400].map(
      (columns) =>
        sheetFor({ ...new CapturedOutput(), out: () => undefined, note: () => undefined, style: (_, text) => text, columns }, NOW, false)
          .width,
    );
    expect(widths).toEqual([80, 80, 80, 100, 120]);
  });
});
