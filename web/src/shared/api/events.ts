// Server-sent events over fetch: unlike EventSource it tells an expired session from a lost connection, and hears events of any name.
import {attendance} from './attendance';

export interface ServerEvent {
  id: string;
  name: string;
  data: string;
}

// Takes the stream in pieces of any size and gives the events that are complete.
export class EventParser {
  private rest = '';
  private current: ServerEvent & {has: boolean} = {id: '', name: '', data: '', has: false};

  push(text: string): ServerEvent[] {
    this.rest += text;
    const lines = this.rest.split(/\r\n|\n/);
    this.rest = lines.pop() ?? '';
    const complete: ServerEvent[] = [];
    for (const line of lines) {
      if (line === '') {
        if (this.current.has) complete.push({id: this.current.id, name: this.current.name || 'message', data: this.current.data});
        this.current = {id: this.current.id, name: '', data: '', has: false};
      } else {
        this.takeField(line);
      }
    }
    return complete;
  }

  private takeField(line: string) {
    const colon = line.indexOf(':');
    if (colon === 0) return; // a comment: a sign of life
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') this.current.id = value;
    if (field === 'event') this.current.name = value;
    if (field === 'data') {
      this.current.data = this.current.has ? `${this.current.data}\n${value}` : value;
      this.current.has = true;
    }
  }
}

export type ChannelState = 'connecting' | 'open' | 'lost' | 'absent' | 'over';

const silence = 40_000; // the server gives a sign of life every 15 s
const delays = [500, 1_000, 2_000, 5_000];

// Follows a stream for ever, or until the event `end`: after a loss it goes on behind the last event that it saw.
export function follow(url: string, onEvent: (event: ServerEvent) => void, onState: (state: ChannelState) => void, after = ''): () => void {
  let lastId = after;
  let attempt = 0;
  let stopped = false;
  let timer = 0;
  let controller = new AbortController();

  function retry() {
    if (stopped) return;
    onState('lost');
    timer = window.setTimeout(connect, delays[Math.min(attempt++, delays.length - 1)]);
  }

  function finish(state: ChannelState) {
    stopped = true;
    onState(state);
  }

  async function read(response: Response) {
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new EventParser();
    let guard = window.setTimeout(() => controller.abort(), silence);
    try {
      for (;;) {
        const {value, done} = await reader.read();
        if (done) return;
        window.clearTimeout(guard);
        guard = window.setTimeout(() => controller.abort(), silence);
        for (const event of parser.push(value)) {
          if (event.id) lastId = event.id;
          if (event.name === 'end') {
            finish('over');
            return;
          }
          onEvent(event);
        }
      }
    } finally {
      window.clearTimeout(guard);
    }
  }

  async function connect() {
    controller = new AbortController();
    const headers: Record<string, string> = {Accept: 'text/event-stream', ...attendance()};
    if (lastId) headers['Last-Event-ID'] = lastId;
    let response: Response;
    try {
      response = await fetch(url, {headers, signal: controller.signal, credentials: 'same-origin', cache: 'no-store'});
      if (response.status === 401 || response.status === 403 || response.status === 404) return finish('absent');
      if (!response.ok) return retry();
      attempt = 0;
      onState('open');
    } catch {
      return retry();
    }
    // However the stream ends, it is asked for again at once; only when that fails is the connection lost.
    await read(response).catch(() => undefined);
    if (!stopped) timer = window.setTimeout(connect, 0);
  }

  // The network came or went: what hangs is given up, and asking anew at once shows what is true.
  const renew = () => {
    attempt = 0;
    controller.abort();
  };
  window.addEventListener('online', renew);
  window.addEventListener('offline', renew);
  onState('connecting');
  void connect();
  return () => {
    stopped = true;
    window.removeEventListener('online', renew);
    window.removeEventListener('offline', renew);
    window.clearTimeout(timer);
    controller.abort();
  };
}
