// Answers of the calls on users and keys.
export const roles = ['viewer', 'operator', 'approver', 'deployer', 'admin', 'auditor'] as const;
export type Role = (typeof roles)[number];

export interface User {
  id: number;
  username: string;
  display_name: string;
  roles: Role[];
  disabled: boolean;
  must_change_password: boolean;
  locked_until: string | null;
  last_login_at: string | null;
}

export interface ApiKey {
  id: number;
  name: string;
  roles: Role[];
  created_by: string;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  revoked_at: string | null;
}
