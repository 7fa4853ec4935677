// Tests under way, each with its phase, its time, and a way to stop it.
import {Button} from '@mantine/core';
import {useQuery} from '@tanstack/react-query';
import {useState} from 'react';
import {Link} from 'react-router-dom';
import {get} from '@/shared/api/client';
import type {TestEntry} from '@/shared/api/types';
import {useT, type Translate} from '@/shared/i18n/i18n';
import {later} from '@/shared/lib/later';
import {useMay} from '@/shared/lib/session';
import {formatDuration} from '@/shared/lib/time';
import {Badge} from '@/shared/ui/Badges';
import {useNow} from '@/shared/ui/Instant';
import {PlainTable} from '@/shared/ui/Page';
import {Said} from '@/shared/ui/Said';
import {Answer, EmptyState} from '@/shared/ui/States';

const AbortDialog = later(async () => ({default: (await import('./AbortDialog')).AbortDialog}));

const secondsSince = (test: TestEntry, now: number) => Math.max(0, Math.round((now - Date.parse(test.started_at)) / 1000));

// By what tests took on average lately: nobody knows better.
function remaining(elapsed: number, usual: number | null, t: Translate): string {
  if (usual === null) return '–';
  return elapsed < usual ? t('run.about', {duration: formatDuration(Math.round(usual - elapsed))}) : t('run.overUsual');
}

export function RunningTests() {
  const t = useT();
  const mayRun = useMay('run_tests');
  const now = useNow();
  const status = useQuery({queryKey: ['tests', 'status'], queryFn: ({signal}) => get('/tests/status', {signal})});
  const [stopping, setStopping] = useState<TestEntry>();
  return (
    <Answer of={status}>
      {({running, last_24_hours: {average_duration_seconds: usual}}) =>
        running.length === 0 ? (
          <EmptyState title={t('tests.runningNone')} hint={t('tests.runningNoneHint')} />
        ) : (
          <>
            <PlainTable label={t('tests.running')} head={[t('common.advisory'), t('tests.system'), t('tests.phase'), t('run.elapsed'), t('run.remaining'), '']}>
              {running.map((test) => (
                <tr key={test.test_id}>
                  <td>
                    <Link to={`/tests/${test.test_id}`}>{test.errata_id}</Link>
                  </td>
                  <td>{test.test_system.name}</td>
                  <td>
                    <span className="row tight">
                      <Badge tone="info">{t(`phase.${test.current_phase}`)}</Badge>
                      {test.waiting_for && (
                        <span className="soft">
                          <Said>{test.waiting_for}</Said>
                        </span>
                      )}
                    </span>
                  </td>
                  <td className="still">{formatDuration(secondsSince(test, now))}</td>
                  <td className="soft still">{remaining(secondsSince(test, now), usual, t)}</td>
                  <td>
                    {mayRun && (
                      <Button size="compact-xs" variant="default" onClick={() => setStopping(test)} aria-label={`${t('tests.stop')} ${test.errata_id}`}>
                        {t('tests.stop')}
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </PlainTable>
            {stopping && <AbortDialog testId={stopping.test_id} errata={stopping.errata_id} system={stopping.test_system.name} onClose={() => setStopping(undefined)} />}
          </>
        )
      }
    </Answer>
  );
}
