import {expect, it} from 'vitest';
import {EventParser} from './events';

const stream = 'retry: 2000\n\nid: 7\nevent: test.started\ndata: {"a":1}\n\n: still here\n\nid: 8\ndata: one\ndata: two\n\nevent: end\ndata: {}\n\n';
const expected = [
  {id: '7', name: 'test.started', data: '{"a":1}'},
  {id: '8', name: 'message', data: 'one\ntwo'},
  {id: '8', name: 'end', data: '{}'},
];

it('reads events, however the stream is cut', () => {
  for (let size = 1; size <= stream.length; size++) {
    const parser = new EventParser();
    const events = [];
    for (let at = 0; at < stream.length; at += size) events.push(...parser.push(stream.slice(at, at + size)));
    expect(events).toEqual(expected);
  }
});

it('keeps an event back until it is complete', () => {
  const parser = new EventParser();
  expect(parser.push('id: 1\ndata: x\n')).toEqual([]);
  expect(parser.push('\n')).toEqual([{id: '1', name: 'message', data: 'x'}]);
});
