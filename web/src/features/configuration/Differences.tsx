import {useT} from '@/shared/i18n/i18n';
import {PlainTable} from '@/shared/ui/Page';
import type {Difference} from './types';
import {show} from './values';

export function Differences({changes}: {changes: Difference[]}) {
  const t = useT();
  return (
    <PlainTable label={t('config.history')} head={[t('config.field'), t('config.old'), t('config.newValue')]}>
      {changes.map((change) => (
        <tr key={change.name}>
          <td className="mono wrap">{change.name}</td>
          <td className="wrap">{show(change.from)}</td>
          <td className="wrap">
            <strong>{show(change.to)}</strong>
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}
