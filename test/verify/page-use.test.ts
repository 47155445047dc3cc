import { describe, expect, it } from 'vitest';
import { build } from '../receipts/build.ts';
import { CHROMIUM } from '../support/chromium.ts';
import { VerifyPage } from '../support/verify-page.ts';

describe.skipIf(CHROMIUM === null)('the page, for whoever uses it', () => {
  const on = VerifyPage.forSuite();

  it('is usable by keyboard alone', async () => {
    const focused = async (): Promise<string> =>
      (await on.page.evaluate('document.activeElement.id || document.activeElement.textContent')) as string;
    const seen: string[] = [];
    for (let i = 0; i < 6; i += 1) {
      await on.page.keyboard.press('Tab');
      seen.push(await focused());
    }
    expect(seen).toEqual(['document', 'document-file', 'keys', 'keys-file', 'More to go by', 'Check']);
    const outline = await on.page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
    expect(outline).toBe('solid');
    await on.page.keyboard.press('Enter');
    expect(await on.page.locator('#document-problem').textContent()).not.toBe('');
  });

  it('names every field, and describes it', async () => {
    await on.page.getByText('More to go by').click();
    for (const field of await on.page.locator('textarea, input[type=text]').all()) {
      const id = (await field.getAttribute('id')) ?? '';
      expect((await on.page.locator(`label[for="${id}"]`).textContent())?.length).toBeGreaterThan(3);
      expect((await on.page.locator(`#${id}-hint`).textContent())?.length).toBeGreaterThan(10);
    }
    for (const picker of await on.page.locator('input[type=file]').all())
      expect(await picker.getAttribute('aria-label')).toMatch(/: choose a file$/);
    const levels = async (): Promise<string> =>
      (await on.page.evaluate('[...document.querySelectorAll("h1,h2,h3,h4")].map((one) => one.tagName[1]).join("")')) as string;
    await on.judge(build());
    expect(await levels()).toMatch(/^1222(?:34*)+$/);
  });

  it.each([
    ['phone', 390, 'light'],
    ['phone', 390, 'dark'],
    ['desktop', 1280, 'light'],
    ['desktop', 1280, 'dark'],
  ] as const)('fits a %s of %i pixels, %s', async (_name, width, colorScheme) => {
    await on.page.setViewportSize({ width, height: 844 });
    await on.page.emulateMedia({ colorScheme });
    await on.judge(build());
    expect(await on.page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const paper = (await on.page.evaluate('getComputedStyle(document.documentElement).backgroundColor')) as string;
    const [brightness = 0] = Array.from(paper.matchAll(/\d+/g), ([part]) => Number(part));
    expect(brightness > 128).toBe(colorScheme === 'light');
  });

  it('prints the verdict whole, and not the form', async () => {
    await on.judge(build());
    expect(await on.page.getByText('Nothing was handed in for it').first().isVisible()).toBe(false);
    await on.page.emulateMedia({ media: 'print' });
    await on.page.evaluate('dispatchEvent(new Event("beforeprint"))');
    expect(await on.page.getByText('Nothing was handed in for it').first().isVisible()).toBe(true);
    expect(await on.page.locator('form').isVisible()).toBe(false);
    expect(await on.page.getByRole('heading', { name: 'The verdict' }).isVisible()).toBe(true);
  });
});
