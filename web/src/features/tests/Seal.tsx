// Whether the record is still what was sealed when the test ended.
import {useQuery} from '@tanstack/react-query';
import {get} from '@/shared/api/client';
import {useT} from '@/shared/i18n/i18n';
import {Instant} from '@/shared/ui/Instant';
import {Panel} from '@/shared/ui/Page';
import {Answer} from '@/shared/ui/States';

export function Seal({testId}: {testId: number}) {
  const t = useT();
  const evidence = useQuery({queryKey: ['tests', 'seal', testId], queryFn: ({signal}) => get('/test/{id}/evidence', {path: {id: testId}, signal})});
  return (
    <Panel title={t('decision.evidence')} tone={evidence.data?.hash_matches === false ? 'bad' : undefined}>
      <Answer of={evidence}>
        {(record) => (
          <div className="stack tight">
            {record.evidence_removed_at ? (
              <p className="soft">
                {t('run.evidenceRemoved')} <Instant at={record.evidence_removed_at} />
              </p>
            ) : (
              <p className={record.hash_matches ? 'ok' : 'bad'}>{record.hash_matches ? t('run.sealHolds') : t('run.sealBroken')}</p>
            )}
            {record.evidence_hash && <p className="soft mono wrap">{t('run.sealed', {hash: record.evidence_hash})}</p>}
          </div>
        )}
      </Answer>
    </Panel>
  );
}
