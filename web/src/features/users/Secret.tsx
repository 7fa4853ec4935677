// Something that the server tells once: shown until it is closed, with a way to copy it.
import {Button, CopyButton} from '@mantine/core';
import {useT} from '@/shared/i18n/i18n';
import {Dialog} from '@/shared/ui/Dialog';
import styles from './Users.module.css';

export function Secret({title, hint, value, onClose}: {title: string; hint: string; value: string; onClose: () => void}) {
  const t = useT();
  return (
    <Dialog onClose={onClose} title={title} closeOnClickOutside={false}>
      <div className="stack">
        <p className="warn">{hint}</p>
        <p className={styles.secret}>{value}</p>
        <CopyButton value={value}>
          {({copied, copy}) => (
            <Button onClick={copy} data-autofocus>
              {copied ? t('users.copied') : t('users.copy')}
            </Button>
          )}
        </CopyButton>
      </div>
    </Dialog>
  );
}
