// Takes pictures of what people see, screen by screen, in a language: `node tests/browser/tour.mjs kk /tmp/tour`. Not a test; it is to
// be looked at. Buttons are tapped by their place, for their words differ.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ADMIN, Chat, USER, openBrowser } from './support/chat.mjs';
import { Sandbox } from './support/sandbox.mjs';

const [language = 'ru', folder = '/tmp/tour'] = process.argv.slice(2);
const NAME = { ru: 'Русский', kk: 'Қазақша', en: 'English' }[language];
const PROMPT = { ru: 'Рыжий кот играет на пианино в джаз-клубе', kk: 'Сары мысық пианинода ойнап отыр', en: 'A ginger cat plays the piano' }[language];
const STAR = { ru: 'Илон Маск танцует на Марсе', kk: 'Илон Маск Марста билеп жүр', en: 'Elon Musk dances on Mars' }[language];
const WIDTH = 390;

await mkdir(folder, { recursive: true });
const browser = await openBrowser();
const sandbox = await Sandbox.start({ renderSeconds: 6 });
const chat = await Chat.open(browser, sandbox.origin, { width: WIDTH, height: 1600 });
let shots = [];

async function shot(name, message) {
  await chat.page.waitForTimeout(250);
  await message.element.scrollIntoViewIfNeeded();
  shots.push({ name, png: (await message.element.screenshot()).toString('base64') });
}

// One picture of all that has been taken since the last.
async function page(name) {
  const sheet = await browser.newPage({ viewport: { width: WIDTH * 4 + 80, height: 900 } });
  const columns = [[], [], [], []];
  const heights = [0, 0, 0, 0];
  for (const { name, png } of shots) {
    const at = heights.indexOf(Math.min(...heights));
    columns[at].push(`<figure><figcaption>${name}</figcaption><img src="data:image/png;base64,${png}"></figure>`);
    // a picture's height stands in its header
    heights[at] += Buffer.from(png.slice(0, 44), 'base64').readUInt32BE(20) + 30;
  }
  const style = 'body{margin:8px;display:flex;gap:16px;font:12px sans-serif;background:#888}div{width:390px}figure{margin:0 0 12px}img{max-width:100%;display:block}figcaption{color:#fff}';
  await sheet.setContent(`<style>${style}</style>${columns.map((figures) => `<div>${figures.join('')}</div>`).join('')}`);
  await sheet.waitForTimeout(200);
  await writeFile(join(folder, `${language}-${name}.png`), await sheet.screenshot({ fullPage: true }));
  await sheet.close();
  shots = [];
}

const button = (message, nth) => message.element.locator('[data-testid="inline-button"]').nth(nth);

// Taps, and waits until the message has changed.
async function tap(message, nth) {
  const before = await message.element.innerText();
  await button(message, nth).click();
  await chat.until(async () => await message.element.innerText() !== before, 8_000).catch(() => console.log(`nothing came of button ${nth}: ${before.split('\n')[0]}`));
}

// Taps, and gives what was said in return.
async function asks(message, nth) {
  const seen = await chat.lastId();
  await button(message, nth).click();
  return chat.answerAfter(seen);
}

// Chooses the language, and waits until the answer is in it.
async function speak(choice) {
  const before = await choice.element.innerText();
  await choice.button(NAME).click();
  await chat.until(async () => await choice.element.innerText() !== before);
}

async function toast(name) {
  await chat.part('toast').waitFor({ timeout: 5_000 }).then(async () => {
    console.log(`toast ${name}: ${await chat.part('toast').innerText()}`);
  }).catch(() => console.log(`no toast ${name}`));
}

