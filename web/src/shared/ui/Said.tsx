// What the service says in sentences, in the person's language where that is known, else marked as English.
import {useCallback} from 'react';
import {ApiError} from '@/shared/api/client';
import {useI18n} from '@/shared/i18n/i18n';

export function Said({children: text}: {children: string}) {
  const {say, language} = useI18n();
  const shown = say(text);
  return <span lang={shown === text && language !== 'en' ? 'en' : undefined}>{shown}</span>;
}

// Why something was refused or failed, in one line.
export function useProblemText(): (error: unknown) => string {
  const {t, say} = useI18n();
  return useCallback(
    (error: unknown) => {
      if (error instanceof ApiError && error.status === 0) return t('state.unreachable');
      return error instanceof Error && error.message ? say(error.message) : t('state.error');
    },
    [t, say],
  );
}
