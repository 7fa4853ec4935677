// Add or change a check: for whom, what is asked, what is expected.
import {Checkbox, NativeSelect, NumberInput, Textarea, TextInput} from '@mantine/core';
import {useQueryClient} from '@tanstack/react-query';
import {useState} from 'react';
import {send} from '@/shared/api/client';
import type {CustomCheck, CustomCheckRequest} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {ActionDialog} from '@/shared/ui/Dialogs';
import {systemNames} from '@/shared/ui/Filters';
import {useNotify} from '@/shared/ui/Notices';
import {emptyDraft, draftOf, requestOf, type Draft} from './draft';

const scopes = ['os', 'group', 'system'] as const;
const types = ['command', 'http', 'tcp'] as const;

export function CheckForm({check, onClose}: {check?: CustomCheck; onClose: () => void}) {
  const t = useT();
  const notify = useNotify();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Draft>(check ? draftOf(check) : emptyDraft);
  const change = (part: Partial<Draft>) => setDraft((before) => ({...before, ...part}));
  const save = async () => {
    const body: CustomCheckRequest = requestOf(draft);
    if (check) await send('patch', '/checks/{id}', {path: {id: check.id}, body});
    else await send('post', '/checks', {body});
    notify({text: t('checks.saved', {name: draft.name})});
    await queries.invalidateQueries({queryKey: ['checks']});
  };
  return (
    <ActionDialog title={check ? (check.name ?? '') : t('checks.add')} what={t('checks.intro')} confirm={t('common.save')} isReady={draft.name.trim() !== ''} onConfirm={save} onClose={onClose}>
      <TextInput label={t('common.name')} value={draft.name} onChange={(event) => change({name: event.currentTarget.value})} required maxLength={100} data-autofocus />
      <NativeSelect label={t('checks.scope')} value={draft.scope} data={scopes.map((each) => ({value: each, label: t(`checks.scope.${each}`)}))} onChange={(event) => change({scope: event.currentTarget.value as Draft['scope']})} />
      {draft.scope === 'os' && <NativeSelect label={t('common.os')} value={draft.os} data={Object.entries(systemNames).map(([value, label]) => ({value, label}))} onChange={(event) => change({os: event.currentTarget.value})} />}
      {draft.scope === 'group' && <TextInput label={t('systems.group')} value={draft.group} onChange={(event) => change({group: event.currentTarget.value})} required />}
      {draft.scope === 'system' && <NumberInput label={t('checks.systemId')} value={draft.systemId} onChange={(value) => change({systemId: value})} required hideControls />}
      <NativeSelect label={t('checks.type')} value={draft.type} data={types.map((each) => ({value: each, label: t(`checks.type.${each}`)}))} onChange={(event) => change({type: event.currentTarget.value as Draft['type']})} />
      {draft.type === 'command' && (
        <>
          <Textarea label={t('checks.shell')} description={t('checks.shellHint')} value={draft.shell} onChange={(event) => change({shell: event.currentTarget.value})} autosize minRows={2} required />
          <NumberInput label={t('checks.exitCode')} value={draft.exitCode} onChange={(value) => change({exitCode: value})} min={0} max={255} />
        </>
      )}
      {draft.type === 'http' && (
        <>
          <TextInput label={t('checks.url')} description={t('checks.urlHint', {host: '{host}'})} value={draft.url} onChange={(event) => change({url: event.currentTarget.value})} required />
          <NumberInput label={t('checks.expectedStatus')} value={draft.status} onChange={(value) => change({status: value})} min={100} max={599} />
          <TextInput label={t('checks.bodyContains')} value={draft.bodyContains} onChange={(event) => change({bodyContains: event.currentTarget.value})} />
        </>
      )}
      {draft.type === 'tcp' && (
        <>
          <TextInput label={t('checks.host')} value={draft.host} onChange={(event) => change({host: event.currentTarget.value})} />
          <NumberInput label={t('checks.port')} value={draft.port} onChange={(value) => change({port: value})} min={1} max={65535} required hideControls />
        </>
      )}
      <Checkbox label={t('checks.enabled')} checked={draft.enabled} onChange={(event) => change({enabled: event.currentTarget.checked})} />
    </ActionDialog>
  );
}
