// Takes the pictures of the owner's handbook: the chat before and after its recipes. Not a test: `node pictures.mjs` writes
// them anew into docs/ru/pictures, from the sandbox and the shipped files.

import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ADMIN, Chat, USER, openBrowser } from './support/chat.mjs';
import { Sandbox } from './support/sandbox.mjs';

const HANDBOOK = resolve(import.meta.dirname, '../../docs/ru');
const PICTURES = join(HANDBOOK, 'pictures');

// The edits of one recipe: what to replace by what in which file.
async function recipe(page, name) {
  const text = await readFile(join(HANDBOOK, page), 'utf8');
  const start = text.indexOf(`### ${name}\n`);
  if (start < 0) throw new Error(`${page} has no «${name}»`);
  const section = text.slice(start + 4).split('\n### ')[0];
  const edit = /Было, `([^`]+)`:\n\n```lua\n(.*?)\n```\n\nСтало:\n\n```lua\n(.*?)\n```/gs;
  return [...section.matchAll(edit)].map(([, file, before, after]) => ({ file, before, after }));
}

async function follow(sandbox, chat, page, name, { refused = false } = {}) {
  const before = (await sandbox.panel(USER)).scripts;
  for (const edit of await recipe(page, name)) {
    await sandbox.edit(edit.file, (text) => text.replace(edit.before, edit.after));
  }
  await chat.until(async () => {
    const { version, problems } = (await sandbox.panel(USER)).scripts;
    return refused ? problems.length > 0 : version !== before.version;
  });
}

async function take(message, name) {
  await message.element.scrollIntoViewIfNeeded();
  await message.element.screenshot({ path: join(PICTURES, `${name}.png`) });
}

const PROMPT = 'Рыжий кот играет на пианино в джаз-клубе, тёплый свет';

async function prices(sandbox, chat) {
  await take(await chat.prompt(PROMPT), 'price-before');
  await follow(sandbox, chat, 'prices.md', 'Поднять все цены на 5 %');
  await take(await chat.prompt(PROMPT), 'price-after');
}

async function packages(sandbox, chat) {
  await take(await chat.ask('/buy', 'Пакеты токенов'), 'packages-before');
  await follow(sandbox, chat, 'packages.md', 'Добавить пакет');
  await take(await chat.ask('/buy', 'Пакеты токенов'), 'packages-after');
}

async function menus(sandbox, chat) {
  await take(await chat.ask('/start', 'Здравствуйте'), 'menu-before');
  await follow(sandbox, chat, 'menus.md', 'Поменять кнопки местами');
  await follow(sandbox, chat, 'texts.md', 'Переименовать кнопку');
  await take(await chat.ask('/start', 'Здравствуйте'), 'menu-after');
}

async function refusal(sandbox, chat) {
  await chat.become(ADMIN);
  await chat.ask('/start');
  await follow(sandbox, chat, 'messages.md', 'Опечатка в имени', { refused: true });
  await take(await chat.messageWith('Скрипты с ошибкой не приняты'), 'refused');
}

await mkdir(PICTURES, { recursive: true });
const browser = await openBrowser();
for (const story of [prices, packages, menus, refusal]) {
  const sandbox = await Sandbox.start();
  const chat = await Chat.open(browser, sandbox.origin);
  try {
    await story(sandbox, chat);
  } finally {
    await sandbox.stop();
  }
}
await browser.close();
