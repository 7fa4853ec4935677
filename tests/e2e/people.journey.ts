// Who comes in, and what each may do: login, roles, two people for one decision, configuration, the end of a session.
import type {Page} from '@playwright/test';
import {anUndecided, api, pending, startTest, statusOf, undecided} from './api';
import {expect, notices, pageOf, test} from './support';

async function logIn(page: Page, username: string, password: string) {
  await page.getByLabel('User name').fill(username);
  await page.getByRole('textbox', {name: 'Password'}).fill(password);
  await page.getByRole('button', {name: 'Log in'}).click();
}

async function approve(page: Page) {
  await page.getByRole('button', {name: 'Approve'}).click();
  await page.getByRole('dialog').getByRole('button', {name: 'Approve'}).click();
}

test.describe('nobody is logged in', () => {
  test.use({person: null});
  test('a wrong password is refused, the right one leads to the page that was asked for', async ({page}) => {
    await page.goto('/queue?os=rhel');
    await expect(page.getByRole('heading', {name: 'Log in'})).toBeVisible();
    await logIn(page, 'otto', 'not the password');
    await expect(page.getByRole('alert')).toContainText('wrong');
    await logIn(page, 'otto', process.env.SPM_PASSWORD!);
    await expect(page.getByRole('heading', {level: 1})).toHaveText('Queue');
    await expect(page).toHaveURL(/os=rhel/);
    // Who leaves is told when the session could not be ended.
    const logOut = async () => {
      await page.getByRole('button', {name: 'You: Otto Ferri'}).click();
      await page.getByRole('menuitem', {name: 'Log out'}).click();
    };
    await page.route('**/api/v1/auth/logout', (route) => route.abort());
    await logOut();
    await expect(notices(page)).toContainText('You are still logged in');
    await page.unroute('**/api/v1/auth/logout');
    await logOut();
    await expect(page.getByRole('heading', {name: 'Log in'})).toBeVisible();
    await page.reload();
    await expect(page.getByRole('heading', {name: 'Log in'})).toBeVisible();
  });
});

// With the account of the house: to the provider, which is another site to the browser, and what is answered there.
async function answerProvider(page: Page, account: string, answer = 'Continue') {
  await page.getByRole('link', {name: 'Sign in with the hospital account'}).click();
  await expect(page.getByRole('heading', {name: 'Who are you?'})).toBeVisible();
  expect(new URL(page.url()).hostname).toBe('localhost');
  await page.getByLabel('Account').fill(account);
  await page.getByLabel('Secret').fill([...account].reverse().join(''));
  await page.getByRole('button', {name: answer}).click();
}

test.describe('somebody whom the identity provider knows', () => {
  test.use({person: null});
  test('comes in by single sign-on, may do what the group says, and leaves there too', async ({page}) => {
    const item = await anUndecided();
    await page.goto(`/approvals/${item.queue_id}`);
    await answerProvider(page, 'grace');
    await expect(page.getByRole('heading', {level: 1})).toHaveText(item.errata_id);
    expect(page.url()).toBe(`${process.env.SPM_DASHBOARD_URL}/approvals/${item.queue_id}`);
    await page.reload();
    await approve(page);
    await expect(notices(page)).toContainText(`${item.errata_id} is approved`);
    const {items: decisions} = await api('GET', `/approvals/history?errata=${item.errata_id}`);
    expect(decisions[0]).toMatchObject({action: 'approve', actor: 'user:grace'});

    await page.goto('/profile');
    await expect(page.getByRole('main')).toContainText('Grace Hopper · Approver');
    await expect(page.getByLabel('Current password')).toHaveCount(0);
    await page.goto('/sync');
    await expect(page.getByRole('table', {name: 'Runs'})).toBeVisible();
    await expect(page.getByRole('button', {name: /Sync now/})).toHaveCount(0);

    await page.getByRole('button', {name: 'You: Grace Hopper'}).click();
    await page.getByRole('menuitem', {name: 'Log out'}).click();
    await page.getByRole('button', {name: 'Yes, sign me out'}).click();
    await expect(page.getByRole('heading', {name: 'Log in'})).toBeVisible();
    expect(page.url()).toBe(`${process.env.SPM_DASHBOARD_URL}/`);
    // Who comes to this desk next is asked who they are.
    await answerProvider(page, 'bob');
    await expect(page.getByRole('alert')).toContainText('None of your groups gives you a role here');
  });

  test('stays out after giving up, and when the name belongs to somebody else here', async ({page}) => {
    await page.goto('/');
    await answerProvider(page, 'grace', 'Cancel');
    await expect(page.getByRole('alert')).toContainText('The identity provider did not let you in');
    await answerProvider(page, 'ada');
    await expect(page.getByRole('alert')).toContainText('Somebody else already has your user name here');
    expect((await page.request.get('/api/v1/auth/me')).status()).toBe(401);
  });
});

