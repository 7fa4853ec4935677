// Every page, in both themes and languages: accessible, within the policy, usable on a phone.
import AxeBuilder from '@axe-core/playwright';
import type {Page} from '@playwright/test';
import {anUndecided, api} from './api';
import {expect, test} from './support';

test.use({trace: 'off'}); // of a walk through all pages it costs more than the walk; the picture and what axe found say enough

const fixed = ['/', '/approvals', '/approvals?tab=snoozed', '/approvals?tab=history', '/queue', '/tests', '/errata', '/systems', '/sync', '/checks', '/notifications', '/audit', '/users', '/users?tab=keys', '/configuration', '/cluster', '/profile', '/nowhere', '/approvals/999999', '/errata/NO-1'];

async function allPages(): Promise<string[]> {
  const item = await anUndecided();
  const {items} = await api('GET', '/tests?result=failed&limit=1');
  const systems = await api('GET', '/systems?role=test&limit=1');
  const {items: batches} = await api('GET', '/tests/batch?limit=1');
  return [...fixed, `/approvals/${item.queue_id}`, `/queue/${item.queue_id}`, `/errata/${encodeURIComponent(item.errata_id)}`, `/systems/${systems.items[0].id}`, `/batches/${batches[0].batch_id}`, ...items.map((test: {test_id: number}) => `/tests/${test.test_id}`)];
}

type Rules = {type: 'tag' | 'rule'; values: string[]};
const everything: Rules = {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']};
const ofColours: Rules = {type: 'rule', values: ['color-contrast', 'link-in-text-block']}; // all that the theme can change

// The legacy mode spares a second page for each look; it would be needed for frames of other sites, and the policy allows none.
async function violations(page: Page, runOnly: Rules) {
  const {violations: all} = await new AxeBuilder({page}).setLegacyMode().options({runOnly, resultTypes: ['violations']}).analyze();
  return all.map(({id, nodes}) => ({id, where: nodes.slice(0, 3).map((node) => node.html)}));
}

// In both themes.
async function allViolations(page: Page, where: string) {
  await page.emulateMedia({colorScheme: 'light', reducedMotion: 'reduce'});
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'light');
  const light = await violations(page, everything);
  await page.emulateMedia({colorScheme: 'dark'});
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
  const dark = await violations(page, ofColours);
  return [...light.map((each) => ({page: where, theme: 'light', ...each})), ...dark.map((each) => ({page: where, theme: 'dark', ...each}))];
}

async function isComplete(page: Page) {
  await expect(page.locator('h1')).toBeVisible();
  await expect(page.locator('.mantine-Loader-root, .mantine-Skeleton-root')).toHaveCount(0);
}

for (const [language, locale] of [['en', 'en-GB'], ['it', 'it-IT']] as const) {
  test.describe(language, () => {
    test.use({locale});
    test('axe finds nothing on any page', async ({page}) => {
      test.setTimeout(600_000);
      const found: object[] = [];
      for (const path of await allPages()) {
        await page.goto(path);
        await isComplete(page);
        expect(await page.getAttribute('html', 'lang')).toBe(language);
        found.push(...(await allViolations(page, path)));
      }
      expect(found).toEqual([]);
    });
    test('axe finds nothing on the login and in the dialogs', async ({page, context}) => {
      const item = await anUndecided();
      await page.goto(`/approvals/${item.queue_id}`);
      const found: object[] = [];
      for (const key of ['a', 'r', 's', '?']) {
        await expect(page.locator('h1')).toHaveText(item.errata_id);
        await page.keyboard.press(key);
        await expect(page.getByRole('dialog')).toBeVisible();
        await page.waitForTimeout(300); // it fades in
        found.push(...(await allViolations(page, `dialog ${key}`)));
        await page.keyboard.press('Escape');
        await expect(page.getByRole('dialog')).toBeHidden();
      }
      await context.clearCookies();
      await page.goto('/');
      await isComplete(page);
      found.push(...(await allViolations(page, 'login')));
      expect(found).toEqual([]);
    });
  });
}

test('nothing is cut off on a phone', async ({page}) => {
  await page.setViewportSize({width: 390, height: 844});
  for (const path of await allPages()) {
    await page.goto(path);
    await isComplete(page);
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

test('says how soon the first page is usable', async ({page}) => {
  await page.goto('/');
  await expect(page.getByText('Decisions waiting').first()).toBeVisible();
  const begin = Date.now();
  await page.goto('/');
  await expect(page.getByRole('link', {name: /Review/}).first()).toBeVisible();
  console.log(`    first page usable after ${Date.now() - begin} ms`);
});

test('is told how the upstreams are, without asking', async ({page}) => {
  const asked: string[] = [];
  page.on('request', (request) => /\/(health\/detail|cluster)$/.test(request.url()) && asked.push(request.url()));
  await page.goto('/cluster');
  const upstreams = page.getByRole('group', {name: 'Upstreams'});
  await expect(upstreams).toContainText(' ms');
  const before = await upstreams.innerText();
  await expect.poll(() => upstreams.innerText(), {timeout: 60_000}).not.toBe(before); // their latencies
  expect(asked.filter((url) => url.includes('/api/'))).toHaveLength(2);
});
