import {IconUserCircle} from '@tabler/icons-react';
import {forwardRef, type ComponentPropsWithoutRef} from 'react';
import {useT} from '@/shared/i18n/i18n';
import styles from './Shell.module.css';

export const UserButton = forwardRef<HTMLButtonElement, {name: string} & ComponentPropsWithoutRef<'button'>>(function UserButton({name, ...rest}, ref) {
  const t = useT();
  return (
    <button ref={ref} type="button" {...rest} className={styles.user} aria-haspopup="menu" aria-label={t('user.menu', {name})}>
      <IconUserCircle size={20} stroke={1.6} aria-hidden />
      <span className={styles.userName}>{name}</span>
    </button>
  );
});
