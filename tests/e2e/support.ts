import {expect, test as base, type Page} from '@playwright/test';

// Every page that a journey opens must work without an error, and within its content security policy.
export const test = base.extend<{problems: string[]}>({
  baseURL: async ({}, use) => use(process.env.SPM_DASHBOARD_URL),
  problems: [
    async ({page}, use) => {
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => {
        if (/Content Security Policy|Refused to/.test(message.text())) problems.push(message.text());
      });
      await use(problems);
      expect(problems).toEqual([]);
    },
    {auto: true},
  ],
});
export {expect};

// What is said after an action.
export const notices = (page: Page) => page.getByRole('status', {name: 'Notices'});

export async function startTest(page: Page, errata: string, os: string): Promise<number> {
  const added = await page.request.post('/api/v1/queue', {data: {errata_ids: [errata], target_os: os}});
  const {items} = await added.json();
  const started = await page.request.post('/api/v1/test/start', {data: {queue_id: items[0].queue_id}});
  expect(started.status(), await started.text()).toBe(201);
  return (await started.json()).test_id;
}

// Errata that wait for a decision, the most urgent first.
export async function pending(page: Page): Promise<{queue_id: number; errata_id: string}[]> {
  return (await (await page.request.get('/api/v1/approvals/pending?limit=100')).json()).items;
}

export async function statusOf(page: Page, queueId: number): Promise<string> {
  return (await (await page.request.get(`/api/v1/queue/${queueId}`)).json()).status;
}
