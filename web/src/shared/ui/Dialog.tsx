// A box over the page. What draws it comes after the page.
import type {ReactNode} from 'react';
import {later} from '@/shared/lib/later';

export interface DialogProps {
  title: string;
  size?: 'md' | 'lg' | 'xl';
  closeOnClickOutside?: boolean;
  onClose: () => void;
  children: ReactNode;
}

export const Dialog = later<DialogProps>(() => import('./DialogFrame'));
