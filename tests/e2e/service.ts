// Starts the whole product before the journeys and stops it after them. Some errata are tested already when they begin.
import {spawn} from 'node:child_process';
import {mkdirSync, rmSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = `${root}build/test-ui/demo`;
const binary = process.env.SPM_BINARY ?? `${root}build/dev/spm-orchestrator`;

async function call(method: string, path: string, body?: object) {
  const response = await fetch(`${process.env.SPM_DASHBOARD_URL}/api/v1${path}`, {method, headers: {'Content-Type': 'application/json'}, body: body && JSON.stringify(body)});
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

async function until(what: string, seconds: number, isSo: () => Promise<boolean>) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await new Promise((done) => setTimeout(done, 500))) if (await isSo().catch(() => false)) return;
  throw new Error(`${what} did not happen within ${seconds} s; see ${folder}/orchestrator.log`);
}

// With SPM_DASHBOARD_URL that service is used as it is.
export default async function setup() {
  if (process.env.SPM_DASHBOARD_URL) return;
  rmSync(folder, {recursive: true, force: true});
  mkdirSync(folder, {recursive: true});
  const program = spawn(binary, ['demo', '--dir', folder, '--port', '0', '--dashboard-port', '0', '--speed', '60'], {stdio: ['ignore', 'pipe', 'inherit']});
  const stop = () =>
    new Promise<void>((done) => {
      program.once('exit', () => done());
      if (!program.kill('SIGINT')) done();
    });
  let output = '';
  program.stdout.on('data', (text) => (output += text));
  try {
    await until('the start', 90, async () => {
      const address = /dashboard\s+(http:\S+?)\/?\n/.exec(output);
      if (address) process.env.SPM_DASHBOARD_URL = address[1];
      return Boolean(address);
    });
    await until('the first sync', 60, async () => (await call('POST', '/queue/sync', {min_severity: 'Low', os_filter: ['rhel', 'debian']})).queued > 5);
    await call('POST', '/tests/batch', {target_os: 'rhel', limit: 10});
    await call('POST', '/tests/batch', {target_os: 'debian', limit: 10});
    await until('six tests that passed', 240, async () => (await call('GET', '/approvals/pending')).total >= 6);
    await until('the end of the other tests', 240, async () => (await call('GET', '/tests/status')).running.length === 0);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
