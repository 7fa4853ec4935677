// A check as its form holds it, and as the server takes it: fields of another kind of check are taken away with null.
import type {CustomCheck, CustomCheckRequest} from '@/shared/api/types';

type Figure = number | string; // as a number field holds it while somebody types

export interface Draft {
  name: string;
  enabled: boolean;
  scope: 'os' | 'group' | 'system';
  os: string;
  group: string;
  systemId: Figure;
  type: 'command' | 'http' | 'tcp';
  shell: string;
  isArgv: boolean; // the words were given one by one, and stay so unless the text is changed
  argv: string[];
  exitCode: Figure;
  url: string;
  status: Figure;
  bodyContains: string;
  host: string;
  port: Figure;
}

export const emptyDraft: Draft = {
  name: '', enabled: true, scope: 'os', os: 'ubuntu', group: '', systemId: '', type: 'command', shell: '', isArgv: false, argv: [], exitCode: 0, url: 'https://{host}/', status: 200,
  bodyContains: '', host: '', port: '',
};

export function draftOf(check: CustomCheck): Draft {
  return {
    name: check.name ?? '',
    enabled: check.enabled ?? true,
    scope: check.os ? 'os' : check.group ? 'group' : 'system',
    os: check.os ?? 'ubuntu',
    group: check.group ?? '',
    systemId: check.system_id ?? '',
    type: check.type ?? 'command',
    shell: check.shell ?? (check.argv ?? []).join(' '),
    isArgv: Boolean(check.argv),
    argv: check.argv ?? [],
    exitCode: check.expected_exit_code ?? 0,
    url: check.url ?? emptyDraft.url,
    status: check.expected_status ?? 200,
    bodyContains: check.body_contains ?? '',
    host: check.host ?? '',
    port: check.port ?? '',
  };
}

const figure = (value: Figure) => (value === '' ? null : Number(value));

export function requestOf(draft: Draft): CustomCheckRequest {
  const keepsWords = draft.isArgv && draft.shell === draft.argv.join(' ');
  const isCommand = draft.type === 'command';
  const isHttp = draft.type === 'http';
  const isTcp = draft.type === 'tcp';
  return {
    name: draft.name.trim(),
    enabled: draft.enabled,
    os: draft.scope === 'os' ? (draft.os as CustomCheckRequest['os']) : null,
    group: draft.scope === 'group' ? draft.group : null,
    system_id: draft.scope === 'system' ? figure(draft.systemId) : null,
    type: draft.type,
    argv: isCommand && keepsWords ? draft.argv : null,
    shell: isCommand && !keepsWords ? draft.shell : null,
    expected_exit_code: isCommand ? figure(draft.exitCode) : null,
    url: isHttp ? draft.url : null,
    expected_status: isHttp ? figure(draft.status) : null,
    body_contains: isHttp && draft.bodyContains ? draft.bodyContains : null,
    host: isTcp && draft.host ? draft.host : null,
    port: isTcp ? figure(draft.port) : null,
    ...(!isCommand && {output_match: null, expected_output: null}),
    ...(!isHttp && {verify_tls: null}),
  };
}
