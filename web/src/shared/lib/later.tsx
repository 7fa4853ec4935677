// Components that the first picture of a page does not need: their code is fetched when the page rests, or when one is first shown.
import {useEffect, useState, type ComponentType} from 'react';

const patience = 1_500; // milliseconds: by then the page has what it asked for first
const pause = 2_000; // before what could not be fetched is asked for again: the connection may be lost

// After the first picture, whose code and answers come before anything else. Returns what takes it back.
export function whenIdle(work: () => void): () => void {
  const timer = window.setTimeout(work, patience);
  return () => window.clearTimeout(timer);
}

// `Meanwhile` stands where the component will stand. A component whose code does not come takes nothing else with it.
export function later<P extends object>(load: () => Promise<{default: ComponentType<P>}>, Meanwhile: ComponentType<P> = () => null): ComponentType<P> {
  let Content: ComponentType<P> | undefined;
  const fetchIt = async () => {
    Content ??= (await load()).default;
  };
  whenIdle(() => void fetchIt().catch(() => undefined)); // whoever shows it asks again
  return function Later(props: P) {
    const [isHere, setHere] = useState(Content !== undefined);
    useEffect(() => {
      if (isHere) return;
      let timer = 0;
      let isGone = false;
      const ask = () =>
        void fetchIt().then(
          () => !isGone && setHere(true),
          () => !isGone && (timer = window.setTimeout(ask, pause)),
        );
      ask();
      return () => {
        isGone = true;
        window.clearTimeout(timer);
      };
    }, [isHere]);
    return isHere && Content ? <Content {...props} /> : <Meanwhile {...props} />;
  };
}
