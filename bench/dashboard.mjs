// What the dashboard costs a person who waits for it, measured in Chromium. Called by bench.py, against a demo that runs.
//
// usage: node dashboard.mjs first|list|audit URL
import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {createRequire} from 'node:module';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const {chromium} = createRequire(`${root}tests/e2e/package.json`)('playwright-core');
const executable = process.env.SPM_CHROMIUM ?? '/usr/bin/chromium';
const flags = ['--disable-gpu', '--no-first-run', '--disable-background-networking', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
const rounds = 5;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const ms = (value) => `${Math.round(value)} ms`;
const say = (what, figure, target = '') => console.log(`${what.padEnd(52)} ${figure}${target && `   (target: ${target})`}`);

async function inBrowser(work) {
  const browser = await chromium.launch({executablePath: executable, args: flags});
  try {
    await work(browser);
  } finally {
    await browser.close();
  }
}

const newPage = async (browser) => (await browser.newContext({viewport: {width: 1440, height: 900}, locale: 'en-GB'})).newPage();

// Usable: every part of the first page has its answer, and its first decision can be opened.
async function timeToUsable(page, url) {
  const begin = performance.now();
  await page.goto(url, {waitUntil: 'commit'});
  await page.getByRole('link', {name: /^Review/}).first().waitFor();
  await page.waitForFunction(() => document.querySelectorAll('main section').length >= 6 && !document.querySelector('.mantine-Loader-root'));
  return performance.now() - begin;
}

async function measureFirst(url) {
  await inBrowser(async (browser) => {
    const cold = [];
    const warm = [];
    for (let round = 0; round < rounds; ++round) {
      const page = await newPage(browser);
      cold.push(await timeToUsable(page, url));
      warm.push(await timeToUsable(page, url));
      await page.context().close();
    }
    say('first page usable, nothing cached (median of 5)', ms(median(cold)), 'under 1000 ms');
    say('first page usable, again (median of 5)', ms(median(warm)), 'under 1000 ms');
  });
}

// Runs in the page: scrolls the table steadily and reports how long frames took, what blocked, and what was not there yet.
async function scroll([pixelsPerFrame, milliseconds]) {
  const frame = document.querySelector('[role="table"]');
  const tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration)));
  observer.observe({type: 'longtask'});
  const gaps = [];
  let blank = 0;
  const begin = performance.now();
  await new Promise((done) => {
    let last = begin;
    const step = (now) => {
      gaps.push(now - last);
      last = now;
      const view = frame.getBoundingClientRect();
      const at = document.elementFromPoint(view.left + 200, view.top + view.height / 2);
      if (!at?.closest('[role="row"]')) blank += 1;
      frame.scrollTop += pixelsPerFrame;
      if (now < begin + milliseconds) requestAnimationFrame(step);
      else done();
    };
    requestAnimationFrame(step);
  });
  observer.disconnect();
  return {gaps: gaps.slice(1), tasks, blank, rows: Math.round(frame.scrollTop / 42)};
}

// Runs in the page: what is typed or chosen, and the time until the rows are the new ones.
async function timeToRows([selector, value, expected]) {
  const input = document.querySelector(selector);
  const tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration)));
  observer.observe({type: 'longtask'});
  const prototype = input instanceof HTMLSelectElement ? HTMLSelectElement.prototype : HTMLInputElement.prototype;
  Object.getOwnPropertyDescriptor(prototype, 'value').set.call(input, value);
  const begin = performance.now();
  input.dispatchEvent(new Event(input instanceof HTMLSelectElement ? 'change' : 'input', {bubbles: true}));
  const isThere = () => {
    const rows = [...document.querySelectorAll('[role="row"][data-index]')];
    return rows.length > 0 && rows.every((row) => new RegExp(expected).test(row.textContent));
  };
  while (!isThere()) {
    if (performance.now() - begin > 20_000) throw new Error(`no rows with ${expected}`);
    await new Promise(requestAnimationFrame);
  }
  const took = performance.now() - begin;
  await new Promise((done) => setTimeout(done, 300));
  observer.disconnect();
  return {took, longest: Math.max(0, ...tasks)};
}

