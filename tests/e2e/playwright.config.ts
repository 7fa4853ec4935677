// The dashboard as people use it: Debian's Chromium against the real service with its database, the simulated fleet and Prometheus.
import {defineConfig} from '@playwright/test';

const isPicture = Boolean(process.env.SPM_SCREENSHOTS);

export default defineConfig({
  testDir: '.',
  testMatch: isPicture ? 'screenshots.spec.ts' : '*.journey.ts',
  globalSetup: './service.ts',
  workers: 1, // one fleet: the journeys follow each other
  timeout: 180_000,
  expect: {timeout: 20_000},
  reporter: [['list'], ['./summary.ts']],
  outputDir: '../../build/test-ui/results',
  use: {
    locale: 'en-GB',
    timezoneId: 'Europe/Rome',
    viewport: {width: 1400, height: 900},
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {executablePath: process.env.SPM_CHROMIUM ?? '/usr/bin/chromium', args: process.getuid?.() === 0 ? ['--no-sandbox'] : []},
  },
});
