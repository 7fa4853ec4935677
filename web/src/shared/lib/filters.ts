// Filters live in the address: a page can be sent to somebody, and "back" brings it back as it was.
import {useCallback} from 'react';
import {useLocation, useSearchParams} from 'react-router-dom';

export type Filters<Name extends string> = Partial<Record<Name, string>>;

export function useFilters<Name extends string>(names: readonly Name[]) {
  const [parameters, setParameters] = useSearchParams();
  const {pathname} = useLocation();
  const filters: Filters<Name> = {};
  for (const name of names) {
    const value = parameters.get(name);
    if (value) filters[name] = value;
  }
  const setFilter = useCallback(
    (name: Name, value: string | null | undefined) => {
      // A search that was still waiting for its last key must not lead back to a page that somebody has left.
      if (window.location.pathname !== pathname) return;
      setParameters(
        (before) => {
          const after = new URLSearchParams(before);
          if (value) after.set(name, value);
          else after.delete(name);
          return after;
        },
        {replace: true},
      );
    },
    [setParameters, pathname],
  );
  const clear = useCallback(() => setParameters(new URLSearchParams(), {replace: true}), [setParameters]);
  return {filters, setFilter, clear};
}
