// The way of a patch through the dashboard: fetched, queued, tested before one's eyes, proved, decided.
import {readFileSync} from 'node:fs';
import {anUndecided, api, startTest, statusOf} from './api';
import {expect, notices, test} from './support';

test('starts a sync and sees its run', async ({page}) => {
  await page.goto('/sync');
  const rows = page.getByRole('table', {name: 'Runs'}).getByRole('row');
  await expect(rows.first()).toBeVisible();
  await page.getByRole('button', {name: 'Sync now: UYUNI'}).click();
  await expect(notices(page)).toContainText(/Sync with UYUNI/);
  await expect(page.getByRole('table', {name: 'Runs'})).toContainText('ada');
});

test('queues an erratum, watches its test to the end, reads the evidence and approves', async ({page}) => {
  await page.goto('/queue');
  await page.getByRole('button', {name: 'Add errata'}).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Search').fill('USN-7278-1');
  await dialog.getByLabel('USN-7278-1').check();
  await dialog.getByRole('button', {name: 'Add 1 erratum'}).click();
  await expect(notices(page)).toContainText('1 erratum was added');

  await page.getByPlaceholder('Advisory or synopsis').fill('USN-7278-1');
  await page.getByRole('link', {name: 'USN-7278-1'}).click();
  await page.getByRole('button', {name: 'Test now'}).click();

  await expect(page.getByRole('log')).toContainText('Pre-check begins');
  await expect(page.getByRole('log')).toContainText('Ended: Passed', {timeout: 120_000});
  await expect(page.getByText('The record is what was sealed when the test ended.')).toBeVisible();
  await page.getByRole('button', {name: /^Patch/}).click();
  await expect(page.getByRole('dialog')).toContainText('applied USN-7278-1');
  await page.keyboard.press('Escape');

  const download = page.waitForEvent('download');
  await page.getByRole('link', {name: 'Download the evidence'}).click();
  const evidence = JSON.parse(readFileSync(await (await download).path(), 'utf8'));
  expect(evidence.hash_matches).toBe(true);

  await page.getByRole('link', {name: 'Decide'}).click();
  await expect(page.getByRole('heading', {level: 1})).toHaveText('USN-7278-1');
  await expect(page.getByRole('heading', {name: 'Not tested'})).toBeVisible();
  await page.getByRole('button', {name: 'Approve'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Approve'}).click();
  await expect(notices(page)).toContainText('USN-7278-1 is approved');
  expect(await statusOf(evidence.queue_id)).toBe('approved');
});

test('takes an approval back while the notice is shown', async ({page}) => {
  const item = await anUndecided();
  await page.goto(`/approvals/${item.queue_id}`);
  await page.getByRole('button', {name: 'Approve'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Approve'}).click();
  await notices(page).getByRole('button', {name: 'Undo'}).click();
  await expect(notices(page)).toContainText('waits for a decision again');
  expect(await statusOf(item.queue_id)).toBe('pending_approval');
});

test('rejects with a reason, and not without', async ({page}) => {
  const item = await anUndecided();
  await page.goto(`/approvals/${item.queue_id}`);
  await page.getByRole('button', {name: 'Reject'}).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', {name: 'Reject'}).click();
  await expect(dialog).toContainText('A reason is needed');
  await dialog.getByLabel('Reason').fill('the vendor has withdrawn it');
  await dialog.getByRole('button', {name: 'Reject'}).click();
  await expect(notices(page)).toContainText('is rejected');
  expect(await statusOf(item.queue_id)).toBe('rejected');
});

test('snoozes for some days and finds it among the snoozed', async ({page}) => {
  const item = await anUndecided();
  await page.goto(`/approvals/${item.queue_id}`);
  await page.getByRole('button', {name: 'Snooze'}).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('3 days').click();
  await dialog.getByLabel('Reason').fill('after the holidays');
  await dialog.getByRole('button', {name: 'Snooze'}).click();
  await expect(notices(page)).toContainText('is snoozed until');
  await page.goto('/approvals?tab=snoozed');
  await expect(page.getByRole('link', {name: item.errata_id})).toBeVisible();
});

test('approves with the keyboard alone', async ({page}) => {
  const item = await anUndecided();
  await page.goto('/approvals');
  await expect(page.getByRole('link', {name: item.errata_id})).toBeVisible();
  await page.keyboard.press('j');
  await expect(page.getByRole('link', {name: item.errata_id})).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', {level: 1})).toHaveText(item.errata_id);
  await page.keyboard.press('a');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(notices(page)).toContainText('is approved');
  expect(await statusOf(item.queue_id)).toBe('approved');
});

test('aborts a test, and sees the system put back', async ({page}) => {
  const id = await startTest('USN-7300-1', 'ubuntu');
  await page.goto(`/tests/${id}`);
  await expect(page.getByRole('log')).toContainText('Patch begins', {timeout: 60_000});
  await page.getByRole('button', {name: 'Abort'}).click();
  await page.getByRole('dialog').getByLabel('Reason').fill('wrong moment');
  await page.getByRole('dialog').getByRole('button', {name: 'Abort'}).click();
  await expect(page.getByRole('log')).toContainText('Ended: Aborted', {timeout: 120_000});
  await expect(page.getByText('The system was put back, and it was proved')).toBeVisible();
});

test('loses the connection during a test and misses nothing', async ({page, context}) => {
  const id = await startTest('USN-7207-1', 'ubuntu');
  await page.goto(`/tests/${id}`);
  await expect(page.getByRole('log')).toContainText('Pre-check');
  await context.setOffline(true);
  await expect(page.getByRole('alert')).toContainText('The connection to the server is lost');
  await page.waitForTimeout(5_000); // the test goes on meanwhile
  await context.setOffline(false);
  await expect(page.getByRole('alert')).toBeHidden();
  await expect(page.getByRole('log')).toContainText('Ended: Passed', {timeout: 120_000});
  const {items} = await api('GET', `/test/${id}/events`);
  await expect(page.getByRole('log').getByRole('listitem')).toHaveCount(items.length);
});
