import {Checkbox} from '@mantine/core';
import {useQueryClient} from '@tanstack/react-query';
import {useState} from 'react';
import {send} from '@/shared/api/client';
import {useT} from '@/shared/i18n/i18n';
import {ActionDialog} from '@/shared/ui/Dialogs';
import {useNotify} from '@/shared/ui/Notices';

interface Props {
  testId: number;
  errata: string;
  system: string;
  onClose: () => void;
}

export function AbortDialog({testId, errata, system, onClose}: Props) {
  const t = useT();
  const notify = useNotify();
  const queries = useQueryClient();
  const [skipsRollback, setSkipsRollback] = useState(false);
  const abort = async (reason: string) => {
    await send('post', '/test/{id}/abort', {path: {id: testId}, body: {skip_rollback: skipsRollback, ...(reason && {reason})}});
    notify({text: t('run.aborted'), tone: 'info'});
    await queries.invalidateQueries({queryKey: ['tests']});
  };
  return (
    <ActionDialog title={t('run.abortTitle', {errata})} what={t('run.abortWhat', {system})} confirm={t('run.abort')} isDangerous reason="optional" onConfirm={abort} onClose={onClose}>
      <Checkbox label={t('run.skipRollback')} checked={skipsRollback} onChange={(event) => setSkipsRollback(event.currentTarget.checked)} />
    </ActionDialog>
  );
}

export function ForceEndDialog({testId, system, onClose}: Omit<Props, 'errata'>) {
  const t = useT();
  const notify = useNotify();
  const queries = useQueryClient();
  const end = async (reason: string) => {
    await send('post', '/test/{id}/force-end', {path: {id: testId}, body: {reason}});
    notify({text: t('run.forced', {id: testId}), tone: 'info'});
    await queries.invalidateQueries({queryKey: ['tests']});
  };
  return <ActionDialog title={t('run.forceEndTitle', {id: testId})} what={t('run.forceEndWhat', {system})} confirm={t('run.forceEnd')} isDangerous reason="required" onConfirm={end} onClose={onClose} />;
}
