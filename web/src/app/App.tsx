// Address → page. Each page is fetched when it is first opened.
import type {FetchQueryOptions} from '@tanstack/react-query';
import {Component, lazy, Suspense, type ComponentType, type ReactNode} from 'react';
import {matchPath, Route, Routes, useLocation} from 'react-router-dom';
import {homeQuestions} from '@/features/home/questions';
import {useMay, useSession} from '@/shared/lib/session';
import {CrashedState, ForbiddenState, LoadingState, NotFoundState} from '@/shared/ui/States';
import {LiveProvider} from './live';
import {queries} from './queries';
import {Shell} from './Shell';

interface Destination {
  path: string;
  load: () => Promise<{default: ComponentType}>;
  permission?: string; // else everybody who is logged in
  questions?: FetchQueryOptions[]; // of the page, which need nothing but an address
}

const destinations: Destination[] = [
  {path: '/', load: () => import('@/features/home/HomePage'), questions: homeQuestions as FetchQueryOptions[]},
  {path: '/approvals', load: () => import('@/features/approvals/ApprovalsPage')},
  {path: '/approvals/:id', load: () => import('@/features/approvals/DecisionPage')},
  {path: '/queue', load: () => import('@/features/queue/QueuePage')},
  {path: '/queue/:id', load: () => import('@/features/queue/QueueItemPage')},
  {path: '/tests', load: () => import('@/features/tests/TestsPage')},
  {path: '/tests/:id', load: () => import('@/features/tests/RunPage')},
  {path: '/batches/:id', load: () => import('@/features/tests/BatchPage')},
  {path: '/errata', load: () => import('@/features/errata/ErrataPage')},
  {path: '/errata/:id', load: () => import('@/features/errata/ErratumPage')},
  {path: '/systems', load: () => import('@/features/systems/SystemsPage')},
  {path: '/systems/:id', load: () => import('@/features/systems/SystemPage')},
  {path: '/sync', load: () => import('@/features/sync/SyncPage')},
  {path: '/checks', load: () => import('@/features/checks/ChecksPage')},
  {path: '/audit', load: () => import('@/features/audit/AuditPage'), permission: 'read_audit'},
  {path: '/users', load: () => import('@/features/users/UsersPage'), permission: 'manage_users'},
  {path: '/configuration', load: () => import('@/features/configuration/ConfigurationPage'), permission: 'read_configuration'},
  {path: '/cluster', load: () => import('@/features/cluster/ClusterPage')},
  {path: '/notifications', load: () => import('@/features/notifications/NotificationsPage')},
  {path: '/profile', load: () => import('@/features/profile/ProfilePage')},
];

const pages = destinations.map(({path, load, permission}) => {
  const Content = lazy(load);
  return {path, element: permission ? <Guarded permission={permission}><Content /></Guarded> : <Content />};
});

// The code and the figures of the page that was asked for are on their way while it is found out who asks. What goes wrong, the page
// itself will say.
const first = destinations.find(({path}) => matchPath(path, window.location.pathname));
first?.load().catch(() => undefined);
first?.questions?.forEach((question) => void queries.prefetchQuery(question));

function Guarded({permission, children}: {permission: string; children: ReactNode}) {
  return useMay(permission) ? children : <ForbiddenState permission={permission} />;
}

// A page that fails, or whose code is gone because the service was updated, takes nothing else with it.
class Barrier extends Component<{children: ReactNode}, {hasFailed: boolean}> {
  override state = {hasFailed: false};
  static getDerivedStateFromError() {
    return {hasFailed: true};
  }
  override render() {
    return this.state.hasFailed ? <CrashedState /> : this.props.children;
  }
}

export function App() {
  const {pathname} = useLocation();
  const {mustChangePassword} = useSession();
  const shown = mustChangePassword ? pages.filter(({path}) => path === '/profile').map(({element}) => ({path: '*', element})) : pages;
  return (
    <LiveProvider>
      <Shell>
        <Barrier key={pathname}>
          <Suspense fallback={<LoadingState />}>
            <Routes>
              {shown.map(({path, element}) => (
                <Route key={path} path={path} element={element} />
              ))}
              {!mustChangePassword && <Route path="*" element={<NotFoundState isPage />} />}
            </Routes>
          </Suspense>
        </Barrier>
      </Shell>
    </LiveProvider>
  );
}
