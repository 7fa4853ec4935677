// What a phase recorded: its sentence, the commands that it ran with their answers, and everything else as it is.
import {useQuery} from '@tanstack/react-query';
import {get} from '@/shared/api/client';
import type {TestPhaseStatus} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {Dialog} from '@/shared/ui/Dialog';
import {Instant} from '@/shared/ui/Instant';
import {Facts} from '@/shared/ui/Page';
import {Said} from '@/shared/ui/Said';
import {Answer} from '@/shared/ui/States';
import {formatDuration} from '@/shared/lib/time';
import {commandsIn, type RecordedCommand} from './commands';
import styles from './PhaseProof.module.css';

export function PhaseProof({testId, phase, onClose}: {testId: number; phase: TestPhaseStatus; onClose: () => void}) {
  const t = useT();
  const evidence = useQuery({queryKey: ['tests', 'evidence', testId, phase.status], queryFn: ({signal}) => get('/test/{id}/evidence', {path: {id: testId}, signal})});
  return (
    <Dialog onClose={onClose} size="xl" title={t('decision.proof', {phase: t(`phase.${phase.name}`)})}>
      <div className="stack">
        <p className="pre">
          {phase.detail ? <Said>{phase.detail}</Said> : t(`phaseStatus.${phase.status}`)}
        </p>
        <Facts
          items={[
            [t('tests.started'), <Instant key="at" at={phase.started_at} />],
            [t('tests.duration'), formatDuration(phase.duration_seconds)],
            [t('common.status'), t(`phaseStatus.${phase.status}`) + (phase.attempt > 1 ? `, ${t('run.attempt', {count: phase.attempt})}` : '')],
          ]}
        />
        <Answer of={evidence}>
          {(all) => (
            <>
              {all.evidence_removed_at && (
                <p className="soft">
                  {t('run.evidenceRemoved')} <Instant at={all.evidence_removed_at} />
                </p>
              )}
              {all.phases
                .filter((each) => each.phase === phase.name)
                .map((each) => (
                  <div key={each.attempt} className="stack">
                    {commandsIn(each.evidence).map((command, index) => (
                      <Command key={index} command={command} />
                    ))}
                    <details>
                      <summary>{t('run.raw')}</summary>
                      <pre className={styles.output} tabIndex={0}>
                        {JSON.stringify(each.evidence, null, 2)}
                      </pre>
                    </details>
                  </div>
                ))}
            </>
          )}
        </Answer>
      </div>
    </Dialog>
  );
}

function Command({command}: {command: RecordedCommand}) {
  const t = useT();
  return (
    <div className={styles.command}>
      <p className={styles.line}>
        <span className="mono wrap">$ {command.line}</span>
        <span className={`mono ${command.exit === 0 ? 'soft' : 'warn'}`}>{command.exit === null ? '…' : t('run.exit', {code: command.exit})}</span>
      </p>
      {command.output && (
        <pre className={styles.output} tabIndex={0}>
          {command.output}
        </pre>
      )}
    </div>
  );
}
