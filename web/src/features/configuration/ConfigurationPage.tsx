// Forms made from the types that the server gives; what will change is shown before it is saved.
import {Button} from '@mantine/core';
import {useMutation, useQuery, useQueryClient} from '@tanstack/react-query';
import {useState} from 'react';
import {address, call} from '@/shared/api/client';
import {useT} from '@/shared/i18n/i18n';
import {useMay} from '@/shared/lib/session';
import {ActionDialog, Refusal} from '@/shared/ui/Dialogs';
import {useNotify} from '@/shared/ui/Notices';
import {Page, Panel} from '@/shared/ui/Page';
import {Answer} from '@/shared/ui/States';
import {Differences} from './Differences';
import styles from './ConfigurationPage.module.css';
import {FieldInput} from './FieldInput';
import type {Configuration, Preview, Value} from './types';
import {grouped, same} from './values';
import {Versions} from './Versions';

export default function ConfigurationPage() {
  const t = useT();
  const configuration = useQuery({queryKey: ['configuration', 'now'], queryFn: ({signal}) => call<Configuration>('GET', address('/config'), undefined, signal)});
  return (
    <Page title={t('config.title')} aside={configuration.data && t('config.version', {version: configuration.data.version})}>
      <p className="soft">{t('config.intro')}</p>
      <Answer of={configuration}>
        {(loaded) => (
          <>
            <Form key={loaded.version} configuration={loaded} />
            <Versions current={loaded.version} />
          </>
        )}
      </Answer>
    </Page>
  );
}

function Form({configuration}: {configuration: Configuration}) {
  const t = useT();
  const notify = useNotify();
  const queries = useQueryClient();
  const mayManage = useMay('manage_configuration');
  const [edited, setEdited] = useState<Record<string, Value>>({});
  const [isAsked, setAsked] = useState(false);
  const values = Object.fromEntries(configuration.fields.filter((field) => field.name in edited && !same(edited[field.name]!, field.value)).map((field) => [field.name, edited[field.name]!]));
  const count = Object.keys(values).length;
  const preview = useMutation({mutationFn: () => call<Preview>('POST', address('/config/preview'), {values}), onSuccess: () => setAsked(true)});
  const save = async (reason: string) => {
    const saved = await call<{version: number}>('PATCH', address('/config'), {version: configuration.version, values, reason});
    notify({text: t('config.saved', {version: saved.version})});
    await Promise.all(['configuration', 'errata', 'approvals', 'queue'].map((key) => queries.invalidateQueries({queryKey: [key]})));
  };
  return (
    <>
      {grouped(configuration.fields).map(([group, fields]) => (
        <Panel key={group} title={<span className="mono">{group}</span>}>
          <div className={styles.fields}>
            {fields.map((field) => (
              <FieldInput key={field.name} field={field} value={field.name in edited ? edited[field.name]! : field.value} isDisabled={!mayManage} onChange={(value) => setEdited((before) => ({...before, [field.name]: value}))} />
            ))}
          </div>
        </Panel>
      ))}
      {preview.error && <Refusal error={preview.error} />}
      {mayManage && (
        <div className="row">
          <Button disabled={count === 0} loading={preview.isPending} onClick={() => preview.mutate()}>
            {t('config.preview')}
          </Button>
          <Button variant="default" disabled={count === 0} onClick={() => setEdited({})}>
            {t('config.discard')}
          </Button>
          <span className="soft">{count === 0 ? t('config.noChanges') : t('config.changes', {count})}</span>
        </div>
      )}
      {isAsked && preview.data && (
        <ActionDialog
          title={t('config.previewTitle')}
          what={preview.data.scores ? t('config.rescore', {count: preview.data.scores.changed}) : ''}
          confirm={t('common.save')}
          reason="required"
          onConfirm={save}
          onClose={() => setAsked(false)}
        >
          <Differences changes={preview.data.changes} />
        </ActionDialog>
      )}
    </>
  );
}
