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
}

// Errata that wait for a decision, the most urgent first.
export async function pending(): Promise<Pending[]> {
  return (await api('GET', '/approvals/pending?limit=100')).items;
}

export async function statusOf(queueId: number): Promise<string> {
  return (await api('GET', `/queue/${queueId}`)).status;
}
