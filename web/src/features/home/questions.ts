// What the first page asks the server: all of it at once, so that nothing moves when an answer comes later than another.
import {queryOptions} from '@tanstack/react-query';
import {get} from '@/shared/api/client';

const shown = 5; // of the most urgent decisions

export const overview = queryOptions({queryKey: ['home', 'overview'], queryFn: ({signal}) => get('/overview', {signal})});
export const mostUrgent = queryOptions({queryKey: ['approvals', 'home'], queryFn: ({signal}) => get('/approvals/pending', {query: {sort: 'urgency', limit: shown}, signal})});
export const engine = queryOptions({queryKey: ['tests', 'status'], queryFn: ({signal}) => get('/tests/status', {signal})});
export const syncs = queryOptions({queryKey: ['sync', 'status'], queryFn: ({signal}) => get('/sync/status', {signal})});
export const queueFigures = queryOptions({queryKey: ['queue', 'stats'], queryFn: ({signal}) => get('/queue/stats', {signal})});
export const health = queryOptions({queryKey: ['home', 'health'], queryFn: ({signal}) => get('/health/detail', {signal})});

export const homeQuestions = [overview, mostUrgent, engine, syncs, queueFigures, health];
