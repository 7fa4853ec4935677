// The service without a browser, with the key that may do everything: what a journey needs before it begins, and what it looks up.

export async function api(method: string, path: string, body?: object) {
  const headers = {'Content-Type': 'application/json', 'X-API-Key': process.env.SPM_API_KEY!};
  const response = await fetch(`${process.env.SPM_DASHBOARD_URL}/api/v1${path}`, {method, headers, body: body && JSON.stringify(body)});
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

export async function startTest(errata: string, os: string): Promise<number> {
  const added = await api('POST', '/queue', {errata_ids: [errata], target_os: os});
  return (await api('POST', '/test/start', {queue_id: added.items[0].queue_id})).test_id;
}

export interface Pending {
  queue_id: number;
  errata_id: string;
  severity: string;
  approvals_given: number;
  approvals_required: number;
  success_score: number;
}

// Errata that wait for a decision, the most urgent first.
export async function pending(): Promise<Pending[]> {
  return (await api('GET', '/approvals/pending?limit=100')).items;
}

// What no journey names, for those that find too little waiting; their tests pass.
const spare = ['USN-7348-1', 'USN-7257-1', 'USN-7270-1', 'USN-7412-2'];

const needsOnePerson = (item: Pending) => item.approvals_given === 0 && item.approvals_required === 1;

// At least so many that wait and are as wanted: a journey depends on no other one.
export async function undecided(count: number, isWanted: (item: Pending) => boolean = () => true): Promise<Pending[]> {
  for (;;) {
    const found = (await pending()).filter((item) => needsOnePerson(item) && isWanted(item));
    if (found.length >= count) return found;
    const errata = spare.shift();
    if (!errata) throw new Error(`${found.length} errata wait for a decision instead of ${count}, and none is left to be tested`);
    const id = await startTest(errata, 'ubuntu');
    for (;;) {
      const {status} = await api('GET', `/test/${id}`);
      if (status === 'passed') break;
      if (status !== 'running') throw new Error(`the test ${id} of ${errata} ended: ${status}`);
      await new Promise((done) => setTimeout(done, 500));
    }
  }
}

export async function anUndecided(isWanted?: (item: Pending) => boolean): Promise<Pending> {
  return (await undecided(1, isWanted))[0]!;
}

export async function statusOf(queueId: number): Promise<string> {
  return (await api('GET', `/queue/${queueId}`)).status;
}
