// The owner edits the shop from the chat: a file goes out and comes back, mistakes change nothing, prices are a picture.

import assert from 'node:assert/strict';
import { ADMIN, USER } from './support/chat.mjs';
import { story } from './support/story.mjs';

async function send(chat, name, text) {
  await chat.part('attach-input').setInputFiles({ name, mimeType: 'text/x-lua', buffer: Buffer.from(text) });
  await chat.part('attach-send').click();
}

story('a file that the owner sends back is in force when he applies it, and not before', {}, async ({ chat, sandbox }) => {
  await chat.become(ADMIN);
  const files = await chat.ask('/scripts', 'Файлы магазина');
  await files.tap('scripts/pricing.lua');
  await chat.messageWith('имя оставьте прежним');
  const shipped = await sandbox.read('scripts/pricing.lua');
  await send(chat, 'pricing (1).lua', shipped.replace('markup = 1.5,', 'markup = 1.6,'));
  const proposal = await chat.messageWith('проверено, ошибок нет');
  assert.match(await proposal.text(), /8 с: 742 → 782 ₸ \(\+5,4 %\), наценка 50 → 60 %/);
  assert.equal(await sandbox.read('scripts/pricing.lua'), shipped);
  await proposal.tap('Применить');
  await proposal.says('Применено');
  assert.match(await sandbox.read('scripts/pricing.lua'), /markup = 1\.6,/);

  await send(chat, 'pricing.lua', shipped.replace('markup = 1.5,', 'markup = "1.7",'));
  assert.match(await (await chat.messageWith('Так не выйдет')).text(), /scripts\/pricing\.lua:\d+: markup/);
  await chat.become(USER);
  assert.match((await (await chat.prompt('Кот')).buttons())[0][0], /782 ₸/);
});

story('a discount takes the owner a few taps, and a buyer sees the price it replaces', {}, async ({ chat }) => {
  await chat.become(ADMIN);
  const promo = await chat.ask('/promo', 'Сейчас акций нет');
  await promo.tap('Новая акция');
  await promo.says('На что скидка?');
  await promo.tap('Sora-2 · 720p');
  await promo.says('Сколько скинуть?');
  await promo.tap('−20 %');
  await promo.says('Когда?');
  await promo.tap('Неделя');
  await promo.says('проверено, ошибок нет');
  await promo.tap('Применить');
  await promo.says('Применено');
  await chat.ask('/prices', 'Цены сейчас');
  await chat.page.locator('.media.photo img').waitFor();

  await chat.become(USER);
  const card = await chat.prompt('Кот');
  const [[quick]] = await card.buttons();
  assert.match(quick, /594 ₸/);
  await card.tap(quick);
  assert.match(await card.says('вместо'), /Скидка: −20 %, вместо 742 ₸/);
});
