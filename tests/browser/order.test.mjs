// A prompt becomes a paid, delivered video; and no tap makes two of one order.

import assert from 'node:assert/strict';
import { plain } from './support/chat.mjs';
import { story } from './support/story.mjs';

const PROMPT = 'A cat playing piano in a jazz club';

story('a prompt becomes a paid video that plays, and the balance is right to the token', { renderSeconds: 16, stranger: true }, async ({ chat, sandbox, t }) => {
  const greeting = await chat.ask('/start');
  assert.match(await greeting.text(), /10 000 токенов/);
  await chat.expectMoney({ balance: 10_000, held: 0 });

  const card = await chat.prompt(`/generate ${PROMPT}`);
  const [[quick], [premium]] = await card.buttons();
  assert.match(quick, /8 с — 742 ₸/);
  assert.match(premium, /8 с — 1 928 ₸/);
  await configure(card);
  assert.match(await card.text(), /1080p · 8 с · вертикальное, 1024×1792/);
  await chat.expectMoney({ balance: 10_000, held: 0 });

  const before = await chat.messageCount();
  await card.tap('Создать за 3 115 ₸');
  await chat.expectMoney({ balance: 6_885, held: 3_115 });
  await chat.expectLedger('hold', 'grant');

  const told = await readUntilVideo(chat, card);
  t.diagnostic(`progress told: ${told.percents.join(' %, ')} %`);
  assert.equal(await chat.messageCount(), before + 1, 'progress is told in place: only the video is new');
  assert.ok(told.percents.length >= 2, `the bar moves, it showed ${told.percents}`);
  assert.deepEqual(told.percents, [...told.percents].sort((a, b) => a - b), 'the bar never goes back');
  await card.says('Готово');

  const film = await chat.answerAfter(card.id);
  assert.match(await film.text(), new RegExp(`8 с\\s+${PROMPT}`));
  assert.deepEqual(await film.buttons(), [['🔁 Ещё раз', '✏️ Изменить текст'], ['📐 Другой формат', '🪄 Изменить видео'], ['📎 Файлом', '🎬 Новое видео']]);
  await itPlays(chat, { width: 1024, height: 1792, seconds: 8 });

  await chat.expectLedger('capture', 'hold', 'grant');
  await chat.expectJobs('delivered');
  await chat.expectMoney({ balance: 6_885, held: 0 });
  const upstream = await sandbox.upstream();
  assert.deepEqual(upstream.map(({ model, size, seconds, prompt }) => ({ model, size, seconds, prompt })),
    [{ model: 'sora-2-pro', size: '1024x1792', seconds: '8', prompt: PROMPT }]);

  const balance = await (await chat.ask('/balance', 'Последние операции')).text();
  assert.match(balance, /6 885 токенов/);
  assert.match(balance, /−3 115/);
});

story('a quick offer is one tap away from its confirmation, and every step has a way back', {}, async ({ chat, sandbox }) => {
  const card = await chat.prompt(PROMPT);
  await card.tap('Быстро');
  await card.says('Проверьте заказ');
  await card.tap('Назад');
  await card.says('Выберите готовый вариант');

  await configure(card);
  for (const step of ['Каким будет кадр', 'Сколько секунд', 'Качество', 'Выберите готовый вариант']) {
    await card.tap('Назад');
    await card.says(step);
  }
  assert.equal(await chat.messageCount(), 4, 'all of it happens in one message');

  await card.tap('Премиум');
  await card.says('Проверьте заказ');
  await card.tap('Отмена');
  await card.says('не оформляем');
  assert.deepEqual(await card.buttons(), []);
  await chat.expectMoney({ balance: 10_000, held: 0 });
  assert.deepEqual(await sandbox.upstream(), []);
});

