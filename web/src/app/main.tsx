import './mantine';
import './app.css';
import {MantineProvider} from '@mantine/core';
import {QueryClient, QueryClientProvider} from '@tanstack/react-query';
import {StrictMode} from 'react';
import {createRoot} from 'react-dom/client';
import {BrowserRouter} from 'react-router-dom';
import {watchForPeople} from '@/shared/api/attendance';
import {ApiError} from '@/shared/api/client';
import {I18nProvider} from '@/shared/i18n/i18n';
import {NoticesProvider} from '@/shared/ui/Notices';
import {App} from './App';
import {SessionProvider} from './session';
import {theme} from './theme';

// What the server refuses it refuses again; only what may pass is tried again.
function isPassing(error: unknown) {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 502);
}

const queries = new QueryClient({
  defaultOptions: {
    // Asked even when the browser believes to be offline: it knows nothing of a network without internet.
    queries: {networkMode: 'always', staleTime: 10_000, retry: (count, error) => isPassing(error) && count < 2, retryDelay: 800, refetchOnWindowFocus: true},
    mutations: {networkMode: 'always', retry: false},
  },
});

watchForPeople(window);

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={queries}>
        <I18nProvider>
          <BrowserRouter>
            <NoticesProvider>
              <SessionProvider>
                <App />
              </SessionProvider>
            </NoticesProvider>
          </BrowserRouter>
        </I18nProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
