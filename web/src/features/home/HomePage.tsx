// What an operator looks at first, in this order: decisions, exposure, what runs, what comes, whether these figures can be trusted, the trend.
import {useQueries, type UseQueryOptions} from '@tanstack/react-query';
import {Link} from 'react-router-dom';
import {useT} from '@/shared/i18n/i18n';
import {Page, Panel} from '@/shared/ui/Page';
import {LoadingState} from '@/shared/ui/States';
import {RunningTests} from '@/features/tests/RunningTests';
import {Decisions} from './Decisions';
import {Exposure} from './Exposure';
import styles from './HomePage.module.css';
import {NextPanel} from './NextPanel';
import {homeQuestions} from './questions';
import {TrendPanel} from './Trend';
import {TrustStrip} from './TrustStrip';

export default function HomePage() {
  const t = useT();
  const isWaiting = useQueries({queries: homeQuestions as UseQueryOptions[], combine: (answers) => answers.some((answer) => answer.isPending)});
  return (
    <Page title={t('home.title')}>
      {isWaiting ? (
        <LoadingState />
      ) : (
        <div className={styles.grid}>
          <Decisions />
          <Exposure />
          <Panel title={t('home.running')} aside={<Link to="/tests">{t('home.allTests')}</Link>} flush>
            <RunningTests />
          </Panel>
          <NextPanel />
          <TrustStrip />
          <TrendPanel />
        </div>
      )}
    </Page>
  );
}
