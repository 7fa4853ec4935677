// Finds out who is signed in, shows the login page when nobody is, and returns to it when the session ends.
import {useQueryClient} from '@tanstack/react-query';
import {lazy, Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useState, type ReactNode} from 'react';
import {address, ApiError, call, get, send, setCsrfToken, setOnUnauthorized} from '@/shared/api/client';
import {SessionContext, type Session} from '@/shared/lib/session';
import {ErrorState, LoadingState} from '@/shared/ui/States';

const LoginPage = lazy(() => import('@/features/login/LoginPage'));

interface Profile {
  actor: string;
  user_id: number | null; // null: nobody logged in, and nobody has to
  username: string | null;
  display_name: string | null;
  roles: string[];
  permissions: string[];
  must_change_password: boolean;
  has_password?: boolean; // absent where nobody comes by single sign-on
  csrf_token: string | null;
}
type Who = Pick<Session, 'name' | 'roles' | 'permissions' | 'isDemo' | 'hasPassword' | 'mustChangePassword'>;
type State = {at: 'loading'} | {at: 'in'; who: Who} | {at: 'out'; expired: boolean} | {at: 'failed'; error: unknown};

// A service without accounts lets everybody on its machine do everything: it answers a question that needs a permission.
async function askWithoutAccounts(): Promise<Who> {
  await get('/health/detail');
  return {name: 'demo', roles: [], permissions: 'all', isDemo: true, hasPassword: false, mustChangePassword: false};
}

async function ask(): Promise<Who> {
  try {
    const me = await call<Profile>('GET', address('/auth/me'));
    setCsrfToken(me.csrf_token ?? '');
    return {
      name: me.display_name || me.username || me.actor,
      roles: me.roles,
      permissions: new Set(me.permissions),
      isDemo: me.user_id === null,
      hasPassword: me.has_password ?? me.user_id !== null,
      mustChangePassword: me.must_change_password,
    };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return askWithoutAccounts();
    throw error;
  }
}

// Asked while the page is still being put together; whoever asks first takes the answer.
let early: Promise<Who> | undefined = ask();
early.catch(() => undefined); // whoever takes it will see
function askOnce(): Promise<Who> {
  const answer = early ?? ask();
  early = undefined;
  return answer;
}

export function SessionProvider({children}: {children: ReactNode}) {
  const queries = useQueryClient();
  const [state, setState] = useState<State>({at: 'loading'});

  const refresh = useCallback(async () => {
    try {
      setState({at: 'in', who: await askOnce()});
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) setState((before) => ({at: 'out', expired: before.at === 'in' || (before.at === 'out' && before.expired)}));
      else setState({at: 'failed', error});
    }
  }, []);

  useEffect(() => {
    setOnUnauthorized(() => setState((before) => (before.at === 'in' ? {at: 'out', expired: true} : before)));
    void refresh();
  }, [refresh]);

  const logout = useCallback(async () => {
    // Over already is over. After any other failure the session is still open, and whoever leaves this desk must know.
    const ended = await send('post', '/auth/logout').catch((error: unknown) => {
      if (!(error instanceof ApiError && error.status === 401)) throw error;
    });
    setCsrfToken('');
    queries.clear();
    // Who came by single sign-on leaves there too: else the next click on its button lets anybody in at this desk.
    if (ended?.end_session_url) window.location.assign(ended.end_session_url);
    setState({at: 'out', expired: false});
  }, [queries]);

  const isLoading = state.at === 'loading';
  useLayoutEffect(() => {
    if (!isLoading) document.getElementById('boot')?.remove();
  }, [isLoading]);

  const who = state.at === 'in' ? state.who : null;
  const session = useMemo<Session | null>(() => who && {...who, logout, refresh}, [who, logout, refresh]);

  if (session) return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
  if (state.at === 'failed') return <ErrorState error={state.error} retry={() => void refresh()} isPage />;
  if (state.at === 'loading') return null; // the page itself still shows its name
  return (
    <Suspense fallback={<LoadingState />}>
      <LoginPage expired={state.at === 'out' && state.expired} onLogin={refresh} />
    </Suspense>
  );
}
