/** For what the SDK would print: nothing. */
export const QUIET = { level: 'ERROR', log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} } as const;
