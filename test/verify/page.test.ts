import { describe, expect, it } from 'vitest';
import { CLAIMS } from '../../src/claims/claims.ts';
import { utf8 } from '../../src/core/bytes.ts';
import { verifyBundle } from '../../src/receipts/verify.ts';
import { build, DAY, makeRecord, NOON, OUTPUT_TEXT } from '../receipts/build.ts';
import { CHROMIUM } from '../support/chromium.ts';
import { addendum, FAILED } from '../receipts/addendum-sample.ts';
import { AT, VerifyPage } from '../support/verify-page.ts';

describe.skipIf(CHROMIUM === null)('the page', () => {
  const on = VerifyPage.forSuite();

  it('shows of a dropped bundle what the verifier says, claim by claim and row by row', async () => {
    const built = build();
    await on.judge(built);
    const verdict = verifyBundle(built.text, { verifierKeys: built.trust.verifierKeys }, Date.parse(AT));
    expect(verdict.ok).toBe(true);
    expect(await on.lines('verified')).toEqual(verdict.verified);
    expect(await on.lines('asserted')).toEqual(verdict.asserted);
    expect(await on.lines('unknown')).toEqual(verdict.unknown);
    expect(await on.lines('failed')).toEqual([]);
    expect(await on.statuses()).toEqual(Object.fromEntries(verdict.claims.map(({ claim, status }) => [claim, status])));
    for (const { claim, proves, doesNotProve } of verdict.claims) {
      const text = (await on.page.locator(`[data-claim="${claim}"]`).textContent())?.replaceAll('`', '') ?? '';
      expect(text).toContain(proves.replaceAll('`', '').replace(/^That/, 'that'));
      expect(text).toContain(doesNotProve.replaceAll('`', '').replace(/^That/, 'that'));
    }
    expect(await on.page.locator('[data-claim]').count()).toBe(CLAIMS.length);
    const row = on.page.locator('[data-tag="m1"]');
    expect(await row.locator('blockquote').textContent()).toBe('[m1] some words of ours: "text “1”"');
    expect(await row.textContent()).toContain('Age3 months, when it was served and by the instant asked about');
    expect(await row.textContent()).toContain('verified 2026-11-09 12:00:00 UTC; signed, and the signature was checked here');
    expect(await on.page.locator('[data-tag="m2"]').textContent()).toContain('never; unconfirmed for 3 months, when it was served');
    expect(await on.page.locator('.tally').textContent()).toBe(
      `0 failed${verdict.verified.length} verified${verdict.asserted.length} asserted${verdict.unknown.length} not known`,
    );
  });

  it('shows what evidence came to later under its claim alone, in the log’s order', async () => {
    const built = build();
    const bundle = { ...built.bundle, addenda: [addendum(1), addendum(2, { predicate: FAILED })] };
    await on.judge(built, JSON.stringify(bundle));
    expect(await on.lines('failed')).toEqual([]);
    expect(await on.statuses()).toMatchObject({ mode: 'failed', route: 'absent', memory: 'verified' });
    const steps = on.page.locator('.history > li');
    expect(await steps.allTextContents()).toEqual([
      'asserted at entry 6, 2026-11-21 12:01:00 UTC: evidence mode-declaration (addendum 1)',
      'failed at entry 7, 2026-11-21 12:02:00 UTC: evidence mode-declaration (addendum 2)',
    ]);
    expect(await on.page.locator('[data-claim="mode"] .history > li').count()).toBe(2);
    // What the service recorded has not the mark of what was found here.
    expect(await steps.locator('.status').count()).toBe(0);
    expect(await on.page.locator('[data-claim="mode"]').textContent()).toContain(
      'as the service recorded it, and nothing here has judged again',
    );
  });

  it('reads the verdict out, and moves to it', async () => {
    await on.judge(build());
    expect(await on.page.getByRole('status').textContent()).toMatch(
      /^Nothing that was checked has failed\..* 0 failed, \d+ verified, \d+ asserted, \d+ not known\.$/,
    );
    expect(await on.page.evaluate('document.activeElement.textContent')).toBe('The verdict');
  });

  it('shows of a tampered bundle what does not hold, first', async () => {
    const built = build();
    await on.judge(built, built.text.replace('some words of ours', 'some words of mine'));
    expect(await on.lines('failed')).toEqual(['The segments are not those of the context block that was signed. (disclosure_mismatch)']);
    expect(await on.page.locator('.said').textContent()).toBe('This does not hold. Do not rely on the document.');
    expect((await on.statuses())['memory']).toBe('failed');
    expect(await on.page.locator('.verdict > section').first().getAttribute('class')).toContain('failed');
    expect(await on.page.locator('blockquote').count()).toBe(0);
  });

  it('shows nothing of what a bundle says when its signature does not hold', async () => {
    const built = build();
    const sig = built.bundle.envelope.signatures[0]?.sig ?? '';
    await on.judge(built, built.text.replace(sig, `${sig.startsWith('A') ? 'B' : 'A'}${sig.slice(1)}`));
    expect(await on.lines('failed')).toEqual(['The receipt’s signature does not hold. (signature_invalid)']);
    expect(await on.lines('verified')).toEqual([]);
    expect(await on.page.locator('.row').count()).toBe(0);
    expect(await on.page.locator('#result').textContent()).not.toContain(built.predicate.vault);
  });

  it.each([
    ['an image', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 255, 254)],
    ['another JSON', utf8('{"bundle":[1,2,3]}')],
    ['markup', utf8('<!doctype html><script>alert(1)</script>')],
    ['half a bundle', utf8(build().text.slice(0, 900))],
  ])('says of %s that it is no bundle, and goes on', async (_what, bytes) => {
    await on.drop('body', 'what.bin', bytes);
    await on.trust(build());
    await on.check();
    expect((await on.lines('failed'))[0]).toMatch(/ \(bundle_malformed\)$/);
    await on.page.getByRole('button', { name: /remove the file/ }).click();
    await on.judge(build());
    expect(await on.lines('failed')).toEqual([]);
  });

  it('takes text that is pasted, and compares an answer with the receipt’s', async () => {
    const built = build();
    await on.page
      .getByLabel(/A receipt’s bundle/)
      .and(on.page.locator('textarea'))
      .fill(built.text);
    await on.trust(built);
    await on.more('As of', AT);
    await on.more('The answer that you have in hand', OUTPUT_TEXT);
    await on.more('The vault', built.predicate.vault);
    await on.check();
    expect(await on.lines('verified')).toEqual(
      expect.arrayContaining([
        'The output in hand is the one that the receipt is about, byte for byte.',
        'The receipt is of the vault that you named.',
      ]),
    );
    expect((await on.statuses())['output']).toBe('verified');
    await on.more('The answer that you have in hand', `${OUTPUT_TEXT} `);
    await on.check();
    expect((await on.statuses())['output']).toBe('failed');
  });

  it('compares a file byte for byte, its line ends and its mark of order too', async () => {
    const text = '\ufeffone\r\ntwo\r\n';
    const built = build({ output: { text } });
    await on.judge(built);
    await on.drop('[data-field="output"]', 'answer.txt', utf8(text));
    await on.check();
    expect((await on.statuses())['output']).toBe('verified');
    await on.drop('[data-field="output"]', 'other.txt', utf8(text.slice(1)));
    await on.check();
    expect((await on.statuses())['output']).toBe('failed');
  });

  it('asks for keys, and for what is not as it should be, where it belongs', async () => {
    await on.check();
    expect(await on.page.locator('#document-problem').textContent()).toBe('There is nothing to check yet.');
    await on.drop('body', 'bundle.json', utf8(build().text));
    await on.check();
    expect(await on.page.locator('#keys-problem').textContent()).toBe('Without keys that you trust nothing can be checked.');
    expect(await on.page.evaluate('document.activeElement.id')).toBe('keys');
    expect(await on.page.locator('#keys').getAttribute('aria-invalid')).toBe('true');
    await on.trust(build());
    for (const [label, id, problem] of [
      ['The vault', 'vault', 'A vault id is 64 lower-case hexadecimal digits.'],
      ['As of', 'at', 'That is no instant. Write it like 2026-11-21T12:00:00Z.'],
      ['The history of keys', 'root', 'A history of keys is believed by the root that signed it.'],
      ['The operator’s root', 'history', 'A root is of use with the history of keys that it has signed.'],
    ] as const) {
      await on.more(label, 'yesterday');
      await on.check();
      expect(await on.page.locator(`#${id}-problem`).textContent()).toBe(problem);
      await on.more(label, '');
    }
    expect(await on.page.locator('#result').textContent()).toBe('');
  });

  it('takes the verdict back as soon as what it was of has changed', async () => {
    await on.judge(build());
    await on.more('The vault', 'a');
    expect(await on.page.locator('#result').textContent()).toBe('');
    expect(await on.page.getByRole('status').textContent()).toBe('Something has changed: check again.');
  });

  it('applies a witness policy and a disclosure, and says what is wrong with either', async () => {
    const built = build();
    await on.judge(built);
    await on.more('A witness policy', 'quorum everybody');
    await on.check();
    expect((await on.lines('failed')).join()).toMatch(/\((?:line_invalid|key_untrusted)\)/);
    await on.more('A witness policy', '');
    await on.more('A disclosure beside it', '{"format":"memsync/disclosure/v9"}');
    await on.check();
    expect((await on.lines('failed')).join()).toContain('(bundle_malformed)');
  });

  /** What a hostile service, which signs whatever it likes, could put wherever a receipt has room for words. */
  it('shows hostile text as text: no markup, no address asked for, nothing turned round', async () => {
    const markup = `<img src="${on.origin}/i" onerror="fetch('${on.origin}/e')"><script src="${on.origin}/s"></script><a href="${on.origin}/a">x</a>`;
    const segments = ['HEADING\n', `[m1] ${markup} \u202eevil\u202c \u0007 {{7*7}} \${1}\n`];
    const hostile = build({
      segments,
      records: [makeRecord(1, { segment: 1, lastValidatedAt: NOON - DAY })],
      predicate: {
        engine: markup,
        build: `"><style>*{background:url(${on.origin}/b)}</style>`,
        model: { label: `<iframe src=${on.origin}/f>` },
      },
      disclosures: { query: { salt: '00'.repeat(32), text: markup } },
    });
    await on.judge(hostile);
    expect(await on.page.locator('blockquote').textContent()).toBe(
      `${segments[1]?.trimEnd().replace('\u202e', '\\u202e').replace('\u202c', '\\u202c').replace('\u0007', '\\u0007')}`,
    );
    expect(await on.page.locator('#result img, #result script, #result a, #result iframe, #result style').count()).toBe(0);
    expect((await on.lines('asserted')).join()).toContain('<iframe');
    await on.drop('body', `"><img src=${on.origin}>.json`, utf8(hostile.text));
    expect(await on.page.locator('img').count()).toBe(0);
  });
});
