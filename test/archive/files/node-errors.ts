import { readFileSync } from 'node:fs';

/** Jest has errors of its own. The SDK of S3 would know none of Node's as an error, and drop its code. */
export function useNodeErrors(): void {
  try {
    readFileSync('/nowhere');
  } catch (error) {
    globalThis.Error = (error as Error).constructor as ErrorConstructor;
  }
}
