// Whether somebody sits before this page. What it asks for while nobody does says so, and does not keep the session alive.
const patience = 60_000;
const signs = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'];

let lastSign = Date.now();

export function watchForPeople(target: EventTarget) {
  const note = () => {
    lastSign = Date.now();
  };
  for (const sign of signs) target.addEventListener(sign, note, {capture: true, passive: true});
}

export function attendance(now = Date.now()): Record<string, string> {
  return now - lastSign > patience ? {'X-Unattended': 'true'} : {};
}
