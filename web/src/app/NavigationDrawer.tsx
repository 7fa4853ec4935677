// All destinations, on a phone.
import {Drawer} from '@mantine/core';
import type {ReactNode} from 'react';
import {useT} from '@/shared/i18n/i18n';
import styles from './Shell.module.css';

export default function NavigationDrawer({onClose, children}: {onClose: () => void; children: ReactNode}) {
  const t = useT();
  return (
    <Drawer opened onClose={onClose} title={t('app.name')} size="17rem" position="right" lockScroll={false} closeButtonProps={{'aria-label': t('common.close')}}>
      <div className={styles.drawer}>{children}</div>
    </Drawer>
  );
}
