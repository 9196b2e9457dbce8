import { describeStuck } from './stuck-one-by-one.js';

describeStuck(1);
