// A table over any number of rows: the server sorts and filters, only the rows in view exist and only their pages are fetched. j and k move
// through it, x selects. On a narrow screen each row becomes a card.
import {Skeleton} from '@mantine/core';
import {useMediaQuery} from '@mantine/hooks';
import {useQueries} from '@tanstack/react-query';
import {useVirtualizer} from '@tanstack/react-virtual';
import {memo, useEffect, useMemo, useRef, useState, type CSSProperties, type ReactNode} from 'react';
import {Link} from 'react-router-dom';
import type {Page} from '@/shared/api/types';
import {useT} from '@/shared/i18n/i18n';
import {useKeys} from '@/shared/lib/keys';
import {ErrorState} from './States';
import styles from './DataTable.module.css';

export interface Column<T> {
  id: string;
  header: string;
  width: string; // of a CSS grid track
  cell: (row: T) => ReactNode;
  end?: boolean; // figures
  isLabelled?: boolean; // on a card its header stands before it; so it does before figures
}

export interface Selection {
  ids: ReadonlySet<number>;
  toggle: (id: number) => void;
}

interface Props<T> {
  label: string;
  queryKey: readonly unknown[];
  fetchPage: (offset: number, limit: number, signal: AbortSignal) => Promise<Page<T>>;
  columns: Column<T>[]; // the first names the row
  rowId: (row: T) => number | string;
  rowName?: (row: T) => string; // of what a selection chooses
  rowHref?: (row: T) => string;
  rowTone?: (row: T) => 'bad' | 'warn' | undefined;
  selection?: Selection;
  empty: ReactNode;
  onTotal?: (total: number) => void;
  onActive?: (row: T | undefined) => void;
}

// The narrowest that all columns can be: the head and the rows scroll sideways together.
function leastWidth(widths: string[]): string {
  const rem = widths.map((width) => Number(/([\d.]+)rem/.exec(width)?.[1] ?? 6));
  return `${rem.reduce((sum, each) => sum + each + 0.75, 1.8)}rem`;
}

const pageSize = 100;
const rowHeight = 42;

