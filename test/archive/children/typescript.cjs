// `node typescript.cjs FILE.ts WORDS…` runs a source as jest does, without a build.
const Module = require('node:module');
const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');
const swc = require('@swc/core');

Module._extensions['.ts'] = (module, filename) => {
  const { code } = swc.transformSync(readFileSync(filename, 'utf8'), { filename });
  module._compile(code, filename);
};

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  const source =
    request.startsWith('.') && parent?.filename ? path.resolve(path.dirname(parent.filename), request) : request;
  const typescript = source.replace(/\.js$/, '.ts');
  return source.endsWith('.js') && existsSync(typescript)
    ? typescript
    : resolveFilename.call(this, request, parent, ...rest);
};

process.argv.splice(1, 1);
require(process.argv[1]);
