// Starts the whole product and an identity provider before the journeys and stops them after them. Some errata are tested already when they
// begin.
import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, rmSync} from 'node:fs';
import {createServer, type AddressInfo} from 'node:net';
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

// The service and the provider have to know each other's address before they start.
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const {port} = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

interface Program {
  process: ChildProcess;
  output: () => string;
}

function start(command: string, args: string[], environment: NodeJS.ProcessEnv): Program {
  const process_ = spawn(command, args, {stdio: ['ignore', 'pipe', 'inherit'], env: {...process.env, ...environment}});
  let output = '';
  process_.stdout.on('data', (text) => (output += text));
  return {process: process_, output: () => output};
}

async function stop({process: process_}: Program) {
  if (process_.exitCode !== null || !process_.kill('SIGINT')) return;
  await once(process_, 'exit');
}

// With SPM_DASHBOARD_URL, SPM_API_KEY and SPM_PASSWORD that service is used as it is; it has no identity provider that the journeys know.
export default async function setup() {
  if (process.env.SPM_DASHBOARD_URL) return;
  rmSync(folder, {recursive: true, force: true});
  mkdirSync(folder, {recursive: true});
  const port = await freePort();
  const redirectUrl = `http://127.0.0.1:${port}/api/v1/auth/oidc/callback`;
  const client = {id: 'spm-dashboard', secret: 'a secret of the journeys'};
  const programs: Program[] = [];
  const stopAll = () => Promise.all(programs.map(stop));
  try {
    const provider = start('node', [`${root}tests/support/oidc/server.mjs`], {LOGIN_PAGE: '1', CLIENT_ID: client.id, CLIENT_SECRET: client.secret, REDIRECT_URL: redirectUrl});
    programs.push(provider);
    const providerPort = () => /PORT (\d+)\n/.exec(provider.output())?.[1];
    await until('the start of the identity provider', 30, async () => Boolean(providerPort()));
    const singleSignOn = {
      OIDC_ISSUER: `http://localhost:${providerPort()}`,
      OIDC_CLIENT_ID: client.id,
      OIDC_CLIENT_SECRET: client.secret,
      OIDC_REDIRECT_URL: redirectUrl,
      OIDC_GROUP_ROLES: 'spm-ops=operator,spm-deciders=approver',
      OIDC_LABEL: 'the hospital account',
    };
    const demo = start(binary, ['demo', '--accounts', '--dir', folder, '--port', '0', '--dashboard-port', String(port), '--speed', '60'], singleSignOn);
    programs.push(demo);
    await until('the start', 90, async () => readAddresses(demo.output()));
    for (const source of ['uyuni', 'spm_sync']) await until(`the first sync with ${source}`, 90, async () => (await api('GET', `/sync/runs?source=${source}&status=succeeded`)).total > 0);
    await until('the queue', 60, async () => {
      await api('POST', '/queue/sync', {min_severity: 'Low', os_filter: ['rhel', 'debian']});
      return (await api('GET', '/queue?os=rhel&limit=1')).total >= 10 && (await api('GET', '/queue?os=debian&limit=1')).total >= 6;
    });
    const batches = [await api('POST', '/tests/batch', {target_os: 'rhel', limit: 10}), await api('POST', '/tests/batch', {target_os: 'debian', limit: 10})];
    for (const {batch_id: id} of batches) await until('the end of the first tests', 240, async () => (await api('GET', `/tests/batch/${id}/status`)).status === 'completed');
    const {total} = await api('GET', '/approvals/pending');
    if (total < 6) throw new Error(`only ${total} of the first tests passed; see ${folder}/orchestrator.log`);
  } catch (error) {
    await stopAll();
    throw error;
  }
  return stopAll;
}
