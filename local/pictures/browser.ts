import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, type Locator, type Page, chromium } from 'playwright-core';
import { ATTENTION_ATTRIBUTE, REQUEST_PK_ATTRIBUTE, STAGE_ATTRIBUTE } from '../../src/messages/search-attributes.js';
import { outsideTool } from '../outside-tools.js';

/** Bytes. Pictures stay in the repository forever, so they must be small. */
const LARGEST = 200_000;

/** Columns of the list in the Temporal UI. The UI keeps them in the browser, for each namespace. */
const COLUMNS = ['Status', 'Workflow ID', STAGE_ATTRIBUTE, ATTENTION_ATTRIBUTE, REQUEST_PK_ATTRIBUTE];

/** What a picture shows. */
export interface Shot {
  /** File name without its extension. */
  name: string;
  address: string;
  width: number;
  height: number;
  /** What must be on the page before the picture is taken. */
  awaited: (page: Page) => Locator[];
  /** The part of the page that is shown. The whole window if left out. */
  part?: (page: Page) => Locator;
}

/** Takes pictures in a headless Chromium. */
export class PictureBrowser {
  readonly #context: BrowserContext;
  readonly #close: () => Promise<void>;

  private constructor(context: BrowserContext, close: () => Promise<void>) {
    this.#context = context;
    this.#close = close;
  }

  /** @throws Error that says what to install if there is no Chromium */
  static async open(say: (line: string) => void): Promise<PictureBrowser> {
    const { command } = await outsideTool('chromium', say);
    const browser = await chromium.launch({ executablePath: command });
    const context = await browser.newContext({ colorScheme: 'light', timezoneId: 'UTC', locale: 'en-GB' });
    const columns = JSON.stringify({ default: COLUMNS.map((label) => ({ label })) });
    await context.addInitScript(
      `localStorage.setItem('namespace-workflow-table-columns', ${JSON.stringify(columns)});` +
        `localStorage.setItem('navOpen', 'false');`,
    );
    return new PictureBrowser(context, async () => browser.close());
  }

  async close(): Promise<void> {
    await this.#close();
  }

  /** Opens a page of the sandbox and presses a button there. */
  async press(address: string, button: RegExp): Promise<void> {
    const page = await this.#context.newPage();
    await page.goto(address);
    await page.getByRole('button', { name: button }).click();
    await page.waitForLoadState();
    await page.close();
  }

  /** @returns the file's path and size in bytes */
  async take(shot: Shot, folder: string): Promise<{ path: string; bytes: number }> {
    const path = join(folder, `${shot.name}.png`);
    const page = await this.#context.newPage();
    try {
      await page.setViewportSize({ width: shot.width, height: shot.height });
      await page.goto(shot.address);
      for (const locator of shot.awaited(page)) await locator.first().waitFor();
      const options = { path, animations: 'disabled', caret: 'hide' } as const;
      await (shot.part === undefined ? page.screenshot(options) : shot.part(page).screenshot(options));
    } finally {
      await page.close();
    }
    const bytes = statSync(path).size;
    if (bytes > LARGEST) throw new Error(`${path} has ${bytes} bytes; pictures have at most ${LARGEST}.`);
    return { path, bytes };
  }
}
