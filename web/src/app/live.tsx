// Keeps every page current: events of the server say what has changed, and what is shown of it is asked for again. While there is no
// stream (it was lost, or this service has none) everything is asked for again every few seconds.
import {useQueryClient, type QueryClient} from '@tanstack/react-query';
import {useEffect, useRef, useState, type ReactNode} from 'react';
import {address, ApiError} from '@/shared/api/client';
import {follow} from '@/shared/api/events';
import type {Cluster, HealthDetail} from '@/shared/api/types';
import {LiveContext, type LiveState} from '@/shared/lib/live';
import {useT} from '@/shared/i18n/i18n';
import {useNotify} from '@/shared/ui/Notices';
import {affectedBy} from './affected';

const gather = 400; // events come in bursts; milliseconds
const pollEvery = 5_000;

// What ages without an event is told by the stream itself.
function takePulse(queries: QueryClient, data: string) {
  const {health, cluster} = JSON.parse(data) as {health: HealthDetail; cluster: Cluster};
  queries.setQueryData(['home', 'health'], health);
  queries.setQueryData(['cluster'], cluster);
}

// Whether the last question that the server could have answered was answered, whatever the answer was.
function useIsReachable(queries: QueryClient): boolean {
  const [isReachable, setReachable] = useState(true);
  useEffect(
    () =>
      queries.getQueryCache().subscribe((event) => {
        if (event.type !== 'updated') return;
        if (event.action.type === 'success') setReachable(true);
        if (event.action.type === 'failed' || event.action.type === 'error') setReachable(!(event.action.error instanceof ApiError && event.action.error.status === 0));
      }),
    [queries],
  );
  return isReachable;
}

export function LiveProvider({children}: {children: ReactNode}) {
  const t = useT();
  const notify = useNotify();
  const queries = useQueryClient();
  const [channel, setChannel] = useState<LiveState>('connecting');
  const isReachable = useIsReachable(queries);
  const state = channel === 'polling' && !isReachable ? 'lost' : channel;
  const wasLost = useRef(false);

  useEffect(() => {
    const changed = new Set<string>();
    let timer = 0;
    const flush = () => {
      timer = 0;
      for (const key of changed) void queries.invalidateQueries({queryKey: [key]});
      changed.clear();
    };
    return follow(
      address('/events'),
      (event) => {
        if (event.name === 'pulse') return takePulse(queries, event.data);
        for (const key of affectedBy(event.name, event.data)) changed.add(key);
        timer ||= window.setTimeout(flush, gather);
      },
      (now) => setChannel(now === 'absent' || now === 'over' ? 'polling' : now),
    );
  }, [queries]);

  useEffect(() => {
    if (state === 'lost') wasLost.current = true;
    if ((state === 'open' || state === 'polling') && wasLost.current) {
      wasLost.current = false;
      void queries.invalidateQueries();
      notify({text: t('live.recovered'), tone: 'info'});
    }
    if (state !== 'lost' && state !== 'polling') return;
    const timer = window.setInterval(() => void queries.invalidateQueries({refetchType: 'active'}), pollEvery);
    return () => window.clearInterval(timer);
  }, [state, queries, notify, t]);

  return <LiveContext.Provider value={state}>{children}</LiveContext.Provider>;
}
