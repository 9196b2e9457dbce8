import type { Draw } from './draw.js';
import { type CommonRole, drawCommonRole, type RoleOrder } from './common-role.js';

/** What the people around one signature request will do. */
export interface SignatureRole extends CommonRole {
  flow: 'signature';
  /** 1 or 2. */
  documents: number;
  signer: 'signs' | 'refuses-documents' | 'never-asks' | 'never-types';
  wrongCodes: number;
  /** Asks for a second code before typing the first one. */
  asksTwice: boolean;
}

export function drawSignatureRole(draw: Draw, order: RoleOrder): SignatureRole {
  const signer = draw.weighted({ signs: 80, 'refuses-documents': 7, 'never-asks': 6, 'never-types': 7 });
  const lets = signer === 'never-asks' || signer === 'never-types';
  const common = drawCommonRole(draw, order, {
    flow: 'signature',
    short: (officer) => [...(officer === 'never' ? ['review' as const] : []), ...(lets ? ['signing' as const] : [])],
  });
  return {
    ...common,
    flow: 'signature',
    documents: draw.chance(0.3) ? 2 : 1,
    signer,
    wrongCodes: Number(draw.weighted({ '0': 70, '1': 14, '2': 8, '4': 8 })),
    asksTwice: draw.chance(0.15),
  };
}
