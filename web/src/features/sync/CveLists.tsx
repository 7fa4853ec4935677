// The published lists about CVEs: how each stands, how old it is, and reading it now.
import {Button} from '@mantine/core';
import {useMutation, useQuery, useQueryClient} from '@tanstack/react-query';
import {get, send} from '@/shared/api/client';
import type {CveSourceStatus} from '@/shared/api/types';
import {useI18n, useT} from '@/shared/i18n/i18n';
import {useMay} from '@/shared/lib/session';
import {Badge} from '@/shared/ui/Badges';
import {Instant} from '@/shared/ui/Instant';
import {useNotify} from '@/shared/ui/Notices';
import {Panel, PlainTable} from '@/shared/ui/Page';
import {Said, useProblemText} from '@/shared/ui/Said';
import {Answer} from '@/shared/ui/States';

export function CveLists() {
  const t = useT();
  const lists = useQuery({queryKey: ['cves', 'sources'], queryFn: ({signal}) => get('/cves/sources', {signal})});
  return (
    <Panel title={t('cves.title')} flush>
      <Answer of={lists}>
        {({sources}) => (
          <PlainTable label={t('cves.title')} head={[t('sync.source'), t('common.status'), t('sync.lastSuccess'), t('cves.changed'), t('cves.version'), t('cves.entries'), '']}>
            {sources.map((list) => (
              <List key={list.source} list={list} />
            ))}
          </PlainTable>
        )}
      </Answer>
    </Panel>
  );
}

function List({list}: {list: CveSourceStatus}) {
  const {t, language} = useI18n();
  return (
    <tr>
      <td title={list.origin}>{t(`cves.source.${list.source}`)}</td>
      <td>
        <State list={list} />
      </td>
      <td>{list.last_success ? <Instant at={list.last_success} relative /> : t('sync.never')}</td>
      <td>
        <Instant at={list.last_change} relative />
      </td>
      <td>{list.version ?? '–'}</td>
      <td>{list.entries?.toLocaleString(language) ?? '–'}</td>
      <td>{list.enabled && <Import list={list} />}</td>
    </tr>
  );
}

function State({list}: {list: CveSourceStatus}) {
  const t = useT();
  if (list.last_error) {
    return (
      <>
        <Badge tone="bad">{t('sync.status.failed')}</Badge>{' '}
        <span className="bad wrap">
          <Said>{list.last_error}</Said>
        </span>
      </>
    );
  }
  if (list.running) return <Badge tone="info">{t('sync.status.running')}</Badge>;
  if (list.last_success) return <Badge tone="ok">{t('cves.imported')}</Badge>;
  return <span className="soft">{list.enabled ? t('cves.notYet') : t('cves.disabled')}</span>;
}

function Import({list}: {list: CveSourceStatus}) {
  const t = useT();
  const notify = useNotify();
  const problemText = useProblemText();
  const queries = useQueryClient();
  const mayImport = useMay('trigger_sync');
  const name = t(`cves.source.${list.source}`);
  const request = useMutation({
    mutationFn: () => send('post', '/cves/import', {body: {source: list.source}}),
    onSuccess: async () => {
      notify({text: t('cves.requested', {source: name}), tone: 'info'});
      await queries.invalidateQueries({queryKey: ['cves']});
    },
    onError: (error) => notify({text: problemText(error), tone: 'bad'}),
  });
  if (!mayImport) return null;
  return (
    <Button size="compact-sm" variant="default" loading={request.isPending || list.running} onClick={() => request.mutate()} aria-label={`${t('cves.import')}: ${name}`}>
      {t('cves.import')}
    </Button>
  );
}
