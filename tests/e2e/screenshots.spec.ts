// Pictures of every page, in both themes and on a phone, small enough to live in the repository.
import {mkdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type {Page} from '@playwright/test';
import {api, pending, startTest} from './api';
import {expect, signedIn, test} from './support';

const folder = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
const largest = 2_000_000; // bytes in all

async function allPages(): Promise<[name: string, path: string][]> {
  const [item] = await pending();
  const {items: failed} = await api('GET', '/tests?result=failed&limit=1');
  const {items: systems} = await api('GET', '/systems?role=test&limit=1');
  const {items: batches} = await api('GET', '/tests/batch?limit=1');
  return [
    ['home', '/'],
    ['approvals', '/approvals'],
    ['decision', `/approvals/${item!.queue_id}`],
    ['queue', '/queue'],
    ['queue-item', `/queue/${item!.queue_id}`],
    ['tests', '/tests'],
    ['run', `/tests/${failed[0].test_id}`],
    ['batch', `/batches/${batches[0].batch_id}`],
    ['errata', '/errata'],
    ['erratum', `/errata/${encodeURIComponent(item!.errata_id)}`],
    ['systems', '/systems'],
    ['system', `/systems/${systems[0].id}`],
    ['sync', '/sync'],
    ['checks', '/checks'],
    ['notifications', '/notifications'],
    ['audit', '/audit'],
    ['users', '/users'],
    ['configuration', '/configuration'],
    ['cluster', '/cluster'],
    ['profile', '/profile'],
  ];
}

async function picture(page: Page, name: string): Promise<number> {
  const client = await page.context().newCDPSession(page);
  const {data} = await client.send('Page.captureScreenshot', {format: 'webp', quality: 34});
  await client.detach();
  writeFileSync(`${folder}${name}.webp`, data, 'base64');
  return statSync(`${folder}${name}.webp`).size;
}

test('pictures of every page', async ({browser}) => {
  test.setTimeout(900_000);
  rmSync(folder, {recursive: true, force: true});
  mkdirSync(folder, {recursive: true});
  const pages = await allPages();
  const session = await signedIn('ada');
  let size = 0;
  for (const [form, colorScheme, width, height] of [['light', 'light', 1440, 900], ['dark', 'dark', 1440, 900], ['phone', 'light', 390, 844]] as const) {
    await startTest('USN-7412-2', 'ubuntu').catch(() => undefined); // something to see under way
    const context = await browser.newContext({baseURL: process.env.SPM_DASHBOARD_URL, viewport: {width, height}, colorScheme, locale: 'en-GB', timezoneId: 'Europe/Rome', storageState: session});
    const page = await context.newPage();
    for (const [name, path] of pages) {
      await page.goto(path);
      await expect(page.locator('h1')).toBeVisible();
      await page.waitForTimeout(1_200); // what is fetched after the page itself
      size += await picture(page, `${name}-${form}`);
    }
    await context.clearCookies();
    await page.goto('/');
    await expect(page.locator('h1')).toBeVisible();
    size += await picture(page, `login-${form}`);
    await context.close();
  }
  console.log(`    ${Math.round(size / 1000)} KB in all`);
  expect(size).toBeLessThan(largest);
});
