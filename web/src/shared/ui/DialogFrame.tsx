import {Modal} from '@mantine/core';
import {useT} from '@/shared/i18n/i18n';
import type {DialogProps} from './Dialog';

export default function DialogFrame(props: DialogProps) {
  const t = useT();
  return <Modal opened {...props} closeButtonProps={{'aria-label': t('common.close')}} />;
}
