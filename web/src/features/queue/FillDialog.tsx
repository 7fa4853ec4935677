// Queue everything that the test systems miss; what would be queued is shown first.
import {Button, NativeSelect} from '@mantine/core';
import {keepPreviousData, useMutation, useQuery, useQueryClient} from '@tanstack/react-query';
import {useState} from 'react';
import {send} from '@/shared/api/client';
import type {Severity} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {Dialog} from '@/shared/ui/Dialog';
import {Refusal} from '@/shared/ui/Dialogs';
import {severities, systemNames} from '@/shared/ui/Filters';
import {useNotify} from '@/shared/ui/Notices';
import {Answer} from '@/shared/ui/States';
import styles from './Dialogs.module.css';

export function FillDialog({onClose}: {onClose: () => void}) {
  const t = useT();
  const notify = useNotify();
  const queries = useQueryClient();
  const [least, setLeast] = useState<Severity>('Medium');
  const body = {auto_queue_new: true, exclude_already_tested: true, os_filter: [], min_severity: least};
  const preview = useQuery({queryKey: ['queue', 'preview', least], queryFn: () => send('post', '/queue/sync', {body: {...body, dry_run: true}}), placeholderData: keepPreviousData});
  const fill = useMutation({
    mutationFn: () => send('post', '/queue/sync', {body: {...body, dry_run: false}}),
    onSuccess: async (done) => {
      notify({text: t('queue.fillDone', {count: done.queued})});
      await queries.invalidateQueries({queryKey: ['queue']});
      onClose();
    },
  });
  const count = preview.data?.items.length ?? 0;
  return (
    <Dialog onClose={onClose} title={t('queue.fillTitle')}>
      <div className="stack">
        <NativeSelect label={t('queue.fillMin')} value={least} data={severities.map((each) => ({value: each, label: t(`severity.${each}`)}))} onChange={(event) => setLeast(event.currentTarget.value as Severity)} />
        <Answer of={preview}>
          {({items}) => (
            <>
              <p>{items.length === 0 ? t('queue.fillNothing') : t('queue.fillPreview', {count: items.length})}</p>
              {items.length > 0 && (
                <ul className={styles.list} tabIndex={0} aria-label={t('queue.fillTitle')}>
                  {items.map((each) => (
                    <li key={`${each.errata_id} ${each.target_os}`} className={styles.line}>
                      <span className="mono">{each.errata_id}</span>
                      <span className="soft">{systemNames[each.target_os] ?? each.target_os}</span>
                    </li>
                  ))}
                </ul>
              )}
            </>
          )}
        </Answer>
        {fill.error && <Refusal error={fill.error} />}
        <div className={styles.buttons}>
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button disabled={count === 0} loading={fill.isPending} onClick={() => fill.mutate()}>
            {t('queue.addSelected', {count})}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
