import {Checkbox} from '@mantine/core';
import {useT} from '@/shared/i18n/i18n';
import {roles, type Role} from './types';
import styles from './Users.module.css';

export function RoleChoice({value, onChange}: {value: Role[]; onChange: (roles: Role[]) => void}) {
  const t = useT();
  return (
    <Checkbox.Group label={t('users.roles')} value={value} onChange={(chosen) => onChange(chosen as Role[])}>
      <div className={styles.roles}>
        {roles.map((role) => (
          <Checkbox key={role} value={role} label={t(`users.role.${role}`)} />
        ))}
      </div>
    </Checkbox.Group>
  );
}
