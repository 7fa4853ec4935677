// Short notices after an action, some with a way back. They stay long enough to be read, and longer while the pointer is on them.
import {Button, CloseButton} from '@mantine/core';
import {createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode} from 'react';
import {useT} from '@/shared/i18n/i18n';
import styles from './Notices.module.css';

export interface Notice {
  text: string;
  tone?: 'ok' | 'bad' | 'info';
  undo?: () => void;
}

const shownFor = 6_000;
const shownForUndo = 10_000;
const Context = createContext<(notice: Notice) => void>(() => undefined);

export function useNotify() {
  return useContext(Context);
}

export function NoticesProvider({children}: {children: ReactNode}) {
  const t = useT();
  const [notices, setNotices] = useState<(Notice & {id: number})[]>([]);
  const timers = useRef(new Map<number, number>());
  const nextId = useRef(1);

  const dismiss = useCallback((id: number) => {
    window.clearTimeout(timers.current.get(id));
    timers.current.delete(id);
    setNotices((all) => all.filter((notice) => notice.id !== id));
  }, []);
  const schedule = useCallback(
    (id: number, notice: Notice) => timers.current.set(id, window.setTimeout(() => dismiss(id), notice.undo || notice.tone === 'bad' ? shownForUndo : shownFor)),
    [dismiss],
  );
  const notify = useCallback(
    (notice: Notice) => {
      const id = nextId.current++;
      setNotices((all) => [...all.slice(-3), {...notice, id}]);
      schedule(id, notice);
    },
    [schedule],
  );
  const context = useMemo(() => notify, [notify]);

  return (
    <Context.Provider value={context}>
      {children}
      <div className={styles.region} role="status" aria-live="polite" aria-label={t('common.notices')}>
        {notices.map((notice) => (
          <div
            key={notice.id}
            className={styles.notice}
            data-tone={notice.tone ?? 'ok'}
            onMouseEnter={() => window.clearTimeout(timers.current.get(notice.id))}
            onMouseLeave={() => schedule(notice.id, notice)}
          >
            <span className={styles.text}>{notice.text}</span>
            {notice.undo && (
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => {
                  dismiss(notice.id);
                  notice.undo!();
                }}
              >
                {t('common.undo')}
              </Button>
            )}
            <CloseButton size="sm" aria-label={t('common.close')} onClick={() => dismiss(notice.id)} />
          </div>
        ))}
      </div>
    </Context.Provider>
  );
}
