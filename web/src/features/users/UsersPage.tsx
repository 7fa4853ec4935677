import {useT} from '@/shared/i18n/i18n';
import {useFilters} from '@/shared/lib/filters';
import {Page} from '@/shared/ui/Page';
import {Tabs} from '@/shared/ui/Tabs';
import {Keys} from './Keys';
import {Users} from './Users';

export default function UsersPage() {
  const t = useT();
  const {filters, setFilter} = useFilters(['tab']);
  const tab = filters.tab === 'keys' ? 'keys' : 'users';
  return (
    <Page title={t('users.title')} fill>
      <Tabs label={t('users.title')} value={tab} choices={(['users', 'keys'] as const).map((each) => ({value: each, label: t(`users.tab.${each}`)}))} onChange={(value) => setFilter('tab', value === 'users' ? null : value)} />
      {tab === 'users' ? <Users /> : <Keys />}
    </Page>
  );
}
