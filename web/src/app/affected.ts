// Which questions an event makes worth asking again; the words are the first parts of the query keys.
const byTopic: Record<string, string[]> = {
  queue: ['queue', 'approvals', 'home'],
  approval: ['approvals', 'queue', 'home'],
  test: ['tests', 'home'],
  batch: ['tests', 'batch'],
  sync: ['sync', 'errata', 'systems', 'home'],
  cves: ['cves', 'errata', 'approvals', 'queue', 'home'],
  system: ['systems', 'tests', 'home'],
  config: ['configuration'],
  notification: ['notifications'],
};

export function affectedBy(name: string, data: string): string[] {
  let type = name;
  try {
    type = (JSON.parse(data) as {type?: string}).type ?? name;
  } catch {
    // The name has to do.
  }
  return byTopic[type.split('.')[0] ?? ''] ?? [];
}
