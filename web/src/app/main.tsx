import './mantine';
import './app.css';
import {MantineProvider} from '@mantine/core';
import {QueryClientProvider} from '@tanstack/react-query';
import {StrictMode} from 'react';
import {createRoot} from 'react-dom/client';
import {BrowserRouter} from 'react-router-dom';
import {watchForPeople} from '@/shared/api/attendance';
import {I18nProvider} from '@/shared/i18n/i18n';
import {NoticesProvider} from '@/shared/ui/Notices';
import {App} from './App';
import {queries} from './queries';
import {SessionProvider} from './session';
import {theme} from './theme';

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
