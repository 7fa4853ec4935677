// Dialogs that say what will happen and where before they ask.
import {Button, Textarea} from '@mantine/core';
import {useMutation} from '@tanstack/react-query';
import {useState, type FormEvent, type ReactNode} from 'react';
import {ApiError} from '@/shared/api/client';
import {useT} from '@/shared/i18n/i18n';
import {Dialog} from './Dialog';
import styles from './Dialogs.module.css';
import {Said, useProblemText} from './Said';

interface Props {
  title: string;
  what: ReactNode;
  confirm: string;
  isDangerous?: boolean;
  reason?: 'required' | 'optional' | {atLeast: number};
  isReady?: boolean; // of the children's fields
  children?: ReactNode;
  onConfirm: (reason: string) => Promise<unknown>;
  onClose: () => void;
}

export function ActionDialog({title, what, confirm, isDangerous, reason, isReady = true, children, onConfirm, onClose}: Props) {
  const t = useT();
  const [text, setText] = useState('');
  const [wasTried, setWasTried] = useState(false);
  const action = useMutation({mutationFn: () => onConfirm(text.trim()), onSuccess: onClose});
  const least = reason === 'required' ? 1 : typeof reason === 'object' ? reason.atLeast : 0;
  const isShort = text.trim().length < least;
  const complaint = least > 1 ? t('decision.reasonShort') : t('decision.reasonMissing');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWasTried(true);
    if (!isShort && isReady && !action.isPending) action.mutate();
  };
  return (
    <Dialog onClose={onClose} title={title} size="md">
      <form onSubmit={submit} className="stack" noValidate>
        <div className="soft">{what}</div>
        {children}
        {reason && (
          <Textarea
            label={least > 0 ? t('common.reason') : t('common.reasonOptional')}
            description={least > 0 ? t('decision.reasonHint') : undefined}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => (event.ctrlKey || event.metaKey) && event.key === 'Enter' && submit(event)}
            error={wasTried && isShort ? complaint : undefined}
            required={least > 0}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={2000}
            data-autofocus={least > 0 || undefined}
          />
        )}
        {action.error && <Refusal error={action.error} />}
        <div className={styles.buttons}>
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" color={isDangerous ? 'red' : undefined} loading={action.isPending} data-autofocus={least === 0 || undefined}>
            {confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

// Why the server refused, with every field that it named.
export function Refusal({error}: {error: unknown}) {
  const problemText = useProblemText();
  const problem = error instanceof ApiError ? error : null;
  const fields = Object.entries(problem?.fields ?? {});
  return (
    <div role="alert" className={styles.refusal}>
      {fields.length > 0
        ? fields.map(([name, text]) => (
            <p key={name}>
              <span className="mono">{name}</span>: <Said>{text}</Said>
            </p>
          ))
        : problemText(error)}
    </div>
  );
}
