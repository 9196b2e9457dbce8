import { removeDirectories } from '../sample-start.js';
import { describeAttempts } from './attempts.js';
import { describeDamage } from './damaged-records.js';
import { describeMarks, describeOrders, describeOutcomes } from './decisions.js';
import { describeDeletion } from './deletion.js';
import { describeFiles } from './files.js';
import { describeLists, describePeople } from './lists.js';
import { describeFeed } from './feed.js';
import { describeFollowing } from './following.js';
import { describeInterleavings } from './interleavings.js';
import { describeJournal, describeStanding } from './journal.js';
import { describeConditions } from './notices.js';
import { describeOlderSchema } from './older-schema.js';
import { describeOpening, describeUse } from './opening.js';
import { describeIndex, describeReadPace } from './routes.js';
import { describeStarts } from './starts.js';
import { describeSweeping } from './sweeping.js';
import { type MakePlace, TestedArchive } from './tested-archive.js';
import { describeEvents, describeValues } from './values.js';

/** What every archive does, whichever database and store of files it has. */
export function describeArchive(makePlace: MakePlace): void {
  let tested: TestedArchive;
  beforeAll(async () => {
    tested = await TestedArchive.make(makePlace);
  });
  afterAll(async () => {
    await tested.close();
    await removeDirectories();
  });
  const given = () => tested;

  describe('opening an archive', () => describeOpening(given, makePlace));
  describe('an archive of an earlier release', () => describeOlderSchema(makePlace));
  describe('an open archive', () => describeUse(given));
  describe('a start', () => describeStarts(given));
  describe('references and attempts', () => describeAttempts(given));
  describe('what is kept for a request:', () => describeValues(given));
  describe('a mark', () => describeMarks(given));
  describe('an outcome', () => describeOutcomes(given));
  describe('an order', () => describeOrders(given));
  describe('events', () => describeEvents(given));
  describe('files of a request', () => describeFiles(given));
  describe('deleted requests', () => describeDeletion(given));
  describe('the index', () => describeIndex(given));
  describe('the pace of reads', () => describeReadPace(given));
  describe('the journal', () => describeJournal(given));
  describe('a journal that is told in any order', () => describeInterleavings(given));
  describe('where a request stands', () => describeStanding(given));
  describe('a follower', () => describeFollowing(makePlace));
  describe('the feed', () => describeFeed(makePlace));
  describe('notices:', () => describeConditions(given));
  describe('damaged records', () => describeDamage(given));
  describe('a list', () => describeLists(makePlace));
  describe('people are found', () => describePeople(makePlace));
  describe('a sweep:', () => describeSweeping(makePlace));
}