async function measureList(url) {
  await inBrowser(async (browser) => {
    const page = await newPage(browser);
    const begin = performance.now();
    await page.goto(`${url}approvals`, {waitUntil: 'commit'});
    await page.locator('[role="row"][data-index] a').first().waitFor();
    say('the list shows its first rows after', ms(performance.now() - begin));
    say('rows', await page.locator('[role="table"]').getAttribute('aria-rowcount').then((count) => String(count - 1)));
    await page.waitForTimeout(1_000);
    for (const [name, speed] of [['reading', 12], ['fast', 200]]) {
      const {gaps, tasks, blank, rows} = await page.evaluate(scroll, [speed, 5_000]);
      const sorted = [...gaps].sort((a, b) => a - b);
      say(`scrolling, ${name}, to row ${rows}: frames of`, `${ms(median(gaps))}, 95 % within ${ms(sorted[Math.floor(sorted.length * 0.95)])}, longest ${ms(sorted.at(-1))}`);
      say('  longest task; frames without rows', `${ms(Math.max(0, ...tasks))}; ${blank} of ${gaps.length}`, 'under 100 ms; 0');
    }
    const jump = await page.evaluate(async () => {
      const frame = document.querySelector('[role="table"]');
      const start = performance.now();
      frame.scrollTop = frame.scrollHeight;
      const last = Number(frame.getAttribute('aria-rowcount')) - 2;
      const isThere = () => [...document.querySelectorAll(`[role="row"][data-index="${last}"]`)].some((row) => row.querySelector('a'));
      while (!isThere() && performance.now() - start < 20_000) await new Promise(requestAnimationFrame);
      return performance.now() - start;
    });
    say('from the first row to the last', ms(jump));
    await page.evaluate(() => (document.querySelector('[role="table"]').scrollTop = 0));
    await page.waitForTimeout(500);
    for (const [name, ...how] of [
      ['severity chosen, new rows after', 'select[aria-label="Severity"]', 'Critical', 'Critical'],
      ['system chosen, new rows after', 'select[aria-label="System"]', 'debian', 'Debian'],
      ['searched, new rows after (300 ms of it waiting for keys)', 'input[type="search"]', 'BENCH-0101', 'BENCH-0101'],
    ]) {
      const {took, longest} = await page.evaluate(timeToRows, how);
      say(name, `${ms(took)}, longest task ${ms(longest)}`);
    }
  });
}

async function auditPage(url, form) {
  const {stdout} = await promisify(execFile)(
    process.execPath,
    [`${root}build/bench-tools/node_modules/lighthouse/cli/index.js`, url, '--quiet', '--output=json', '--only-categories=performance,accessibility', ...(form === 'desktop' ? ['--preset=desktop'] : []), `--chrome-flags=--headless=new ${flags.join(' ')}`],
    {env: {...process.env, CHROME_PATH: executable}, maxBuffer: 64_000_000, timeout: 180_000},
  );
  const {categories, audits} = JSON.parse(stdout);
  const failed = Object.values(audits).filter((audit) => audit.score !== null && audit.score < 0.9 && audit.scoreDisplayMode === 'binary').map((audit) => audit.id);
  const figures = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift', 'speed-index'].map((id) => audits[id].displayValue?.replaceAll('\u00a0', ' ')).join(', ');
  say(`${new URL(url).pathname} (${form})`, `performance ${Math.round(categories.performance.score * 100)}, accessibility ${Math.round(categories.accessibility.score * 100)}`, 'at least 95');
  console.log(`  FCP, LCP, TBT, CLS, Speed Index: ${figures}${failed.length > 0 ? `; not passed: ${failed.join(', ')}` : ''}`);
}

async function audit(url) {
  const {items} = await (await fetch(`${url}api/v1/approvals/pending?limit=1&q=USN`)).json();
  const paths = ['', 'approvals', ...(items[0] ? [`approvals/${items[0].queue_id}`] : [])];
  for (const path of paths) await auditPage(url + path, 'desktop');
  await auditPage(url + paths.at(-1), 'mobile'); // an approval at night
}

const [what, url] = process.argv.slice(2);
if (!existsSync(executable)) throw new Error(`${executable} is missing: scripts/install-deps --ui`);
await {first: measureFirst, list: measureList, audit}[what](url.endsWith('/') ? url : `${url}/`);
