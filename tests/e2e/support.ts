import {expect, request, test as base, type APIRequestContext, type Browser, type Page} from '@playwright/test';

// Somebody of every role; their password is the demo's.
export type Person = 'ada' | 'otto' | 'anna' | 'bruno' | 'vera' | 'aldo';

type Session = Awaited<ReturnType<APIRequestContext['storageState']>>;
const sessions = new Map<Person, Session>();

// A session of this person, for a browser that is already logged in. The same one for all journeys: the service limits how often one may
// log in, so a journey that ends its session logs in by itself.
export async function signedIn(username: Person): Promise<Session> {
  const known = sessions.get(username);
  if (known) return known;
  const client = await request.newContext({baseURL: process.env.SPM_DASHBOARD_URL});
  const answer = await client.post('/api/v1/auth/login', {data: {username, password: process.env.SPM_PASSWORD}});
  expect(answer.status(), await answer.text()).toBe(200);
  const state = await client.storageState();
  await client.dispose();
  sessions.set(username, state);
  return state;
}

// Every page that a journey opens must work without an error, and within its content security policy.
export const test = base.extend<{problems: string[]; person: Person | null}>({
  baseURL: async ({}, use) => use(process.env.SPM_DASHBOARD_URL),
  person: ['ada', {option: true}], // who is logged in when the journey begins; null: nobody
  storageState: async ({person}, use) => use(person ? await signedIn(person) : undefined),
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

// A second person at a browser of their own.
export async function pageOf(browser: Browser, person: Person): Promise<Page> {
  const context = await browser.newContext({baseURL: process.env.SPM_DASHBOARD_URL, storageState: await signedIn(person), locale: 'en-GB', timezoneId: 'Europe/Rome'});
  return context.newPage();
}
