// The frame of a page: its title (also of the browser's tab), what one can do, its content. And the boxes that pages are made of.
import {useEffect, type ReactNode} from 'react';
import {useT} from '@/shared/i18n/i18n';
import styles from './Page.module.css';

interface Props {
  title: string;
  aside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  fill?: boolean; // exactly as high as the view: a table in it scrolls
  keepsHead?: boolean; // the head stays while the content scrolls
}

export function Page({title, aside, actions, children, fill, keepsHead}: Props) {
  const t = useT();
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`;
  }, [title, t]);
  return (
    <div className={styles.page} data-fill={fill || undefined}>
      <header className={styles.head} data-keeps={keepsHead || undefined}>
        <h1 className={styles.title}>{title}</h1>
        {aside && <div className={styles.aside}>{aside}</div>}
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Panel({title, aside, children, flush, tone}: {title?: ReactNode; aside?: ReactNode; children: ReactNode; flush?: boolean; tone?: 'bad' | 'warn'}) {
  return (
    <section className={styles.panel} data-tone={tone}>
      {title && (
        <header className={styles.panelHead}>
          <h2 className={styles.panelTitle}>{title}</h2>
          {aside && <div className={styles.panelAside}>{aside}</div>}
        </header>
      )}
      <div className={styles.panelBody} data-flush={flush || undefined}>
        {children}
      </div>
    </section>
  );
}

export function Facts({items}: {items: [label: string, value: ReactNode][]}) {
  return (
    <dl className={styles.facts}>
      {items.map(([label, value]) => (
        <div key={label} className={styles.fact}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

// A table whose rows are few: no scrolling of its own but sideways.
export function PlainTable({head, children, label}: {head: ReactNode[]; children: ReactNode; label: string}) {
  return (
    <div className={styles.tableFrame} role="group" aria-label={label} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {head.map((cell, index) =>
              cell === '' ? (
                <td key={index} />
              ) : (
                <th key={index} scope="col">
                  {cell}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
