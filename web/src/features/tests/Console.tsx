// What happened in a run, line by line; it follows the newest line until somebody scrolls up.
import {Switch} from '@mantine/core';
import {useEffect, useRef, useState} from 'react';
import {useI18n, type Translate} from '@/shared/i18n/i18n';
import type {MessageKey} from '@/shared/i18n/messages/en';
import {formatClock, formatUtc} from '@/shared/lib/time';
import {Panel} from '@/shared/ui/Page';
import styles from './Console.module.css';
import type {RunEvent} from './useRunEvents';

const known = new Set(['test.started', 'test.phase_started', 'test.phase_ended', 'test.finished', 'test.abort_requested', 'test.forced_to_end', 'system.quarantined']);

export function describe(event: RunEvent, {t, say}: {t: Translate; say: (text: string) => string}): string {
  if (!known.has(event.type)) return event.type;
  const text = (name: string) => String(event[name] ?? '');
  return t(`event.${event.type}` as MessageKey, {
    system: text('system'),
    phase: event.phase ? t(`phase.${text('phase')}` as MessageKey) : '',
    status: event.status ? t(`phaseStatus.${text('status')}` as MessageKey) : '',
    detail: say(text('detail')),
    result: event.result ? t(`testStatus.${text('result')}` as MessageKey) : '',
    actor: text('actor'),
    reason: say(text('reason')),
  });
}

function toneOf(event: RunEvent): 'bad' | 'ok' | undefined {
  if (event.status === 'failed' || event.type === 'system.quarantined' || event.result === 'failed' || event.result === 'error') return 'bad';
  if (event.result === 'passed') return 'ok';
  return undefined;
}

export function Console({events}: {events: RunEvent[]}) {
  const {t, say, language} = useI18n();
  const [follows, setFollows] = useState(true);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (follows) frame.current?.scrollTo(0, frame.current.scrollHeight);
  }, [events, follows]);
  const scrolled = () => {
    const element = frame.current!;
    setFollows(element.scrollHeight - element.scrollTop - element.clientHeight < 24);
  };
  return (
    <Panel title={t('run.console')} aside={<Switch size="xs" label={t('run.follow')} checked={follows} onChange={(event) => setFollows(event.currentTarget.checked)} />} flush>
      <div ref={frame} className={styles.console} onScroll={scrolled} tabIndex={0} aria-label={t('run.console')} role="log">
        {events.length === 0 && <p className="soft">{t('run.consoleEmpty')}</p>}
        <ol>
          {events.map((event) => (
            <li key={event.id} className={styles.line} data-tone={toneOf(event)}>
              <time dateTime={event.at} title={formatUtc(event.at)} className="soft">
                {formatClock(event.at, language)}
              </time>
              <span className="wrap">{describe(event, {t, say})}</span>
            </li>
          ))}
        </ol>
      </div>
    </Panel>
  );
}
