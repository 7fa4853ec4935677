// The log of one run as it happens: every event once, also across lost connections, until the run has ended.
import {useEffect, useRef, useState} from 'react';
import {address} from '@/shared/api/client';
import {follow, type ChannelState} from '@/shared/api/events';

export interface RunEvent {
  id: number;
  at: string;
  type: string;
  [more: string]: unknown;
}

export function useRunEvents(testId: number, onChange: () => void) {
  const [events, setEvents] = useState<RunEvent[]>([]);
  const [state, setState] = useState<ChannelState>('connecting');
  const changed = useRef(onChange);
  changed.current = onChange;

  useEffect(() => {
    setEvents([]);
    let lastId = 0;
    let timer = 0;
    const stop = follow(
      address('/test/{id}/events', {id: testId}),
      (event) => {
        const parsed = JSON.parse(event.data) as RunEvent;
        if (parsed.id <= lastId) return;
        lastId = parsed.id;
        setEvents((before) => [...before, parsed]);
        timer ||= window.setTimeout(() => {
          timer = 0;
          changed.current();
        }, 200);
      },
      (channel) => {
        setState(channel);
        if (channel === 'over') changed.current();
      },
    );
    return () => {
      window.clearTimeout(timer);
      stop();
    };
  }, [testId]);

  return {events, state};
}
