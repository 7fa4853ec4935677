import {Switch} from '@mantine/core';
import {useState} from 'react';
import {useT} from '@/shared/i18n/i18n';
import type {MessageKey} from '@/shared/i18n/messages/en';
import {areShortcutsOn, turnShortcuts} from '@/shared/lib/keys';
import {Dialog} from '@/shared/ui/Dialog';
import styles from './KeyboardHelp.module.css';

const shortcuts: [string, MessageKey][] = [
  ['j', 'keys.next'],
  ['k', 'keys.previous'],
  ['Enter', 'keys.open'],
  ['x', 'keys.select'],
  ['a', 'keys.approve'],
  ['r', 'keys.reject'],
  ['s', 'keys.snooze'],
  ['/', 'keys.search'],
  ['g', 'keys.go'],
  ['?', 'keys.help'],
];

export default function KeyboardHelp({onClose}: {onClose: () => void}) {
  const t = useT();
  const [isOn, setOn] = useState(areShortcutsOn);
  return (
    <Dialog onClose={onClose} title={t('keys.title')}>
      <dl className={styles.list}>
        {shortcuts.map(([key, label]) => (
          <div key={key} className={styles.line}>
            <dt>
              <kbd className={styles.key}>{key}</kbd>
            </dt>
            <dd>{t(label)}</dd>
          </div>
        ))}
      </dl>
      <Switch
        mt="md"
        label={t('keys.enabled')}
        checked={isOn}
        onChange={(event) => {
          turnShortcuts(event.currentTarget.checked);
          setOn(event.currentTarget.checked);
        }}
      />
    </Dialog>
  );
}
