import {mkdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {pending, test} from './support';

const folder = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));

test('pictures of every page', async ({browser, page}) => {
  test.setTimeout(600_000);
  mkdirSync(folder, {recursive: true});
  const [item] = await pending(page);
  const {items} = await (await page.request.get('/api/v1/tests?result=failed&limit=1')).json();
  const pages: [name: string, path: string][] = [
    ['home', '/'],
    ['approvals', '/approvals'],
    ['decision', `/approvals/${item!.queue_id}`],
    ['queue', '/queue'],
    ['tests', '/tests'],
    ['run', `/tests/${items[0].test_id}`],
    ['errata', '/errata'],
    ['erratum', `/errata/${encodeURIComponent(item!.errata_id)}`],
    ['sync', '/sync'],
    ['cluster', '/cluster'],
  ];
  for (const [form, colorScheme, width, height] of [['light', 'light', 1280, 800], ['dark', 'dark', 1280, 800], ['phone', 'light', 390, 844]] as const) {
    const context = await browser.newContext({baseURL: process.env.SPM_DASHBOARD_URL, viewport: {width, height}, colorScheme, locale: 'en-GB', timezoneId: 'Europe/Rome'});
    const shown = await context.newPage();
    for (const [name, path] of pages) {
      await shown.goto(path);
      await shown.waitForTimeout(1_500);
      await shown.screenshot({path: `${folder}${name}-${form}.png`});
    }
    await context.close();
  }
});
