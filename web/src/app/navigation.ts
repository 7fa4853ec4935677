// Where one can go, in which order, and what one must be allowed to do there.
import {
  IconAdjustments, IconBug, IconChecklist, IconCircleCheck, IconFlask, IconHistory, IconHome, IconListNumbers, IconRefresh, IconServer, IconServer2, IconUsers,
  type Icon,
} from '@tabler/icons-react';
import type {MessageKey} from '@/shared/i18n/messages/en';

export interface Destination {
  path: string;
  label: MessageKey;
  icon: Icon;
  permission: string;
  key?: string; // after g
  counts?: 'approvals' | 'running';
}

// Not in a list of places: the bell.
export const notifications = {path: '/notifications', key: 'n'};

export const navigation: {label: MessageKey; items: Destination[]}[] = [
  {
    label: 'nav.work',
    items: [
      {path: '/', label: 'nav.home', icon: IconHome, permission: 'read_state', key: 'h'},
      {path: '/approvals', label: 'nav.approvals', icon: IconCircleCheck, permission: 'read_state', key: 'a', counts: 'approvals'},
      {path: '/queue', label: 'nav.queue', icon: IconListNumbers, permission: 'read_state', key: 'q'},
      {path: '/tests', label: 'nav.tests', icon: IconFlask, permission: 'read_state', key: 't', counts: 'running'},
    ],
  },
  {
    label: 'nav.estate',
    items: [
      {path: '/errata', label: 'nav.errata', icon: IconBug, permission: 'read_state', key: 'e'},
      {path: '/systems', label: 'nav.systems', icon: IconServer, permission: 'read_state', key: 's'},
      {path: '/sync', label: 'nav.sync', icon: IconRefresh, permission: 'read_state'},
      {path: '/checks', label: 'nav.checks', icon: IconChecklist, permission: 'read_state'},
    ],
  },
  {
    label: 'nav.administration',
    items: [
      {path: '/audit', label: 'nav.audit', icon: IconHistory, permission: 'read_audit'},
      {path: '/users', label: 'nav.users', icon: IconUsers, permission: 'manage_users'},
      {path: '/configuration', label: 'nav.configuration', icon: IconAdjustments, permission: 'read_configuration'},
      {path: '/cluster', label: 'nav.cluster', icon: IconServer2, permission: 'read_state'},
    ],
  },
];
