// Address → page. Each page is fetched when it is first opened.
import {Component, lazy, Suspense, type ReactNode} from 'react';
import {Route, Routes, useLocation} from 'react-router-dom';
import {useMay, useSession} from '@/shared/lib/session';
import {CrashedState, ForbiddenState, LoadingState, NotFoundState} from '@/shared/ui/States';
import {LiveProvider} from './live';
import {Shell} from './Shell';

const HomePage = lazy(() => import('@/features/home/HomePage'));
const ApprovalsPage = lazy(() => import('@/features/approvals/ApprovalsPage'));
const DecisionPage = lazy(() => import('@/features/approvals/DecisionPage'));
const QueuePage = lazy(() => import('@/features/queue/QueuePage'));
const QueueItemPage = lazy(() => import('@/features/queue/QueueItemPage'));
const TestsPage = lazy(() => import('@/features/tests/TestsPage'));
const RunPage = lazy(() => import('@/features/tests/RunPage'));
const BatchPage = lazy(() => import('@/features/tests/BatchPage'));
const ErrataPage = lazy(() => import('@/features/errata/ErrataPage'));
const ErratumPage = lazy(() => import('@/features/errata/ErratumPage'));
const SystemsPage = lazy(() => import('@/features/systems/SystemsPage'));
const SystemPage = lazy(() => import('@/features/systems/SystemPage'));
const SyncPage = lazy(() => import('@/features/sync/SyncPage'));
const ChecksPage = lazy(() => import('@/features/checks/ChecksPage'));
const AuditPage = lazy(() => import('@/features/audit/AuditPage'));
const UsersPage = lazy(() => import('@/features/users/UsersPage'));
const ConfigurationPage = lazy(() => import('@/features/configuration/ConfigurationPage'));
const ClusterPage = lazy(() => import('@/features/cluster/ClusterPage'));
const NotificationsPage = lazy(() => import('@/features/notifications/NotificationsPage'));
const ProfilePage = lazy(() => import('@/features/profile/ProfilePage'));

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
  const pages = mustChangePassword ? (
    <Routes>
      <Route path="*" element={<ProfilePage />} />
    </Routes>
  ) : (
    <Routes>
      <Route path="/" element={<HomePage />} />
      <Route path="/approvals" element={<ApprovalsPage />} />
      <Route path="/approvals/:id" element={<DecisionPage />} />
      <Route path="/queue" element={<QueuePage />} />
      <Route path="/queue/:id" element={<QueueItemPage />} />
      <Route path="/tests" element={<TestsPage />} />
      <Route path="/tests/:id" element={<RunPage />} />
      <Route path="/batches/:id" element={<BatchPage />} />
      <Route path="/errata" element={<ErrataPage />} />
      <Route path="/errata/:id" element={<ErratumPage />} />
      <Route path="/systems" element={<SystemsPage />} />
      <Route path="/systems/:id" element={<SystemPage />} />
      <Route path="/sync" element={<SyncPage />} />
      <Route path="/checks" element={<ChecksPage />} />
      <Route path="/audit" element={<Guarded permission="read_audit"><AuditPage /></Guarded>} />
      <Route path="/users" element={<Guarded permission="manage_users"><UsersPage /></Guarded>} />
      <Route path="/configuration" element={<Guarded permission="read_configuration"><ConfigurationPage /></Guarded>} />
      <Route path="/cluster" element={<ClusterPage />} />
      <Route path="/notifications" element={<NotificationsPage />} />
      <Route path="/profile" element={<ProfilePage />} />
      <Route path="*" element={<NotFoundState isPage />} />
    </Routes>
  );
  return (
    <LiveProvider>
      <Shell>
        <Barrier key={pathname}>
          <Suspense fallback={<LoadingState />}>{pages}</Suspense>
        </Barrier>
      </Shell>
    </LiveProvider>
  );
}