const stages = {
  async begin() {
    await chat.ask('/start');
    const choice = await chat.ask('/language');
    await shot('/language', choice);
    await speak(choice);
    await shot('chosen', choice);
    for (const command of ['/start', '/help', '/nonsense', '/generate', '/support', '/paysupport', '/terms', '/privacy', '/notifications', '/invite', '/promo', '/promo NOTHING', '/queue', '/videos', '/balance']) {
      await shot(command, await chat.ask(command));
    }
    const menu = await chat.ask('/notifications');
    await tap(menu, 0);
    await tap(menu, 1);
    await shot('both off', menu);
    const gone = await chat.ask('/deleteme');
    await shot('/deleteme', gone);
    await tap(gone, 1);
    await shot('kept', gone);
  },
  async order() {
    const card = await chat.ask(PROMPT);
    await shot('offers', card);
    await tap(card, 2);
    await shot('models', card);
    await tap(card, 0);
    await shot('seconds', card);
    await tap(card, 1);
    await shot('shapes', card);
    await tap(card, 0);
    await shot('confirm', card);
    const dropped = await chat.ask(`${PROMPT} 2`);
    await tap(dropped, 0);
    await tap(dropped, 2);
    await shot('dropped', dropped);
    await tap(card, 0);
    await toast('ordered');
    await shot('taken', card);
    const second = await chat.ask(`${PROMPT} 3`);
    await tap(second, 1);
    await tap(second, 0);
    const third = await chat.ask(`${PROMPT} 4`);
    await tap(third, 0);
    await tap(third, 0);
    await shot('in the queue', third);
    await shot('/queue', await chat.ask('/queue'));
    await tap(third, 0);
    await shot('cancelled', third);
    await chat.page.waitForTimeout(2_000);
    await shot('rendering', second);
    await chat.until(async () => await chat.part('video').count() >= 2);
    await chat.page.waitForTimeout(1_000);
    await shot('done', card);
    await shot('film', chat.message(await chat.lastId()));
    await shot('/balance', await chat.ask('/balance'));
  },
  async after() {
    const film = chat.message(await chat.part('message').filter({ has: chat.part('video') }).last().getAttribute('data-message-id').then(Number));
    console.log('film:', JSON.stringify(await film.buttons()));
    for (const [nth, name] of [[0, 'again'], [1, 'edit'], [2, 'size'], [3, 'remix'], [4, 'as a file'], [5, 'new']]) {
      await shot(name, await asks(film, nth));
    }
    const gallery = await chat.ask('/videos');
    await chat.page.waitForTimeout(800);
    await shot('/videos', gallery);
    console.log('gallery:', JSON.stringify(await gallery.buttons()));
    const wrong = await chat.ask(STAR);
    await shot('warned', wrong);
    await tap(wrong, 1);
    await shot('anyway', wrong);
  },
  async extend() {
    await chat.inForce(sandbox, 'scripts/pricing.lua', (text) => text.replace('remix = true,', 'remix = true, extend = true,'));
    const films = await chat.part('video').count();
    const card = await chat.ask(`${PROMPT} 5`);
    await tap(card, 0);
    await tap(card, 0);
    await chat.until(async () => await chat.part('video').count() > films);
    const film = chat.message(await chat.part('message').filter({ has: chat.part('video') }).last().getAttribute('data-message-id').then(Number));
    await shot('can be extended', film);
    const place = (await film.buttons()).flat().findIndex((label) => label.startsWith('⏩'));
    await shot('extend', await asks(film, place));
    const more = await chat.ask(`${PROMPT} 6`);
    await shot('extension', more);
    await tap(more, 0);
    await shot('extension ordered', more);
    await chat.until(async () => await chat.part('video').count() > films + 1);
    await chat.page.waitForTimeout(1_000);
    await shot('extended: card', more);
    await shot('extended', chat.message(await chat.lastId()));
    await shot('/balance', await chat.ask('/balance'));
    await chat.inForce(sandbox, 'scripts/pricing.lua', (text) => text.replace('extend = true,', ''));
    await button(film, place).click();
    await chat.alertSays(/./);
    shots.push({ name: 'too late', png: (await chat.page.screenshot()).toString('base64') });
    await chat.page.keyboard.press('Escape');
  },
  async fails() {
    for (const ending of ['moderation', 'server_error']) {
      const seen = await chat.lastId();
      const card = await chat.ask(`${PROMPT} ${ending}`);
      await tap(card, 0);
      await chat.page.request.post(`${sandbox.origin}/sandbox/engine`, { data: { next: ending } });
      await tap(card, 0);
      await chat.until(async () => await chat.answersAfter(seen) > 1, 60_000);
      await chat.page.waitForTimeout(1_000);
      await shot(`${ending}: card`, card);
      await shot(ending, chat.message(await chat.lastId()));
    }
  },
  async money() {
    const buy = await chat.ask('/buy');
    await shot('/buy', buy);
    await tap(buy, 1);
    await shot('ways', buy);
    console.log('ways:', JSON.stringify(await buy.buttons()));
    for (const nth of [1, 2, 3, 4]) {
      const menu = await chat.ask('/buy');
      await tap(menu, 2);
      await tap(menu, nth).catch(() => {});
      await chat.page.waitForTimeout(800);
      await shot(`way ${nth}`, menu);
    }
    const card = await chat.ask(`${PROMPT} 9`);
    await tap(card, 2);
    await tap(card, 2);
    await tap(card, 2);
    await tap(card, 0);
    await shot('dear', card);
    await shot('/balance', await chat.ask('/balance'));
  },
  async ideas() {
    const ideas = await chat.ask('/ideas');
    await shot('/ideas', ideas);
    await tap(ideas, 0);
    await shot('category', ideas);
    await tap(ideas, 0);
    await shot('an idea', ideas);
    await chat.part('menu').click();
    await chat.page.waitForTimeout(400);
    shots.push({ name: 'commands', png: (await chat.page.screenshot()).toString('base64') });
    await chat.page.keyboard.press('Escape');
  },
  async owner() {
    await chat.part('open-personas').click();
    await chat.become(ADMIN);
    await chat.ask('/start');
    const choice = await chat.ask('/language');
    await speak(choice);
    await chat.ask('/topup @aigerim 742 Kaspi');
    for (const command of ['/help', '/prices', '/rate', '/rate 540', '/price', '/price +5%', '/scripts', '/rollback', '/reload', '/users', `/user ${USER}`, '/topup @aigerim 500 Kaspi', '/grant @aigerim 50', '/refund', '/ban', '/audit', '/kaspi', '/broadcast', '/panel', '/stats 91']) {
      await shot(command, await chat.ask(command));
    }
    const promo = await chat.ask('/promo');
    await shot('/promo', promo);
    await tap(promo, 0);
    await shot('of what', promo);
    await tap(promo, 0);
    await shot('how much', promo);
    await tap(promo, 1);
    await shot('when', promo);
    const offered = await asks(promo, 0).catch(() => promo);
    await chat.page.waitForTimeout(500);
    await shot('proposal', offered);
    await shot('/promo CODE', await chat.ask('/promo SPRING 500 x100'));
    const crowd = await chat.ask('/broadcast A new model is here', '👆');
    await shot('to whom', crowd);
    await tap(crowd, 0);
    await shot('sure', crowd);
    await tap(crowd, 0);
    await chat.page.waitForTimeout(2_000);
    await shot('going', crowd);
    await shot('went', chat.message(await chat.lastId()));
    await shot('/stats', await chat.ask('/stats'));
  },
};

const wanted = process.argv.slice(4);
for (const [name, stage] of Object.entries(stages)) {
  if (wanted.length > 0 && name !== 'begin' && !wanted.includes(name)) continue;
  try {
    await stage();
  } catch (error) {
    console.log(`${name} broke off: ${error.message.split('\n')[0]}`);
  }
  if (shots.length > 0) await page(name);
}
console.log(chat.complaints);
await browser.close();
await sandbox.stop();
