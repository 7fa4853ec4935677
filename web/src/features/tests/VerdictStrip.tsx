// The phases of a run in a row: what happened, how long it took; each opens its proof.
import {IconCheck, IconCircleDashed, IconLoader, IconMinus, IconX} from '@tabler/icons-react';
import {useState} from 'react';
import type {TestPhaseStatus} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {formatDuration} from '@/shared/lib/time';
import {PhaseProof} from './PhaseProof';
import styles from './VerdictStrip.module.css';

const icons = {pending: IconCircleDashed, in_progress: IconLoader, completed: IconCheck, failed: IconX, skipped: IconMinus};

export function VerdictStrip({testId, phases}: {testId: number; phases: TestPhaseStatus[]}) {
  const t = useT();
  const [opened, setOpened] = useState<TestPhaseStatus>();
  return (
    <>
      <ol className={styles.strip} aria-label={t('run.phases')}>
        {phases
          .filter((phase) => phase.name !== 'done')
          .map((phase) => {
            const Icon = icons[phase.status];
            return (
              <li key={phase.name} className={styles.item}>
                <button type="button" className={styles.phase} data-status={phase.status} disabled={phase.status === 'pending'} title={phase.detail || undefined} onClick={() => setOpened(phase)}>
                  <span className={styles.top}>{t(`phase.${phase.name}`)}</span>
                  <span className={styles.bottom}>
                    <Icon size={14} stroke={2.2} aria-hidden />
                    <span className={phase.status === 'completed' ? 'hidden-text' : undefined}>{t(`phaseStatus.${phase.status}`)} </span>
                    {phase.duration_seconds !== null && phase.status !== 'pending' && formatDuration(phase.duration_seconds)}
                  </span>
                </button>
              </li>
            );
          })}
      </ol>
      {opened && <PhaseProof testId={testId} phase={opened} onClose={() => setOpened(undefined)} />}
    </>
  );
}
