import {expect, it} from 'vitest';
import {commandsIn} from './commands';

it('shows recorded commands as they would be typed', () => {
  const evidence = {operations: [{kind: 'commands', commands: [{argv: ['test', '-e', "/a b'c"], exit: 1, output: ''}]}, {kind: 'action'}]};
  expect(commandsIn(evidence)).toEqual([{line: "test -e '/a b'\\''c'", exit: 1, output: ''}]);
});

it('finds none in what it does not know', () => {
  expect(commandsIn(null)).toEqual([]);
  expect(commandsIn({operations: 'none'})).toEqual([]);
});
