/** Two contents of one file; no mixture of them is one of them. */
export const VERSIONS: readonly [Buffer, Buffer] = [Buffer.alloc(3_000_000, 'a'), Buffer.alloc(2_000_000, 'b')];
