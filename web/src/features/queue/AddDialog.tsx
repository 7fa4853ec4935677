// Choose errata and put them into the queue; what the server leaves out is shown with its reason.
import {Button, Checkbox, NativeSelect, NumberInput, TextInput} from '@mantine/core';
import {keepPreviousData, useMutation, useQuery, useQueryClient} from '@tanstack/react-query';
import {useDeferredValue, useState} from 'react';
import {get, send} from '@/shared/api/client';
import type {Severity} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {SeverityBadge} from '@/shared/ui/Badges';
import {Dialog} from '@/shared/ui/Dialog';
import {Refusal} from '@/shared/ui/Dialogs';
import {systemNames} from '@/shared/ui/Filters';
import {useNotify} from '@/shared/ui/Notices';
import {Answer, EmptyState} from '@/shared/ui/States';
import styles from './Dialogs.module.css';

const mostGroups = 500;

interface Missed {
  errata_id: string;
  synopsis: string;
  severity: Severity;
  superseded_by: string | null;
  applicable_system_count: number;
}

// What the systems of this OS miss, or those of one group among them.
async function missing(os: string, group: string, q: string, signal: AbortSignal): Promise<Missed[]> {
  const search = q ? {q} : {};
  if (!group) return (await get('/errata', {query: {os, applicable: true, sort: 'severity', limit: 200, ...search}, signal})).items;
  const {items} = await get('/groups/{name}/patches', {path: {name: group}, query: {limit: 500, ...search}, signal});
  return items.filter((each) => each.target_os === os);
}

export function AddDialog({onClose}: {onClose: () => void}) {
  const t = useT();
  const notify = useNotify();
  const queries = useQueryClient();
  const [os, setOs] = useState('ubuntu');
  const [text, setText] = useState('');
  const [onlyLatest, setOnlyLatest] = useState(true);
  const [priority, setPriority] = useState<number | string>(0);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const q = useDeferredValue(text.trim());
  const [group, setGroup] = useState('');
  const groups = useQuery({queryKey: ['systems', 'groups'], queryFn: ({signal}) => get('/groups', {query: {limit: mostGroups}, signal})});
  const errata = useQuery({
    queryKey: ['errata', 'choose', os, group, q],
    queryFn: ({signal}) => missing(os, group, q, signal),
    placeholderData: keepPreviousData,
  });
  const add = useMutation({
    mutationFn: () => send('post', '/queue', {body: {errata_ids: [...chosen], target_os: os, priority_override: Number(priority) || 0}}),
    onSuccess: async (added) => {
      notify({text: t('queue.added', {count: added.added})});
      if (added.skipped.length > 0) notify({text: `${t('queue.skipped', {count: added.skipped.length})} ${added.skipped.map((each) => `${each.errata_id}: ${each.reason}`).join('; ')}`, tone: 'info'});
      await queries.invalidateQueries({queryKey: ['queue']});
      onClose();
    },
  });
  const toggle = (id: string) =>
    setChosen((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  return (
    <Dialog onClose={onClose} size="lg" title={t('queue.addTitle')}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen.size > 0) add.mutate();
        }}
      >
        <p className="soft">{t('queue.addWhat')}</p>
        <div className={styles.fields}>
          <TextInput label={t('common.search')} value={text} onChange={(event) => setText(event.currentTarget.value)} data-autofocus />
          <NativeSelect
            label={t('common.os')}
            value={os}
            data={Object.entries(systemNames).map(([value, label]) => ({value, label}))}
            onChange={(event) => {
              setOs(event.currentTarget.value);
              setChosen(new Set());
            }}
          />
          <NativeSelect
            label={t('systems.group')}
            value={group}
            data={[{value: '', label: t('common.all')}, ...(groups.data?.items ?? []).map(({name}) => ({value: name, label: name}))]}
            onChange={(event) => setGroup(event.currentTarget.value)}
          />
          <NumberInput label={t('queue.priority')} value={priority} onChange={setPriority} min={-1000} max={1000} hideControls />
        </div>
        <Checkbox label={t('queue.onlyLatest')} checked={onlyLatest} onChange={(event) => setOnlyLatest(event.currentTarget.checked)} />
        <Answer of={errata}>
          {(missed) => {
            const items = missed.filter((each) => !onlyLatest || !each.superseded_by);
            if (items.length === 0) return <EmptyState title={t('state.emptyFiltered')} />;
            return (
              <ul className={styles.list} tabIndex={0} aria-label={t('nav.errata')}>
                {items.map((each) => (
                  <li key={each.errata_id} className={styles.line}>
                    <Checkbox checked={chosen.has(each.errata_id)} onChange={() => toggle(each.errata_id)} label={each.errata_id} description={each.synopsis} />
                    <SeverityBadge severity={each.severity} />
                    <span className="soft">{t('common.systems', {count: each.applicable_system_count})}</span>
                  </li>
                ))}
              </ul>
            );
          }}
        </Answer>
        {add.error && <Refusal error={add.error} />}
        <div className={styles.buttons}>
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" disabled={chosen.size === 0} loading={add.isPending}>
            {t('queue.addSelected', {count: chosen.size})}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
