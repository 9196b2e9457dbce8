// First import of every program: on an older Node its packages would fail, and not say why.
const OLDEST_NODE = 24;

if (Number.parseInt(process.version.slice(1), 10) < OLDEST_NODE) {
  process.stderr.write(
    `videoid-worker needs Node ${OLDEST_NODE} or newer. This is ${process.version}.\n` +
      'Install a newer one. In a clone of the project, "npx videoid" runs under the one that npm has installed there.\n',
  );
  process.exit(1);
}
