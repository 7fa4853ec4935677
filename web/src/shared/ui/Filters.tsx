// The row of filters above a table.
import {Button, NativeSelect, TextInput} from '@mantine/core';
import {IconSearch} from '@tabler/icons-react';
import {useEffect, useRef, useState, type ReactNode} from 'react';
import {useT} from '@/shared/i18n/i18n';
import {useKeys} from '@/shared/lib/keys';
import styles from './Filters.module.css';

export function FilterBar({children, onClear}: {children: ReactNode; onClear?: () => void}) {
  const t = useT();
  return (
    <div className={styles.bar} role="search">
      {children}
      {onClear && (
        <Button variant="subtle" size="xs" onClick={onClear}>
          {t('common.clear')}
        </Button>
      )}
    </div>
  );
}

interface Choice {
  value: string;
  label: string;
}

export function SelectFilter({label, value, choices, onChange, required}: {label: string; value: string | undefined; choices: Choice[]; onChange: (value: string) => void; required?: boolean}) {
  const t = useT();
  const data = required ? choices : [{value: '', label: `${label}: ${t('common.all').toLowerCase()}`}, ...choices];
  return <NativeSelect size="xs" aria-label={label} value={value ?? ''} data={data} onChange={(event) => onChange(event.currentTarget.value)} data-set={(!required && value) || undefined} />;
}

const pause = 300; // after the last key, before the server is asked

export function SearchFilter({value, onChange, label}: {value: string | undefined; onChange: (value: string) => void; label?: string}) {
  const t = useT();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value ?? '');
  useEffect(() => setText(value ?? ''), [value]);
  useEffect(() => {
    if (text.trim() === (value ?? '')) return;
    const timer = window.setTimeout(() => onChange(text.trim()), pause);
    return () => window.clearTimeout(timer);
  }, [text, value, onChange]);
  useKeys({'/': () => input.current?.focus()});
  return (
    <TextInput
      ref={input}
      size="xs"
      type="search"
      aria-label={label ?? t('common.search')}
      placeholder={label ?? t('common.searchHint')}
      leftSection={<IconSearch size={14} aria-hidden />}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      className={styles.search}
    />
  );
}

export const severities = ['Critical', 'High', 'Medium', 'Low', 'Unknown'] as const;
export const systemNames: Record<string, string> = {ubuntu: 'Ubuntu', debian: 'Debian', rhel: 'RHEL', suse: 'SUSE'};

export function SeverityFilter({value, onChange}: {value: string | undefined; onChange: (value: string) => void}) {
  const t = useT();
  return <SelectFilter label={t('common.severity')} value={value} onChange={onChange} choices={severities.map((each) => ({value: each, label: t(`severity.${each}`)}))} />;
}

export function OsFilter({value, onChange}: {value: string | undefined; onChange: (value: string) => void}) {
  const t = useT();
  return <SelectFilter label={t('common.os')} value={value} onChange={onChange} choices={Object.entries(systemNames).map(([os, label]) => ({value: os, label}))} />;
}
