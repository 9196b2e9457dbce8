/** Two contents of one file. A mixture of them equals neither. */
export const VERSIONS: readonly [Buffer, Buffer] = [Buffer.alloc(3_000_000, 'a'), Buffer.alloc(2_000_000, 'b')];
