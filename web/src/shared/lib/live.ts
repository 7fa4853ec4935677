// What arrives from the server by itself. Filled by app/live.tsx.
import {createContext, useContext} from 'react';

export type LiveState = 'connecting' | 'open' | 'polling' | 'lost';
export const LiveContext = createContext<LiveState>('connecting');

export function useLive(): LiveState {
  return useContext(LiveContext);
}
