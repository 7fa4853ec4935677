// Who one is, and how one wants it: theme, language, shortcuts.
import {Menu, useMantineColorScheme, type MantineColorScheme} from '@mantine/core';
import {IconKeyboard} from '@tabler/icons-react';
import {useNavigate} from 'react-router-dom';
import {useI18n, type Language} from '@/shared/i18n/i18n';
import {useSession} from '@/shared/lib/session';
import {useNotify} from '@/shared/ui/Notices';
import styles from './Shell.module.css';
import {UserButton} from './UserButton';

export interface UserMenuProps {
  isOpen: boolean;
  onChange: (isOpen: boolean) => void;
  onHelp: () => void;
}

export default function UserMenu({isOpen, onChange, onHelp}: UserMenuProps) {
  const {t, language, setLanguage} = useI18n();
  const {name, isDemo, logout} = useSession();
  const {colorScheme, setColorScheme} = useMantineColorScheme();
  const navigate = useNavigate();
  const notify = useNotify();
  const leave = () => void logout().catch(() => notify({text: t('user.logoutFailed'), tone: 'bad'}));
  const schemes: [MantineColorScheme, string][] = [['light', t('user.light')], ['dark', t('user.dark')], ['auto', t('user.auto')]];
  const languages: [Language, string][] = [['en', 'English'], ['it', 'Italiano']];
  return (
    <Menu position="top-start" width={230} opened={isOpen} onChange={onChange}>
      <Menu.Target>
        <UserButton name={name} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => navigate('/profile')}>{t('user.profile')}</Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} aria-hidden />} onClick={onHelp}>
          {t('user.shortcuts')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t('user.theme')}</Menu.Label>
        {schemes.map(([scheme, label]) => (
          <Menu.Item key={scheme} onClick={() => setColorScheme(scheme)} role="menuitemradio" aria-checked={scheme === colorScheme} className={styles.choice}>
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t('user.language')}</Menu.Label>
        {languages.map(([code, label]) => (
          <Menu.Item key={code} onClick={() => setLanguage(code)} lang={code} role="menuitemradio" aria-checked={code === language} className={styles.choice}>
            {label}
          </Menu.Item>
        ))}
        {!isDemo && (
          <>
            <Menu.Divider />
            <Menu.Item onClick={leave}>{t('user.logout')}</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
