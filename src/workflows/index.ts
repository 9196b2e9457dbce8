/** The workflows a worker serves; the entry of the bundle. */
export { lateVideo } from './late-video.js';
export { cleanup } from './cleanup.js';
export { enrolment } from './enrolment.js';
export { signature } from './signature.js';
