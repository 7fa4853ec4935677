// Instants and durations for people. Instants come as ISO 8601 in UTC and are shown in the viewer's zone.

import {kept} from './kept';

const instants = kept((language: string, timeZone?: string) => new Intl.DateTimeFormat(language, {dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23', timeZone}));
const clocks = kept((language: string, timeZone?: string) => new Intl.DateTimeFormat(language, {hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone}));
const relatives = kept((language: string) => new Intl.RelativeTimeFormat(language, {numeric: 'auto', style: 'short'}));

export function formatInstant(iso: string, language: string, timeZone?: string): string {
  return instants(language, timeZone).format(new Date(iso));
}

export function formatClock(iso: string, language: string, timeZone?: string): string {
  return clocks(language, timeZone).format(new Date(iso));
}

export function formatUtc(iso: string): string {
  return new Date(iso).toISOString().slice(0, 19).replace('T', ' ') + ' UTC';
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

export function formatRelative(iso: string, now: number, language: string): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return relatives(language).format(Math.trunc(seconds / size), unit);
}

// "1 h 04 min", "3 min 20 s", "12 s": at most two units.
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '–';
  if (seconds < 10 && !Number.isInteger(seconds)) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}
