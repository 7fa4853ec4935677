// Starts the whole product before the journeys and stops it after them. Some errata are tested already when they begin.
import {spawn} from 'node:child_process';
import {mkdirSync, rmSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {api} from './api';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = `${root}build/test-ui/demo`;
const binary = process.env.SPM_BINARY ?? `${root}build/dev/spm-orchestrator`;

async function until(what: string, seconds: number, isSo: () => Promise<boolean>) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await new Promise((done) => setTimeout(done, 500))) if (await isSo().catch(() => false)) return;
  throw new Error(`${what} did not happen within ${seconds} s; see ${folder}/orchestrator.log`);
}

// What the demo prints is how everything else finds it.
function readAddresses(output: string): boolean {
  const found = {
    SPM_DASHBOARD_URL: /dashboard\s+(http:\S+?)\/?\n/.exec(output)?.[1],
    SPM_API_KEY: /API key\s+(\S+)\n/.exec(output)?.[1],
    SPM_PASSWORD: /login\s+ada\s+(\S+)/.exec(output)?.[1],
  };
  for (const [name, value] of Object.entries(found)) if (value) process.env[name] = value;
  return Object.values(found).every(Boolean);
}

// With SPM_DASHBOARD_URL, SPM_API_KEY and SPM_PASSWORD that service is used as it is.
export default async function setup() {
  if (process.env.SPM_DASHBOARD_URL) return;
  rmSync(folder, {recursive: true, force: true});
  mkdirSync(folder, {recursive: true});
  const program = spawn(binary, ['demo', '--accounts', '--dir', folder, '--port', '0', '--dashboard-port', '0', '--speed', '60'], {stdio: ['ignore', 'pipe', 'inherit']});
  const stop = () =>
    new Promise<void>((done) => {
      program.once('exit', () => done());
      if (!program.kill('SIGINT')) done();
    });
  let output = '';
  program.stdout.on('data', (text) => (output += text));
  try {
    await until('the start', 90, async () => readAddresses(output));
    await until('the first sync', 60, async () => (await api('POST', '/queue/sync', {min_severity: 'Low', os_filter: ['rhel', 'debian']})).queued > 5);
    await api('POST', '/tests/batch', {target_os: 'rhel', limit: 10});
    await api('POST', '/tests/batch', {target_os: 'debian', limit: 10});
    await until('six tests that passed', 240, async () => (await api('GET', '/approvals/pending')).total >= 6);
    await until('the end of the other tests', 240, async () => (await api('GET', '/tests/status')).running.length === 0);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
