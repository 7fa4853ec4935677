// Who changed what, when and why, and the way back to any of it.
import {Button} from '@mantine/core';
import {useQuery, useQueryClient} from '@tanstack/react-query';
import {useState} from 'react';
import {address, call} from '@/shared/api/client';
import type {Page as PageOf} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {useMay} from '@/shared/lib/session';
import {ActionDialog} from '@/shared/ui/Dialogs';
import {Instant} from '@/shared/ui/Instant';
import {useNotify} from '@/shared/ui/Notices';
import {Panel} from '@/shared/ui/Page';
import {Answer} from '@/shared/ui/States';
import {Differences} from './Differences';
import type {Difference, Version} from './types';

export function Versions({current}: {current: number}) {
  const t = useT();
  const notify = useNotify();
  const queries = useQueryClient();
  const mayManage = useMay('manage_configuration');
  const [asked, setAsked] = useState<number>();
  const versions = useQuery({queryKey: ['configuration', 'versions'], queryFn: ({signal}) => call<PageOf<Version>>('GET', address('/config/versions', {}, {limit: 50}), undefined, signal)});
  const rollback = async (reason: string) => {
    const saved = await call<{version: number}>('POST', address('/config/rollback'), {version: asked, reason});
    notify({text: t('config.saved', {version: saved.version})});
    await queries.invalidateQueries({queryKey: ['configuration']});
  };
  return (
    <Panel title={t('config.history')}>
      <Answer of={versions}>
        {({items}) =>
          items.length === 0 ? (
            <p className="soft">{t('config.historyNone')}</p>
          ) : (
            <ul className="stack">
              {items.map((version) => (
                <li key={version.version} className="stack tight">
                  <div className="row">
                    <strong>{t('config.version', {version: version.version})}</strong>
                    <span className="soft">
                      {version.author} <Instant at={version.created_at} />
                    </span>
                    {mayManage && version.version !== current && (
                      <Button size="compact-xs" variant="default" onClick={() => setAsked(version.version)} aria-label={`${t('config.rollback')}: ${version.version}`}>
                        {t('config.rollback')}
                      </Button>
                    )}
                  </div>
                  {version.reason && <p>{version.reason}</p>}
                  {version.changes.length > 0 && <Differences changes={version.changes} />}
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
      {asked !== undefined && (
        <ActionDialog title={t('config.rollbackTitle', {version: asked})} what={<RollbackDifferences from={current} to={asked} />} confirm={t('config.rollback')} isDangerous reason="required" onConfirm={rollback} onClose={() => setAsked(undefined)} />
      )}
    </Panel>
  );
}

function RollbackDifferences({from, to}: {from: number; to: number}) {
  const t = useT();
  const diff = useQuery({queryKey: ['configuration', 'diff', from, to], queryFn: ({signal}) => call<{changes: Difference[]}>('GET', address('/config/diff', {}, {from, to}), undefined, signal)});
  return (
    <div className="stack tight">
      <p>{t('config.rollbackWhat')}</p>
      <Answer of={diff}>{({changes}) => <Differences changes={changes} />}</Answer>
    </div>
  );
}
