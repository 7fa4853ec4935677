// Who is signed in, for every page. Filled by app/session.tsx.
import {createContext, useContext} from 'react';

export interface Session {
  name: string;
  roles: string[];
  permissions: ReadonlySet<string> | 'all';
  isDemo: boolean; // nobody has to log in
  hasPassword: boolean; // else single sign-on
  mustChangePassword: boolean;
  logout: () => Promise<void>;
  refresh: () => Promise<void>;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession outside SessionProvider');
  return session;
}

export function useMay(permission: string): boolean {
  const {permissions} = useSession();
  return permissions === 'all' || permissions.has(permission);
}
