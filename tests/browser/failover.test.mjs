// An engine goes down while people order: the next one takes over, and nobody pays twice or waits for nothing.

import assert from 'node:assert/strict';
import { story } from './support/story.mjs';

story('with the first engine cut off an order goes to the next at the same price', { renderSeconds: 1, vendors: true }, async ({ chat, t }) => {
  await order(chat, 'Кот на крыше');
  await chat.expectJobs('delivered');
  await chat.expectMoney({ balance: 9_406, held: 0 });
  await chat.plug('openrouter', false);
  await order(chat, 'Пёс на крыше');
  await chat.expectJobs('delivered', 'delivered');
  await chat.expectMoney({ balance: 8_812, held: 0 });
  assert.deepEqual(await engines(chat), ['fal', 'openrouter']);
  await chat.plug('openrouter', true);
  if (process.env.SHOTS) await chat.page.screenshot({ path: `${process.env.SHOTS}/failover.png` });
  t.diagnostic('the second order was made by fal');
});

story('an order that was taken is waited for until its engine is back', { renderSeconds: 8, vendors: true }, async ({ chat }) => {
  await order(chat, 'Кот на крыше');
  await chat.expectJobs('rendering');
  await chat.plug('openrouter', false);
  await order(chat, 'Пёс на крыше');
  await chat.until(async () => (await engines(chat))[0] === 'fal');
  await chat.expectJobs('delivered', 'rendering');
  await chat.plug('openrouter', true);
  await chat.expectJobs('delivered', 'delivered');
  await chat.expectMoney({ balance: 8_812, held: 0 });
  assert.deepEqual(await engines(chat), ['fal', 'openrouter']);
});

story('with the only engine cut off the tokens come back', { renderSeconds: 1 }, async ({ chat }) => {
  await chat.plug('sora', false);
  const card = await chat.prompt('Кот на крыше');
  await card.tap('Быстро');
  await card.says('Проверьте заказ');
  await card.tap('Создать');
  await chat.expectJobs('refunded');
  await chat.expectMoney({ balance: 10_000, held: 0 });
});

// Veo 3.1 Fast, 4 seconds: OpenRouter is its first route, fal a later one.
async function order(chat, prompt) {
  const card = await chat.prompt(prompt);
  for (const choice of ['Настроить', 'Veo 3.1 Fast', '4 с', 'Горизонтальное']) {
    await card.tap(choice);
  }
  await card.says('Проверьте заказ');
  await card.tap('Создать за 594 ₸');
}

// Who made the orders, the newest first.
const engines = (chat) => chat.part('job-row').evaluateAll((rows) => rows.map((row) => row.dataset.engine));
