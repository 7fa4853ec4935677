// What people are told: the bell counts what is new, each leads to its thing, and each person has own marks.
import {anUndecided, api} from './api';
import {expect, notices, pageOf, test} from './support';

test.describe('a viewer', () => {
  test.use({person: 'vera'});
  test('reads everything, is told what comes anew, and follows it', async ({page, browser}) => {
    const bell = page.getByRole('link', {name: /^Notifications: /});
    await page.goto('/notifications');
    const rows = page.getByRole('table', {name: 'Notifications'}).getByRole('row');
    await expect(rows.nth(1)).toBeVisible();
    await page.getByRole('button', {name: 'Mark all as read'}).click();
    await expect(notices(page)).toContainText('as read');
    await expect(bell).toHaveAccessibleName('Notifications: 0 unread');

    const item = await anUndecided();
    await api('POST', `/approvals/${item.queue_id}/snooze`, {snooze_days: 1, reason: 'not today'});
    await api('PATCH', `/queue/${item.queue_id}`, {status: 'pending_approval'});
    await expect(bell).toHaveAccessibleName('Notifications: 1 unread');
    const first = page.getByRole('link', {name: `${item.errata_id} is back from its snooze`});
    await expect(rows.nth(1)).toContainText('is back from its snooze');

    const otto = await pageOf(browser, 'otto');
    await otto.goto('/notifications?status=unread');
    await otto.getByRole('button', {name: `Mark as read: ${item.errata_id} is back`}).click();
    await expect(otto.getByRole('link', {name: `${item.errata_id} is back from its snooze`})).toHaveCount(0);

    await first.click();
    await expect(page.getByRole('heading', {level: 1})).toHaveText(item.errata_id);
    await expect(bell).toHaveAccessibleName('Notifications: 0 unread');
  });
});
