import {describe, expect, it} from 'vitest';
import {formatDuration, formatInstant, formatRelative, formatUtc} from './time';

describe('instants', () => {
  it('are shown in the viewer’s zone, and in UTC on request', () => {
    expect(formatInstant('2026-03-02T09:15:00Z', 'it', 'Europe/Rome')).toBe('2 mar 2026, 10:15');
    expect(formatInstant('2026-03-02T19:15:00Z', 'en', 'Europe/Rome')).toBe('Mar 2, 2026, 20:15');
    expect(formatUtc('2026-03-02T09:15:00.250Z')).toBe('2026-03-02 09:15:00 UTC');
  });
  it('are told from now in the largest unit that fits', () => {
    const now = Date.parse('2026-03-02T09:15:00Z');
    expect(formatRelative('2026-03-02T09:12:30Z', now, 'en')).toBe('2 min. ago');
    expect(formatRelative('2026-03-05T10:15:00Z', now, 'en')).toBe('in 3 days');
    expect(formatRelative('2026-03-02T09:15:00Z', now, 'it')).toBe('ora');
  });
});

describe('durations', () => {
  it.each([
    [null, '–'],
    [4.25, '4.3 s'],
    [59.6, '1 min 00 s'],
    [200, '3 min 20 s'],
    [3_840, '1 h 04 min'],
    [93_600, '1 d 2 h'],
  ])('%s reads %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));
});
