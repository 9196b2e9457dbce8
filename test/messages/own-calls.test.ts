import { explaining, type KeptCall } from '../../src/messages/own-calls.js';

const call = (id: string, minute: number, more: Partial<KeptCall> = {}): KeptCall => ({
  id,
  requestPk: '101',
  at: `2026-01-01T00:0${minute}:00.000Z`,
  answered: true,
  shows: ['ENROLLREADY', 'ISSUED'],
  events: [],
  ...more,
});
const ids = (calls: KeptCall[], status = 'ENROLLREADY') => explaining(calls, '101', status).map(({ id }) => id);

test('a status is explained by the calls that lead to it, the newest first', () => {
  const calls = [call('approve', 1), call('sign', 2, { shows: ['ISSUED'], answered: false })];
  expect(ids(calls)).toEqual(['approve']);
  expect(ids(calls, 'ISSUED')).toEqual(['sign', 'approve']);
  expect(ids(calls, 'CANCELLED')).toEqual([]);
});

test('a call about another request explains nothing', () => {
  expect(ids([call('approve', 1, { requestPk: '102' })])).toEqual([]);
});

test('a call without an answer did not decide if a later one was answered', () => {
  const refusal = call('refuse', 1, { shows: ['CANCELLED'], answered: false });
  expect(ids([refusal], 'CANCELLED')).toEqual(['refuse']);
  expect(ids([refusal, call('approve', 2)], 'CANCELLED')).toEqual([]);
});
