// The frame around every page: where one can go, who one is, whether what one sees is current.
import {ActionIcon} from '@mantine/core';
import {IconBell, IconMenu2} from '@tabler/icons-react';
import {useQuery} from '@tanstack/react-query';
import {useEffect, useRef, useState, type ReactNode} from 'react';
import {NavLink, useLocation, useNavigate} from 'react-router-dom';
import {get} from '@/shared/api/client';
import {useT} from '@/shared/i18n/i18n';
import {useKeys, type Keys} from '@/shared/lib/keys';
import {later, whenIdle} from '@/shared/lib/later';
import {useLive} from '@/shared/lib/live';
import {useSession} from '@/shared/lib/session';
import {navigation, notifications, type Destination} from './navigation';
import styles from './Shell.module.css';
import {UserButton} from './UserButton';
import type {UserMenuProps} from './UserMenu';

function PlainUserButton({onChange}: UserMenuProps) {
  const {name} = useSession();
  return <UserButton name={name} onClick={() => onChange(true)} />;
}
const UserMenu = later<UserMenuProps>(() => import('./UserMenu'), PlainUserButton);
const Drawer = later(() => import('./NavigationDrawer'));
const KeyboardHelp = later(() => import('./KeyboardHelp'));

function useCounts() {
  const approvals = useQuery({queryKey: ['approvals', 'count'], queryFn: () => get('/approvals/pending', {query: {limit: 1}}), select: (page) => page.total});
  const running = useQuery({queryKey: ['tests', 'status'], queryFn: () => get('/tests/status'), select: (status) => status.running.length});
  const unread = useQuery({queryKey: ['notifications', 'count'], queryFn: () => get('/notifications', {query: {limit: 1}}), select: (page) => page.unread});
  return {approvals: approvals.data ?? 0, running: running.data ?? 0, unread: unread.data ?? 0};
}

function Destinations({counts, onGo}: {counts: ReturnType<typeof useCounts>; onGo?: () => void}) {
  const t = useT();
  const {permissions} = useSession();
  return (
    <>
      {navigation.map((group) => {
        const items = group.items.filter((item) => permissions === 'all' || permissions.has(item.permission));
        return items.length === 0 ? null : (
          <div key={group.label} className={styles.group}>
            <p className={styles.groupLabel}>{t(group.label)}</p>
            <ul>
              {items.map((item) => (
                <li key={item.path}>
                  <Entry item={item} count={item.counts ? counts[item.counts] : 0} onGo={onGo} />
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </>
  );
}

function Entry({item, count, onGo}: {item: Destination; count: number; onGo?: () => void}) {
  const t = useT();
  return (
    <NavLink to={item.path} end={item.path === '/'} className={styles.entry} onClick={onGo}>
      <item.icon size={18} stroke={1.7} aria-hidden />
      <span className={styles.entryLabel}>{t(item.label)}</span>
      {count > 0 && (
        <span className={styles.count} data-calls={item.counts === 'approvals' || undefined}>
          {count}
        </span>
      )}
    </NavLink>
  );
}

function Bell({unread, isNamed}: {unread: number; isNamed?: boolean}) {
  const t = useT();
  return (
    <NavLink to={notifications.path} className={isNamed ? styles.entry : styles.bell}>
      <IconBell size={isNamed ? 18 : 20} stroke={1.7} aria-hidden />
      {isNamed && (
        <span className={styles.entryLabel} aria-hidden="true">
          {t('notifications.title')}
        </span>
      )}
      <span className="hidden-text">{t('nav.bell', {count: unread})}</span>
      {unread > 0 && (
        <span className={styles.count} aria-hidden="true" data-calls>
          {unread > 99 ? '99+' : unread}
        </span>
      )}
    </NavLink>
  );
}

function LiveSign() {
  const t = useT();
  const state = useLive();
  return (
    <span className={styles.live} data-state={state}>
      {t(`live.${state}`)}
    </span>
  );
}

// The menu of the person comes after the page; until then its button stands in its place.
function UserCorner({onHelp}: {onHelp: () => void}) {
  const [isWanted, setWanted] = useState(false);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => whenIdle(() => setWanted(true)), []);
  const change = (isNowOpen: boolean) => {
    setWanted(true);
    setOpen(isNowOpen);
  };
  const Menu = isWanted ? UserMenu : PlainUserButton;
  return <Menu isOpen={isOpen} onChange={change} onHelp={onHelp} />;
}

function useGoKeys(showHelp: () => void) {
  const navigate = useNavigate();
  const isGoing = useRef(false);
  const keys: Keys = {
    '?': showHelp,
    g: () => {
      isGoing.current = true;
      window.setTimeout(() => (isGoing.current = false), 1_000);
    },
  };
  useKeys(keys);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!isGoing.current || event.key === 'g') return;
      isGoing.current = false;
      const target = [...navigation.flatMap((group) => group.items), notifications].find((item) => item.key === event.key);
      if (!target) return;
      event.preventDefault();
      event.stopPropagation();
      navigate(target.path);
    };
    window.addEventListener('keydown', listen, {capture: true});
    return () => window.removeEventListener('keydown', listen, {capture: true});
  }, [navigate]);
}

export function Shell({children}: {children: ReactNode}) {
  const t = useT();
  const live = useLive();
  const counts = useCounts();
  const {pathname} = useLocation();
  const [isMenuOpen, setMenuOpen] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  useGoKeys(() => setHelpOpen(true));
  useEffect(() => {
    main.current?.scrollTo(0, 0);
  }, [pathname]);

  const quick = navigation[0]!.items;
  return (
    <div className={styles.shell}>
      <a href="#content" className={styles.skip}>
        {t('app.skip')}
      </a>
      <aside className={styles.side}>
        <p className={styles.brand}>
          <img src="/favicon.svg" alt="" width={22} height={22} /> {t('app.name')}
        </p>
        <nav aria-label={t('nav.main')} className={styles.nav}>
          <Bell unread={counts.unread} isNamed />
          <Destinations counts={counts} />
        </nav>
        <div className={styles.foot}>
          <LiveSign />
          <UserCorner onHelp={() => setHelpOpen(true)} />
        </div>
      </aside>
      <main id="content" ref={main} tabIndex={-1} className={styles.main}>
        {live === 'lost' && (
          <p role="alert" className={styles.banner}>
            {t('live.lostBanner')}
          </p>
        )}
        {children}
      </main>
      <nav aria-label={t('nav.main')} className={styles.bottom}>
        {quick.map((item) => (
          <Entry key={item.path} item={item} count={item.counts ? counts[item.counts] : 0} />
        ))}
        <Bell unread={counts.unread} />
        <ActionIcon variant="transparent" size="xl" aria-label={t('nav.more')} onClick={() => setMenuOpen(true)} className={styles.moreButton}>
          <IconMenu2 size={20} />
        </ActionIcon>
      </nav>
      {isMenuOpen && (
        <Drawer onClose={() => setMenuOpen(false)}>
          <Destinations counts={counts} onGo={() => setMenuOpen(false)} />
          <LiveSign />
          <UserCorner onHelp={() => setHelpOpen(true)} />
        </Drawer>
      )}
      {isHelpOpen && <KeyboardHelp onClose={() => setHelpOpen(false)} />}
    </div>
  );
}