export function DataTable<T>({label, queryKey, fetchPage, columns, rowId, rowName, rowHref, rowTone, selection, empty, onTotal, onActive}: Props<T>) {
  const t = useT();
  const frame = useRef<HTMLDivElement>(null);
  const [pages, setPages] = useState<number[]>([0]);
  const [active, setActive] = useState(-1);
  const wantsFocus = useRef(false);

  const answers = useQueries({
    queries: pages.map((page) => ({
      queryKey: [...queryKey, 'page', page],
      queryFn: ({signal}: {signal: AbortSignal}) => fetchPage(page * pageSize, pageSize, signal),
    })),
  });
  const first = answers.find((answer) => answer.data);
  // A jump to pages that are still on their way must not shrink the table under it.
  const key = JSON.stringify(queryKey);
  const known = useRef({key: '', total: 0});
  if (first?.data) known.current = {key, total: first.data.total};
  const isKnown = known.current.key === key;
  const total = isKnown ? known.current.total : 0;
  const rows = useMemo(() => {
    const all = new Map<number, T>();
    answers.forEach((answer, index) => answer.data?.items.forEach((row, at) => all.set(pages[index]! * pageSize + at, row)));
    return all;
  }, [answers, pages]);

  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: (index) => index,
  });
  const isNarrow = useMediaQuery('(max-width: 48em)', undefined, {getInitialValueInEffect: false});
  const measure = isNarrow ? virtual.measureElement : undefined; // cards differ in height, rows do not
  const items = virtual.getVirtualItems();
  const from = Math.floor((items[0]?.index ?? 0) / pageSize);
  const to = Math.floor((items[items.length - 1]?.index ?? 0) / pageSize);

  useEffect(() => {
    const wanted = Array.from({length: to - from + 1}, (_, index) => from + index);
    setPages((before) => (before.join() === wanted.join() ? before : wanted));
  }, [from, to]);
  useEffect(() => onTotal?.(total), [total, onTotal]);
  useEffect(() => onActive?.(rows.get(active)), [active, rows, onActive]);

  // The row that j or k went to gets the focus once it exists.
  useEffect(() => {
    if (!wantsFocus.current) return;
    const target = [...(frame.current?.querySelectorAll<HTMLElement>(`[data-index="${active}"] [data-row-focus]`) ?? [])].at(-1);
    if (!target) return;
    wantsFocus.current = false;
    target.focus({preventScroll: true});
  });

  const move = (step: number) => {
    if (total === 0) return;
    const next = Math.max(0, Math.min(total - 1, active + step));
    wantsFocus.current = true;
    setActive(next);
    virtual.scrollToIndex(next, {align: 'auto'});
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    x: () => {
      const row = rows.get(active);
      if (row && selection) selection.toggle(Number(rowId(row)));
    },
  });

  if (!isKnown) {
    const failed = answers.find((answer) => answer.error);
    if (failed) return <div className={styles.frame}><ErrorState error={failed.error} retry={() => void failed.refetch()} /></div>;
  }
  if (isKnown && total === 0) return <div className={styles.frame}>{empty}</div>;

  const widths = [...(selection ? ['1.6rem'] : []), ...columns.map((column) => column.width)];
  return (
    <div ref={frame} className={styles.frame} role="table" aria-label={label} aria-rowcount={total + 1} tabIndex={0} style={{'--columns': widths.join(' '), '--least': leastWidth(widths)} as CSSProperties}>
      <div role="rowgroup" className={styles.headGroup}>
        <div role="row" aria-rowindex={1} className={styles.head}>
          {selection && (
            <span role="columnheader">
              <span className="hidden-text">{t('common.select', {name: ''})}</span>
            </span>
          )}
          {columns.map((column) => (
            <span role="columnheader" key={column.id} data-end={column.end || undefined}>
              {column.header}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className={styles.body} style={{height: isKnown ? virtual.getTotalSize() : 8 * rowHeight}}>
        {!isKnown && Array.from({length: 8}, (_, index) => <Waiting key={index} start={index * rowHeight} index={index} />)}
        {items.map((item) => {
          const row = rows.get(item.index);
          if (!row) return <Waiting key={item.key} start={item.start} index={item.index} measure={measure} />;
          const id = rowId(row);
          return (
            <MemoRow
              key={item.key}
              row={row}
              id={Number(id)}
              name={rowName?.(row) ?? String(id)}
              index={item.index}
              start={item.start}
              columns={columns}
              href={rowHref?.(row)}
              tone={rowTone?.(row)}
              isActive={item.index === active}
              isSelected={selection?.ids.has(Number(id))}
              toggle={selection?.toggle}
              activate={setActive}
              measure={measure}
            />
          );
        })}
      </div>
    </div>
  );
}

interface RowProps<T> {
  row: T;
  id: number;
  name: string;
  index: number;
  start: number;
  columns: Column<T>[];
  href: string | undefined;
  tone: 'bad' | 'warn' | undefined;
  isActive: boolean;
  isSelected: boolean | undefined; // undefined: nothing can be selected
  toggle: ((id: number) => void) | undefined;
  activate: (index: number) => void;
  measure: ((element: HTMLElement | null) => void) | undefined;
}

function Row<T>({row, id, name, index, start, columns, href, tone, isActive, isSelected, toggle, activate, measure}: RowProps<T>) {
  const t = useT();
  return (
    <div
      ref={measure}
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      data-active={isActive || undefined}
      data-selected={isSelected || undefined}
      data-tone={tone}
      className={styles.row}
      style={{transform: `translateY(${start}px)`}}
      onFocus={() => activate(index)}
    >
      {toggle && (
        <span role="cell" className={styles.select}>
          <input type="checkbox" className={styles.checkbox} checked={isSelected} onChange={() => toggle(id)} aria-label={t('common.select', {name})} />
        </span>
      )}
      {columns.map((column, at) => (
        <span role="cell" key={column.id} data-label={column.header} data-end={column.end || undefined} data-labelled={column.end || column.isLabelled || undefined} className={at === 0 ? styles.name : styles.cell}>
          {at === 0 && href ? (
            <Link to={href} data-row-focus className={styles.link}>
              {column.cell(row)}
            </Link>
          ) : at === 0 ? (
            <span tabIndex={-1} data-row-focus>
              {column.cell(row)}
            </span>
          ) : (
            column.cell(row)
          )}
        </span>
      ))}
    </div>
  );
}

// Scrolling draws the rows that come into view, and none that were there.
const MemoRow = memo(Row) as typeof Row;

function Waiting({start, index, measure}: {start: number; index: number; measure?: (element: HTMLElement | null) => void}) {
  return (
    <div ref={measure} data-index={index} role="row" className={styles.row} style={{transform: `translateY(${start}px)`}}>
      <span role="cell" className={styles.waiting}>
        <Skeleton height={12} />
      </span>
    </div>
  );
}
