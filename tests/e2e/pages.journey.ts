// Every page, in both themes and languages: accessible, within the policy, usable on a phone.
import AxeBuilder from '@axe-core/playwright';
import {expect, pending, test} from './support';

const fixed = ['/', '/approvals', '/approvals?tab=snoozed', '/queue', '/tests', '/errata', '/systems', '/sync', '/checks', '/cluster', '/profile', '/nowhere'];

async function allPages(page: Parameters<typeof pending>[0]): Promise<string[]> {
  const [item] = await pending(page);
  const {items} = await (await page.request.get('/api/v1/tests?result=failed&limit=1')).json();
  return [...fixed, `/approvals/${item!.queue_id}`, `/queue/${item!.queue_id}`, `/errata/${encodeURIComponent(item!.errata_id)}`, ...items.map((test: {test_id: number}) => `/tests/${test.test_id}`)];
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [language, locale] of [['en', 'en-GB'], ['it', 'it-IT']] as const) {
    test.describe(`${colorScheme}, ${language}`, () => {
      test.use({colorScheme, locale});
      test('axe finds nothing on any page', async ({page}) => {
        test.setTimeout(600_000);
        for (const path of await allPages(page)) {
          await page.goto(path);
          await expect(page.locator('h1, main p').first()).toBeVisible();
          await page.waitForTimeout(700); // what is fetched after the page itself
          expect(await page.getAttribute('html', 'lang')).toBe(language);
          const {violations} = await new AxeBuilder({page}).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
          expect(violations.map(({id, nodes}) => ({path, id, where: nodes.slice(0, 3).map((node) => node.html)}))).toEqual([]);
        }
      });
    });
  }
}

test('nothing is cut off on a phone', async ({page}) => {
  await page.setViewportSize({width: 390, height: 844});
  for (const path of await allPages(page)) {
    await page.goto(path);
    await page.waitForTimeout(700);
    const {content, view} = await page.evaluate(() => ({content: document.querySelector('main')!.scrollWidth, view: document.querySelector('main')!.clientWidth}));
    expect(content, path).toBeLessThanOrEqual(view);
  }
});

test('filters stand in the address', async ({page}) => {
  await page.goto('/errata');
  await page.getByLabel('Severity').selectOption('High');
  await expect(page).toHaveURL(/severity=High/);
  await page.reload();
  await expect(page.getByLabel('Severity')).toHaveValue('High');
});

test('the first page is usable within a second', async ({page}) => {
  await page.goto('/');
  await expect(page.getByText('Decisions waiting').first()).toBeVisible();
  await page.evaluate(() => performance.mark('warm'));
  const begin = Date.now();
  await page.goto('/');
  await expect(page.getByRole('link', {name: /Review/}).first()).toBeVisible();
  console.log(`    first page usable after ${Date.now() - begin} ms`);
});
