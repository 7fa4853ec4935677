// A moment: relative or in full, in the viewer's zone; UTC and the full form appear on hover and to screen readers.
import {Tooltip} from '@mantine/core';
import {useSyncExternalStore} from 'react';
import {useI18n} from '@/shared/i18n/i18n';
import {formatInstant, formatRelative, formatUtc} from '@/shared/lib/time';

// One clock for all that tells time from now.
let now = Date.now();
const listeners = new Set<() => void>();
let ticking = 0;
function subscribe(listener: () => void) {
  listeners.add(listener);
  ticking ||= window.setInterval(() => {
    now = Date.now();
    listeners.forEach((each) => each());
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      window.clearInterval(ticking);
      ticking = 0;
    }
  };
}

export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

export function Instant({at, relative}: {at: string | null | undefined; relative?: boolean}) {
  const {language} = useI18n();
  const current = useNow();
  if (!at) return <span className="soft">–</span>;
  const full = formatInstant(at, language);
  return (
    <Tooltip label={`${full} · ${formatUtc(at)}`}>
      <time dateTime={at}>{relative ? formatRelative(at, current, language) : full}</time>
    </Tooltip>
  );
}