test.describe('whose session is ended elsewhere', () => {
  test.use({person: null});
  test('comes to the login and from there back to the same page', async ({page}) => {
    await page.goto('/systems?role=test');
    await logIn(page, 'ada', process.env.SPM_PASSWORD!);
    await expect(page.getByRole('link', {name: 'test-rhel9-a'})).toBeVisible();
    const {items} = await (await page.request.get('/api/v1/auth/sessions')).json();
    const own = items.find((session: {is_current: boolean}) => session.is_current);
    const {items: users} = await api('GET', '/users');
    const ada = users.find((user: {username: string}) => user.username === 'ada');
    await api('DELETE', `/users/${ada.id}/sessions/${own.id}`);
    await page.getByLabel('Role').selectOption('Production');
    await expect(page.getByText('Your session has ended')).toBeVisible();
    await logIn(page, 'ada', process.env.SPM_PASSWORD!);
    await expect(page.getByRole('heading', {level: 1})).toHaveText('Systems');
    await expect(page).toHaveURL(/role=production/);
    await expect(page.getByRole('link', {name: 'web01'})).toBeVisible();
  });
});

test.describe('a viewer', () => {
  test.use({person: 'vera'});
  test('sees everything that is there to look at and can change nothing', async ({page}) => {
    const item = await anUndecided();
    await page.goto('/');
    await expect(page.getByRole('navigation', {name: 'Main'}).first()).toContainText('Approvals');
    for (const hidden of ['Audit', 'Users and keys', 'Configuration']) await expect(page.getByRole('link', {name: hidden})).toHaveCount(0);

    await page.goto(`/approvals/${item.queue_id}`);
    await expect(page.getByText('You may look, but not decide')).toBeVisible();
    for (const action of ['Approve', 'Reject', 'Snooze']) await expect(page.getByRole('button', {name: action})).toHaveCount(0);
    await page.keyboard.press('a');
    await expect(page.getByRole('dialog')).toHaveCount(0);

    const absent: [path: string, shown: RegExp, action: RegExp][] = [
      ['/approvals', /decisions? waits?/, /^(Approve|Reject|Snooze)$/],
      ['/queue', /Queue/, /Add errata|Queue what is missing|Test now/],
      [`/queue/${item.queue_id}`, /Phases|Tests/, /Test now|Take back|Save|Remove/],
      ['/sync', /Last success/, /Sync now/],
      ['/checks', /Checks/, /Add|Edit|Delete/],
    ];
    for (const [path, shown, action] of absent) {
      await page.goto(path);
      await expect(page.getByRole('main')).toContainText(shown);
      await expect(page.getByRole('main').getByRole('button', {name: action}), path).toHaveCount(0);
      await expect(page.getByRole('main').getByRole('checkbox'), path).toHaveCount(0);
    }
    for (const path of ['/users', '/audit', '/configuration']) {
      await page.goto(path);
      await expect(page.getByText('You may not see this')).toBeVisible();
    }
    // Nor past the pages.
    const {csrf_token} = await (await page.request.get('/api/v1/auth/me')).json();
    const refused = await page.request.post(`/api/v1/approvals/${item.queue_id}/approve`, {data: {}, headers: {'X-CSRF-Token': csrf_token}});
    expect(refused.status()).toBe(403);
  });
});

