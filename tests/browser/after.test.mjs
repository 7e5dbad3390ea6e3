// After the video: once more, with other words, changed, as a file; all films in one message; what moved, page by page.

import assert from 'node:assert/strict';
import { PHONE } from './support/chat.mjs';
import { story } from './support/story.mjs';

const SHOTS = process.env.SCREENSHOTS;

story('a film is followed by others made of it, and found again in the gallery', { renderSeconds: 1 }, async ({ chat, sandbox }) => {
  await order(chat, 'Кот на рояле');
  const film = await filmOf(chat, 'Кот на рояле');
  await shot(chat, 'film');

  await film.tap('Изменить текст');
  await chat.messageWith('Пришлите новое описание');
  const edited = await chat.ask('Пёс на скрипке', 'Проверьте заказ');
  assert.match(await edited.text(), /Пёс на скрипке[^]*8 с · горизонтальное/);
  await shot(chat, 'edited');
  await edited.tap('Создать за 742 ₸');
  await filmOf(chat, 'Пёс на скрипке');

  await film.tap('Изменить видео');
  await chat.messageWith('Что изменить в видео из заказа № 1?');
  const remix = await chat.ask('Пусть идёт снег', 'Меняем видео из заказа № 1');
  assert.deepEqual(await remix.buttons(), [['✅ Создать за 742 ₸'], ['❌ Отмена']]);
  await shot(chat, 'remix');
  await remix.tap('Создать за 742 ₸');
  await filmOf(chat, 'Пусть идёт снег');
  const upstream = await sandbox.upstream();
  assert.equal(upstream[2].remixed_from_video_id, upstream[0].id);
  await chat.expectMoney({ balance: 10_000 - 3 * 742, held: 0 });

  const gallery = await chat.ask('/videos', 'Видео 1 из 3');
  assert.match(await gallery.text(), /Пусть идёт снег/);
  await shot(chat, 'gallery');
  await gallery.tap('Старше');
  assert.match(await gallery.says('Видео 2 из 3'), /Пёс на скрипке/);
  await gallery.tap('Новее');
  await gallery.says('Видео 1 из 3');
  const before = await chat.lastId();
  await gallery.tap('Прислать снова');
  assert.match(await (await chat.answerAfter(before, 'Пусть идёт снег')).text(), /Заказ № 3/);
  await gallery.tap('Файлом');
  await chat.messageWith('Заказ № 3 файлом, без сжатия');
  await shot(chat, 'file');
  await chat.expectMoney({ balance: 10_000 - 3 * 742, held: 0 });
  assert.equal((await sandbox.upstream()).length, 3, 'nothing was rendered for it');
});

story('what moved is read page by page on a phone', { renderSeconds: 1, viewport: PHONE }, async ({ chat }) => {
  for (let number = 1; number <= 11; number += 1) {
    const card = await chat.prompt(`кот ${number}`);
    await card.tap('Быстро');
    await card.says('Проверьте заказ');
    await card.tap('Создать');
    await card.says('Заказ №');
    await card.says('Готово');
  }
  const balance = await chat.ask('/balance', 'Последние операции');
  await shot(chat, 'history');
  await balance.tap('Старше');
  assert.match(await balance.says('подарок'), /подарок → 10 000/);
  await balance.tap('Новее');
  await balance.says('заказ № 11');
});

story('an order that renders is stopped where its engine can, and else goes on', { renderSeconds: 600 }, async ({ chat, sandbox }) => {
  await engineAlso(chat, sandbox, 'stop = true');
  const card = await order(chat, 'Кот на рояле');
  await card.says('%');
  await shot(chat, 'stoppable');
  await card.tap('Отменить заказ');
  await card.says('Остановить заказ сервис не может');
  await shot(chat, 'unstoppable');
  await chat.expectJobs('rendering');
  await chat.expectMoney({ balance: 9_258, held: 742 });
});

story('a film goes on part by part where its engine can do that', { renderSeconds: 1 }, async ({ chat, sandbox }) => {
  await engineAlso(chat, sandbox, 'extend = true');
  await order(chat, 'Кот на рояле');
  const film = await filmOf(chat, 'Кот на рояле');
  await shot(chat, 'extendable');
  await film.tap('Продлить видео');
  await chat.messageWith('Что будет дальше в видео из заказа № 1?');
  const card = await chat.ask('Кот кланяется', 'Продолжаем видео из заказа № 1');
  assert.match(await card.text(), /к 8 с добавим 8 с, получится 16 с/);
  assert.deepEqual(await card.buttons(), [['✅ Создать за 742 ₸'], ['❌ Отмена']]);
  await shot(chat, 'extension');
  await card.tap('Создать за 742 ₸');
  const longer = await filmOf(chat, 'Кот кланяется');
  assert.match(await longer.text(), /, 16 с/);
  const labels = (await longer.buttons()).flat();
  assert.ok(!labels.some((label) => label.includes('Изменить видео')), 'its change would cost the whole');
  assert.ok(!labels.some((label) => label.includes('Другой формат')), 'it has the shape of its first part');
  const [, upstream] = await sandbox.upstream();
  assert.deepEqual([upstream.seconds, upstream.size], ['16', '1280x720']);
  await chat.expectMoney({ balance: 10_000 - 2 * 742, held: 0 });
  await shot(chat, 'extended');
  await longer.tap('Ещё раз');
  await chat.messageWith('Продолжаем видео из заказа № 1');
});

// The first model's engine can do this too from now on.
async function engineAlso(chat, sandbox, ability) {
  await chat.inForce(sandbox, 'scripts/pricing.lua', (text) => text.replace('remix = true,', `remix = true, ${ability},`));
}

async function order(chat, words) {
  const card = await chat.prompt(words);
  await card.tap('Быстро');
  await card.says('Проверьте заказ');
  await card.tap('Создать');
  await card.says('Заказ №');
  return card;
}

// The message with the film whose caption says these words.
async function filmOf(chat, words) {
  const film = chat.page.locator('[data-testid="message"][data-out="false"]', { hasText: words, has: chat.page.locator('[data-testid="video"]') });
  await film.first().waitFor();
  return chat.message(await film.first().getAttribute('data-message-id'));
}

// Kept for whoever wants to look: SCREENSHOTS names a folder.
async function shot(chat, name) {
  if (SHOTS) await chat.page.screenshot({ path: `${SHOTS}/${name}.png` });
}
