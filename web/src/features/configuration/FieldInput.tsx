import {Checkbox, NativeSelect, NumberInput, Textarea} from '@mantine/core';
import {useState} from 'react';
import {useI18n} from '@/shared/i18n/i18n';
import {italian} from './italian';
import type {Field, Value} from './types';
import {linesOf, show} from './values';

export function FieldInput({field, value, isDisabled, onChange}: {field: Field; value: Value; isDisabled: boolean; onChange: (value: Value) => void}) {
  const {t, language} = useI18n();
  const said = (text: string) => (language === 'it' && italian[text]) || text;
  const label = field.name.slice(field.name.indexOf('.') + 1);
  const description = `${said(field.description)}${field.unit ? ` (${said(field.unit)})` : ''} · ${t('config.default')}: ${show(field.default)}`;
  const common = {label, description, disabled: isDisabled, name: field.name};
  switch (field.type) {
    case 'boolean':
      return <Checkbox {...common} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
    case 'choice':
      return <NativeSelect {...common} maw="24rem" value={String(value)} data={field.choices} onChange={(event) => onChange(event.currentTarget.value)} />;
    case 'list':
      return <ListInput {...common} hint={t('config.listHint')} value={Array.isArray(value) ? value : []} onChange={onChange} />;
    default:
      return (
        <NumberInput
          {...common}
          maw="24rem"
          value={typeof value === 'number' ? value : ''}
          min={field.minimum ?? undefined}
          max={field.maximum ?? undefined}
          allowDecimal={field.type === 'number'}
          onChange={(next) => typeof next === 'number' && onChange(next)}
        />
      );
  }
}

// The text stays as it is typed; the list is what its lines say.
function ListInput({value, onChange, hint, description, ...common}: {value: string[]; onChange: (value: string[]) => void; hint: string; label: string; description: string; disabled: boolean; name: string}) {
  const [text, setText] = useState(value.join('\n'));
  return (
    <Textarea
      {...common}
      description={`${description}. ${hint}`}
      maw="40rem"
      autosize
      minRows={2}
      maxRows={10}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(linesOf(event.currentTarget.value));
      }}
    />
  );
}