test.describe('an administrator', () => {
  // Whatever becomes of it: for the other journeys one person is enough.
  test.afterEach(async () => {
    const {version, fields} = await api('GET', '/config');
    const changed = fields.find((field: {name: string}) => field.name === 'policies.four_eyes_low_score').value;
    if (changed) await api('PATCH', '/config', {version, values: {'policies.four_eyes_low_score': false}, reason: 'the journey is over'});
  });
  test('changes the configuration after seeing the difference, approves by two people, and changes it back', async ({page, browser}) => {
    const item = await anUndecided((each) => each.success_score < 100);
    await page.goto('/configuration');
    const before = (await api('GET', '/config')).version;
    const policy = page.locator('[name="policies.four_eyes_low_score"]');
    await policy.check();
    await page.locator('[name="policies.four_eyes_score"]').fill('100');
    await page.getByRole('button', {name: 'Show what will change'}).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('row', {name: /four_eyes_low_score false true/})).toBeVisible();
    await expect(dialog.getByRole('row', {name: /four_eyes_score 40 100/})).toBeVisible();
    expect((await api('GET', '/config')).version).toBe(before);
    await dialog.getByLabel('Reason').fill('two people for everything this month');
    await dialog.getByRole('button', {name: 'Save'}).click();
    await expect(notices(page)).toContainText(`Saved as version ${before + 1}`);

    const anna = await pageOf(browser, 'anna');
    await anna.goto(`/approvals/${item.queue_id}`);
    await expect(anna.getByText('0 of 2 approvals')).toBeVisible();
    await approve(anna);
    await expect(notices(anna)).toContainText('one more person is needed');
    await expect(anna.getByText('Anna Serra has approved').or(anna.getByText('anna has approved'))).toBeVisible();
    await approve(anna);
    await expect(anna.getByRole('dialog').getByRole('alert')).toBeVisible();
    expect(await statusOf(item.queue_id)).toBe('pending_approval');

    const bruno = await pageOf(browser, 'bruno');
    await bruno.goto(`/approvals/${item.queue_id}`);
    await expect(bruno.getByText('1 of 2 approvals')).toBeVisible();
    await approve(bruno);
    await expect(notices(bruno)).toContainText('is approved');
    expect(await statusOf(item.queue_id)).toBe('approved');
    await Promise.all([anna.context().close(), bruno.context().close()]);

    await policy.uncheck();
    await page.getByRole('button', {name: 'Show what will change'}).click();
    await expect(dialog.getByRole('row', {name: /four_eyes_low_score true false/})).toBeVisible();
    await dialog.getByLabel('Reason').fill('the month is over');
    await dialog.getByRole('button', {name: 'Save'}).click();
    await expect(notices(page)).toContainText(`Saved as version ${before + 2}`);
    await expect(policy).not.toBeChecked();
  });
});

test.describe('an operator', () => {
  test.use({person: 'otto'});
  test('ends a test by force and releases the system from quarantine', async ({page}) => {
    const id = await startTest('USN-7434-1', 'ubuntu');
    await page.goto(`/tests/${id}`);
    await expect(page.getByRole('log')).toContainText('Patch begins', {timeout: 60_000});
    await page.getByRole('button', {name: 'End by force'}).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('the hypervisor under it is gone');
    await page.getByRole('dialog').getByRole('button', {name: 'End by force'}).click();
    await expect(notices(page)).toContainText('has ended by force');

    const {test_system: system} = await api('GET', `/test/${id}`);
    await page.goto('/systems?quarantined=true');
    await page.getByRole('link', {name: system.name}).click();
    await page.getByRole('button', {name: 'Release from quarantine'}).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', {name: 'Release from quarantine'}).click();
    await expect(dialog).toContainText('A reason is needed');
    await dialog.getByLabel('Reason').fill('looked at it: nothing was installed');
    await dialog.getByRole('button', {name: 'Release from quarantine'}).click();
    await expect(notices(page)).toContainText(`${system.name} is released`);
    await expect(page.getByText('Why it is in quarantine')).toHaveCount(0);
  });
});

test.describe('an approver', () => {
  test.use({person: 'anna'});
  test('rejects some and approves all that match, and sees the result of each', async ({page}) => {
    await undecided(4);
    const waiting = await pending();
    await page.goto('/approvals');
    for (const item of waiting.slice(0, 2)) await page.getByRole('checkbox', {name: `Select ${item.errata_id}`}).check();
    await page.getByRole('button', {name: 'Reject'}).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('not before the audit');
    await dialog.getByRole('button', {name: 'Reject'}).click();
    await expect(page.getByRole('dialog', {name: '2 of 2 done'}).getByRole('listitem')).toHaveCount(2);
    await page.keyboard.press('Escape');

    const rest = waiting.slice(2);
    await page.getByRole('checkbox', {name: `Select ${rest[0]!.errata_id}`}).check();
    await page.getByRole('button', {name: `Select all ${rest.length} matching`}).click();
    await page.getByRole('button', {name: 'Approve'}).click();
    await dialog.getByRole('button', {name: 'Approve'}).click();
    await expect(page.getByRole('dialog', {name: `${rest.length} of ${rest.length} done`})).toBeVisible();
    for (const item of rest) expect(await statusOf(item.queue_id)).toBe('approved');
    await page.keyboard.press('Escape');
    await expect(page.getByText('Every decision is made')).toBeVisible();
  });
});
