/** Preloaded into a process of a test: its clock is wrong by `TEST_CLOCK_AHEAD` milliseconds, as if somebody had set it wrongly. */
const ahead = Number(process.env['TEST_CLOCK_AHEAD'] ?? 0);
const Right = globalThis.Date;

globalThis.Date = class Date extends Right {
  constructor(...given) {
    super(...(given.length === 0 ? [Right.now() + ahead] : given));
  }

  static now() {
    return Right.now() + ahead;
  }
};
