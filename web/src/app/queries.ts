// What was asked and answered; one for all pages.
import {QueryClient} from '@tanstack/react-query';
import {ApiError} from '@/shared/api/client';

// What the server refuses it refuses again; only what may pass is tried again.
function isPassing(error: unknown) {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 502);
}

export const queries = new QueryClient({
  defaultOptions: {
    // Asked even when the browser believes to be offline: it knows nothing of a network without internet.
    queries: {networkMode: 'always', staleTime: 10_000, retry: (count, error) => isPassing(error) && count < 2, retryDelay: 800, refetchOnWindowFocus: true},
    mutations: {networkMode: 'always', retry: false},
  },
});