story('a double click, a repeated tap and a tap after the end make one job', { renderSeconds: 1 }, async ({ chat, sandbox }) => {
  const card = await chat.prompt(PROMPT);
  await card.tap('Быстро');
  await card.says('Проверьте заказ');
  const order = await card.button('Создать').getAttribute('data-callback');
  const again = () => chat.tapUnseen(card.id, order);
  // what a nervous finger does, and what a network does that delivers a tap more than once
  await card.button('Создать').dblclick();
  await Promise.all([again(), again(), again()]);

  await chat.part('video').waitFor();
  await again();
  await chat.ask('/queue', 'в работе у вас нет');
  await chat.expectJobs('delivered');
  await chat.expectLedger('capture', 'hold', 'grant');
  await chat.expectMoney({ balance: 9_258, held: 0 });
  assert.equal((await sandbox.upstream()).length, 1);
  assert.equal(await chat.part('video').count(), 1);
});

story('somebody who begins with a prompt gets his welcome and his card', { stranger: true }, async ({ chat }) => {
  await chat.say(PROMPT);
  const card = await chat.messageWith('Выберите готовый вариант');
  assert.match(await (await chat.messageWith('10 000 токенов')).text(), /🎁/);
  assert.equal(await chat.messageCount(), 3);
  await card.tap('Быстро');
  await card.says('Проверьте заказ');
});

story('three orders wait, render and arrive beside each other', { renderSeconds: 2 }, async ({ chat, sandbox }) => {
  for (const words of ['Первый', 'Второй', 'Третий']) await order(chat, words);
  await chat.expectJobs('delivered', 'delivered', 'delivered');
  await chat.expectMoney({ balance: 10_000 - 3 * 742, held: 0 });
  assert.equal((await sandbox.upstream()).length, 3);
  assert.equal(await chat.part('video').count(), 3);
  await chat.ask('/queue', 'в работе у вас нет');
});

story('a balance that is too small says how much is missing and offers to buy', { renderSeconds: 600 }, async ({ chat }) => {
  for (const words of ['раз', 'два', 'три']) await order(chat, words, '1080p');
  await chat.expectJobs('queued', 'rendering', 'rendering');
  const card = await chat.prompt(PROMPT);
  await card.tap('Быстро');
  assert.match(await card.says('Не хватает'), /Не хватает 87 токенов/);
  const seen = await chat.lastId();
  await card.tap('Пополнить');
  assert.match(await (await chat.answerAfter(seen)).text(), /1 484 токена — 1 336 ₸ \(−10 %\)/);
  await chat.expectMoney({ balance: 655, held: 9_345 });
});

// To the confirmation of Sora-2 Pro 1080p, 8 s, vertical.
async function configure(card) {
  await card.tap('Настроить');
  await card.says('Качество');
  await card.tap('1080p');
  await card.says('Сколько секунд');
  await card.tap('8 с');
  await card.says('Каким будет кадр');
  await card.tap('Вертикальное');
  await card.says('Проверьте заказ');
}

async function order(chat, words, quality) {
  const card = await chat.prompt(words);
  if (quality) await configure(card);
  else await card.tap('Быстро');
  await card.says('Проверьте заказ');
  await card.tap('Создать');
  await card.says('Заказ №');
}

// Every per cent that the card shows until the video is there.
async function readUntilVideo(chat, card) {
  const percents = [];
  await chat.until(async () => {
    const percent = /(\d+) %/.exec(plain(await card.text()))?.[1];
    if (percent && Number(percent) !== percents.at(-1)) percents.push(Number(percent));
    return await chat.part('video').count() > 0;
  });
  return { percents };
}

async function itPlays(chat, { width, height, seconds }) {
  const video = chat.part('video');
  await video.evaluate((video) => {
    video.muted = true;
    return video.play();
  });
  await chat.until(() => video.evaluate((video) => video.readyState >= 3 && video.currentTime > 0.5));
  const film = await video.evaluate((video) => ({ width: video.videoWidth, height: video.videoHeight, seconds: video.duration, error: video.error?.message }));
  assert.equal(film.error, undefined);
  assert.deepEqual([film.width, film.height], [width, height]);
  assert.ok(Math.abs(film.seconds - seconds) < 0.25, `it lasts ${film.seconds} s`);
  await video.evaluate((video) => { video.currentTime = 6; });
  await chat.until(() => video.evaluate((video) => video.currentTime > 6.2));
}
