import { DefaultFailureConverter, defaultPayloadConverter, toPayloads } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { StepFailure } from '../../src/messages/activities.js';
import { failureOf } from '../../src/workflows/engine/activity-failures.js';

type Failure = proto.temporal.api.failure.v1.IFailure;
const { TIMEOUT_TYPE_SCHEDULE_TO_CLOSE, TIMEOUT_TYPE_START_TO_CLOSE } = proto.temporal.api.enums.v1.TimeoutType;

const FULL: StepFailure = { code: 'ARCHIVE_FULL', temporary: true, words: 'no room', facts: { bytesFree: 1 } };

/** What a workflow gets when the server reports something about an activity. */
function asThrown(cause: Failure): Error {
  const activityFailureInfo = { activityType: { name: 'retrieve' }, activityId: '1' };
  const converter = new DefaultFailureConverter({ encodeCommonAttributes: true });
  return converter.failureToError(
    { message: 'Activity task failed', activityFailureInfo, cause },
    defaultPayloadConverter,
  );
}

function failed(failure: StepFailure): Failure {
  const payloads = toPayloads(defaultPayloadConverter, failure) ?? [];
  return { message: 'Encoded failure', applicationFailureInfo: { type: failure.code, details: { payloads } } };
}

function timedOut(timeoutType: proto.temporal.api.enums.v1.TimeoutType, cause?: Failure): Failure {
  return { message: 'giving up retrying', timeoutFailureInfo: { timeoutType }, ...(cause ? { cause } : {}) };
}

test('a failed step gives its reason', () => {
  expect(failureOf(asThrown(failed(FULL)))).toEqual(FULL);
});

test('a budget that ends between two tries, or in one, gives the reason of the previous try', () => {
  expect(failureOf(asThrown(timedOut(TIMEOUT_TYPE_SCHEDULE_TO_CLOSE, failed(FULL))))).toEqual(FULL);
});

test('if every try was lost, the failure says only that the time is over', () => {
  const lost = timedOut(TIMEOUT_TYPE_START_TO_CLOSE);
  const expected = { code: 'STEP_FAILED', temporary: true };
  expect(failureOf(asThrown(lost))).toMatchObject(expected);
  expect(failureOf(asThrown(timedOut(TIMEOUT_TYPE_SCHEDULE_TO_CLOSE, lost)))).toMatchObject(expected);
});

test('a cancelled step is no failure', () => {
  expect(failureOf(asThrown({ message: 'cancelled', canceledFailureInfo: {} }))).toBeUndefined();
});

test('an error that no activity threw is not treated as the failure of an activity', () => {
  expect(() => failureOf(new TypeError('a mistake of ours'))).toThrow(TypeError);
});
