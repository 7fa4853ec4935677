// A moment: relative or in full, in the viewer's zone; the full form and UTC appear on hover.
import {useSyncExternalStore} from 'react';
import {useI18n} from '@/shared/i18n/i18n';
import {formatInstant, formatRelative, formatUtc} from '@/shared/lib/time';

// One clock for all that tells time from now.
let now = Date.now();
const listeners = new Set<() => void>();
let ticking = 0;
function subscribe(listener: () => void) {
  listeners.add(listener);
  if (!ticking) {
    now = Date.now();
    ticking = window.setInterval(() => {
      now = Date.now();
      listeners.forEach((each) => each());
    }, 1_000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      window.clearInterval(ticking);
      ticking = 0;
    }
  };
}

// What follows from the time now; drawn again only when that changes: a table shows hundreds of them.
export function useClock<T extends string | number | undefined>(read: (now: number) => T): T {
  return useSyncExternalStore(subscribe, () => read(now));
}

export const useNow = () => useClock((instant) => instant);

const idle = () => () => undefined;

export function Instant({at, relative}: {at: string | null | undefined; relative?: boolean}) {
  const {language} = useI18n();
  const text = useSyncExternalStore(at && relative ? subscribe : idle, () => (!at ? '–' : relative ? formatRelative(at, now, language) : formatInstant(at, language)));
  if (!at) return <span className="soft">{text}</span>;
  return (
    <time dateTime={at} title={`${formatInstant(at, language)} · ${formatUtc(at)}`}>
      {text}
    </time>
  );
}
