// The chat page in a real Chromium: what a person sees and does there. Every wait is for something that must come.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
// The sandbox needs no network, and the browser is not to use any either.
const ARGUMENTS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required',
];
// Only a failing test waits it out; a slow machine is no failure.
const PATIENCE_MS = 60_000;

export const DESKTOP = { width: 1400, height: 900 };
export const PHONE = { width: 390, height: 844 };
export const USER = 1001;
export const ADMIN = 1;

// Spaces that do not break are spaces to a reader.
export const plain = (text) => text.replace(/[\u00a0\u202f]/g, ' ');

export async function openBrowser() {
  if (!existsSync(CHROMIUM)) throw new Error(`there is no ${CHROMIUM}: apt-get install chromium, or name one in CHROMIUM`);
  return chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
}

export class Chat {
  static async open(browser, origin, viewport = DESKTOP) {
    const phone = viewport.width < 600;
    const context = await browser.newContext({ viewport, hasTouch: phone, isMobile: phone, locale: 'ru-RU', timezoneId: 'Asia/Almaty' });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const chat = new Chat(page);
    page.on('console', (message) => { if (message.type() === 'error') chat.complaints.push(message.text()); });
    page.on('pageerror', (error) => chat.complaints.push(String(error)));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.origin !== origin && url.protocol !== 'blob:' && url.protocol !== 'data:') chat.complaints.push(`asks for ${url}`);
    });
    await page.goto(origin);
    await page.locator('[data-testid="composer"]').waitFor();
    await page.locator('[data-testid="persona-1001"]').waitFor({ state: 'attached' });
    return chat;
  }

  constructor(page) {
    this.page = page;
    // errors of the page and requests to the outside: a test ends with none
    this.complaints = [];
  }

  part(name) {
    return this.page.locator(`[data-testid="${name}"]`);
  }

  // Answers once the bot has answered, with its answer. Where something else may come in between, `words` tell it apart.
  async ask(text, words) {
    const seen = await this.lastId();
    await this.say(text);
    return this.answerAfter(seen, words);
  }

  // The card that the bot makes of a prompt.
  async prompt(words) {
    return this.ask(words, 'Выберите готовый вариант');
  }

  async say(text) {
    await this.part('composer').fill(text);
    await this.part('send').click();
  }

  async lastId() {
    const ids = await this.part('message').evaluateAll((all) => all.map((message) => Number(message.dataset.messageId)));
    return Math.max(0, ...ids);
  }

  // The bot's first message that is newer than `seen` and says `words`.
  async answerAfter(seen, words = '') {
    const id = await this.page.waitForFunction(([seen, words]) => {
      // spaces that keep a number and its word on one line are spaces all the same
      const plain = (text) => text.replace(/[\u00a0\u202f]/g, ' ');
      const fresh = [...document.querySelectorAll('[data-testid="message"][data-out="false"]')]
        .filter((message) => plain(message.innerText).includes(plain(words))).map((message) => Number(message.dataset.messageId)).filter((id) => id > seen);
      return fresh.length > 0 && Math.min(...fresh);
    }, [seen, words]);
    return this.message(await id.jsonValue());
  }

  message(id) {
    return new Message(this.page.locator(`[data-testid="message"][data-message-id="${id}"]`), id);
  }

  // The newest message of the bot that holds `text`, once there is one.
  async messageWith(text) {
    const found = this.page.locator('[data-testid="message"][data-out="false"]', { hasText: text }).last();
    await found.waitFor();
    return this.message(Number(await found.getAttribute('data-message-id')));
  }

  // How many of the bot's messages are newer than `seen`.
  async answersAfter(seen) {
    const ids = await this.page.locator('[data-testid="message"][data-out="false"]').evaluateAll((all) => all.map((message) => Number(message.dataset.messageId)));
    return ids.filter((id) => id > seen).length;
  }

  async messageCount() {
    return this.part('message').count();
  }

  // Waits until the panel shows these amounts: `balance` is free to spend, `held` is promised to orders.
  async expectMoney(amounts) {
    for (const [name, value] of Object.entries(amounts)) {
      await this.page.locator(`[data-testid="${name}"][data-value="${value}"]`).waitFor({ state: 'attached' }).catch(async () => {
        const shown = await this.part(name).getAttribute('data-value');
        assert.fail(`${name} should be ${value}, the panel shows ${shown}`);
      });
    }
  }

  // Waits for the ledger to hold these kinds, newest first.
  async expectLedger(...kinds) {
    await this.#expectRows('ledger-row', 'kind', kinds);
  }

  // Waits for the jobs to be in these states, newest first.
  async expectJobs(...states) {
    await this.#expectRows('job-row', 'state', states);
  }

  async #expectRows(row, attribute, wanted) {
    const read = () => this.part(row).evaluateAll((rows, attribute) => rows.map((row) => row.dataset[attribute]), attribute);
    await this.until(async () => (await read()).join() === wanted.join()).catch(() => {});
    assert.deepEqual(await read(), wanted);
  }

  // Asks again and again; what never comes true is an error.
  async until(happens, within = PATIENCE_MS) {
    const end = Date.now() + within;
    while (!await happens()) {
      if (Date.now() > end) throw new Error(`this never happened: ${happens}`);
      await this.page.waitForTimeout(50);
    }
  }

  // Saves a change of one of the owner's files, and waits until the bot goes by it.
  async inForce(sandbox, file, change) {
    const version = async () => (await sandbox.panel(USER)).scripts.version;
    const before = await version();
    await sandbox.edit(file, change);
    await this.until(async () => await version() !== before);
  }

  // A tap that no finger on this page made: repeated by the network, or forged.
  async tapUnseen(messageId, data) {
    const persona = await this.page.locator('.persona[aria-pressed="true"]').getAttribute('data-persona');
    const answer = await this.page.request.post(`${new URL(this.page.url()).origin}/sandbox/chats/${persona}/tap`, { data: { message_id: messageId, callback_data: data } });
    assert.equal(answer.status(), 200, await answer.text());
  }

  // A tap was answered with a window that says this; closes it.
  async alertSays(words) {
    const alert = this.page.locator('#alert');
    await alert.waitFor();
    assert.match(await alert.locator('p').innerText(), words);
    await alert.getByRole('button').click();
    await alert.waitFor({ state: 'hidden' });
  }

  async become(persona) {
    await this.part(`persona-${persona}`).click();
    await this.page.locator(`[data-testid="persona-${persona}"][aria-pressed="true"]`).waitFor({ state: 'attached' });
  }

  // The next render ends so: ok, moderation, server_error or hang.
  async nextRender(ending) {
    const answered = this.page.waitForResponse((response) => response.url().endsWith('/sandbox/engine'));
    await this.page.locator(`.segment[data-ending="${ending}"]`).click();
    assert.equal((await answered).status(), 200);
    await this.page.locator(`.segment[data-ending="${ending}"]:has(:checked)`).waitFor();
  }

  // Pulls an engine's cable, or plugs it in.
  async plug(engine, up) {
    await this.part(`service-${engine}`).setChecked(up);
    await this.page.locator(`.service[data-up="${up}"]:has([value="${engine}"])`).waitFor();
  }
}

export class Message {
  constructor(element, id) {
    this.element = element;
    this.id = id;
  }

  async text() {
    return plain(await this.element.locator('.text').innerText());
  }

  // Waits until the text holds this.
  async says(text) {
    await this.element.filter({ hasText: text }).waitFor().catch(async () => {
      assert.fail(`message ${this.id} should say ${text}, it says:\n${await this.text()}`);
    });
    return this.text();
  }

  button(words) {
    return this.element.locator('[data-testid="inline-button"]', { hasText: words });
  }

  // Rows of words, as they stand.
  async buttons() {
    const rows = await this.element.locator('.keyboard-row').evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll('[data-testid="inline-button"]')].map((button) => button.innerText)));
    return rows.map((row) => row.map(plain));
  }

  // Taps the button with these words, once it is there.
  async tap(words) {
    await this.button(words).first().click();
  }
}
