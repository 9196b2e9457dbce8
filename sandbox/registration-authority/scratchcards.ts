import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { RequestStore } from '../requests/requests.js';
import type { SettingsStore } from '../settings/store.js';
import { readJson, writeJson } from '../state/files.js';

/** Secrets that the signer and the registration authority need later (§8.1). */
export interface ScratchcardSecrets {
  erc: string;
  enrollment_code: string;
  pin: string;
  puk: string;
}

/** A card that can be used once. */
export interface Scratchcard {
  pk: number;
  sn: string;
  registrationAuthority: string;
  secrets: ScratchcardSecrets;
  /** Used by somebody outside this sandbox. */
  usedElsewhere?: boolean;
  /** Handed out already, if "first unused" reserves cards. */
  reserved?: boolean;
}

interface Kept {
  /** Serial number of the first card. */
  first: number;
  cards: Scratchcard[];
}

/**
 * The cards of all registration authorities. They survive restarts. A card is used as soon as a request holds it. Request and
 * use are saved together.
 */
export class ScratchcardStock {
  private readonly path: string;
  private readonly kept: Kept;
  private readonly bySn = new Map<string, Scratchcard>();

  constructor(
    stateFolder: string,
    private readonly settings: SettingsStore,
    private readonly requests: RequestStore,
  ) {
    this.path = join(stateFolder, 'scratchcards.json');
    // Seven digits. Each state has its own range, so that a fresh state does not repeat the cards of an older one.
    this.kept = (readJson(this.path) as Kept | undefined) ?? { first: randomInt(1_000_000, 8_000_000), cards: [] };
    this.kept.cards.forEach((card) => this.bySn.set(card.sn, card));
  }

  /** All cards, or those of one registration authority. Makes the cards that the settings ask for. */
  list(registrationAuthority?: string): readonly Scratchcard[] {
    const known = Object.keys(this.settings.all.registrationAuthorities);
    const wanted = registrationAuthority === undefined ? known : known.filter((id) => id === registrationAuthority);
    for (const id of wanted) {
      const short = this.settings.behaviour(id).ra.scratchcards - this.of(id).length;
      if (short > 0) this.add(id, short);
    }
    return registrationAuthority === undefined ? this.kept.cards : this.of(registrationAuthority);
  }

  /** The unused card with the lowest number. With `reserve`, nobody else gets it. */
  firstUnused(registrationAuthority: string, reserve: boolean): Scratchcard | undefined {
    const free = this.list(registrationAuthority).find((card) => !this.isUsed(card) && card.reserved !== true);
    if (free !== undefined && reserve) {
      free.reserved = true;
      this.save();
    }
    return free;
  }

  find(sn: string): Scratchcard | undefined {
    this.list();
    return this.bySn.get(sn);
  }

  findByPk(pk: string): Scratchcard | undefined {
    return this.list().find((card) => String(card.pk) === pk);
  }

  isUsed(card: Scratchcard): boolean {
    return card.usedElsewhere === true || this.requests.findByScratchcard(card.sn) !== undefined;
  }

  /** Marks the card as used by somebody else. */
  useElsewhere(card: Scratchcard): void {
    card.usedElsewhere = true;
    this.save();
  }

  /** Makes more cards. If secrets are given, all new cards have them. */
  add(registrationAuthority: string, amount: number, secrets?: ScratchcardSecrets): void {
    for (let count = 0; count < amount; count += 1) {
      const position = this.kept.cards.length;
      const card = {
        pk: 1193 + position,
        sn: String(this.kept.first + position),
        registrationAuthority,
        secrets: secrets ?? makeSecrets(),
      };
      this.kept.cards.push(card);
      this.bySn.set(card.sn, card);
    }
    this.save();
  }

  private of(registrationAuthority: string): Scratchcard[] {
    return this.kept.cards.filter((card) => card.registrationAuthority === registrationAuthority);
  }

  private save(): void {
    writeJson(this.path, this.kept);
  }
}

/** In the form of the vendor's example. */
function makeSecrets(): ScratchcardSecrets {
  return {
    erc: digits(10),
    enrollment_code: Array.from({ length: 8 }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]).join(''),
    pin: digits(8),
    puk: digits(8),
  };
}

const CODE_LETTERS = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789_,:!%';

function digits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('');
}
