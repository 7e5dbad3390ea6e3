// What goes wrong at the engine costs nothing, and says why.

import assert from 'node:assert/strict';
import { story } from './support/story.mjs';

story('a refusal by moderation gives everything back with the reason, and asks the engine once', { renderSeconds: 1 }, async ({ chat, sandbox }) => {
  await chat.nextRender('moderation');
  await orderPremiumVertical(chat);
  // the card says why as well; this is the message that follows it
  const refund = await chat.messageWith('Заказ № 1: видео не получилось');
  assert.match(await refund.text(), /Заказ № 1: видео не получилось[^]*реальные люди[^]*Все 3 115 токенов вернулись, на счёте 10 000 токенов/);
  await itCostNothing(chat, sandbox);

  // the switch is used up: the next order succeeds
  assert.equal(await chat.part('engine-ok').isChecked(), true);
  assert.deepEqual(await refund.buttons(), [['✏️ Изменить текст', '🎬 Новое видео'], ['💰 Баланс']]);
  await refund.tap('Изменить текст');
  await chat.messageWith('Пришлите новое описание');
  const card = await chat.ask('Кот спит на рояле', 'Проверьте заказ');
  assert.match(await card.text(), /Кот спит на рояле[^]*вертикальное, 1024×1792/);
  await card.tap('Создать за 3 115 ₸');
  await chat.expectJobs('delivered', 'refunded');
  await chat.expectMoney({ balance: 6_885, held: 0 });
});

story('a server error of the engine gives everything back and says that it is not the user’s fault', { renderSeconds: 1 }, async ({ chat, sandbox }) => {
  await chat.nextRender('server_error');
  await orderPremiumVertical(chat);
  const refund = await chat.messageWith('Заказ № 1: видео не получилось');
  assert.match(await refund.text(), /сломался на вашем заказе[^]*Все 3 115 токенов вернулись/);
  await itCostNothing(chat, sandbox);
});

story('a render that hangs is given up at its deadline and paid back', { renderSeconds: 1 }, async ({ chat, sandbox }) => {
  await chat.nextRender('hang');
  const card = await orderPremiumVertical(chat);
  await chat.expectMoney({ balance: 6_885, held: 3_115 });
  await chat.until(async () => /%/.test(await card.text()));
  // the sandbox waits a minute longer than a render takes
  await chat.until(async () => await chat.page.locator('[data-testid="job-row"][data-state="refunded"]').count() === 1, 120_000);
  const refund = await chat.messageWith('Заказ № 1: видео не получилось');
  assert.match(await refund.text(), /слишком долго[^]*Все 3 115 токенов вернулись/);
  await itCostNothing(chat, sandbox);
});

story('an order that still waits can be cancelled, and its tokens are back at once', { renderSeconds: 15 }, async ({ chat, sandbox }) => {
  for (const words of ['первый', 'второй', 'третий']) {
    const card = await chat.prompt(words);
    await card.tap('Быстро');
    await card.says('Проверьте заказ');
    await card.tap('Создать');
    await card.says('Заказ №');
  }
  const third = await chat.messageWith('третий');
  await chat.expectMoney({ balance: 10_000 - 3 * 742, held: 3 * 742 });
  await third.tap('Отменить заказ');
  await third.says('Заказ отменён');
  await chat.expectMoney({ balance: 10_000 - 2 * 742, held: 2 * 742 });
  await chat.expectJobs('cancelled', 'rendering', 'rendering');
  await chat.expectLedger('release', 'hold', 'hold', 'hold', 'grant');
  assert.equal((await sandbox.upstream()).length, 2);
});

// Sora-2 Pro 1080p, 8 s, vertical: 3 115 tokens.
async function orderPremiumVertical(chat) {
  const card = await chat.prompt('Кот играет на пианино');
  for (const [button, next] of [['Настроить', 'Качество'], ['1080p', 'Сколько секунд'], ['8 с', 'Каким будет кадр'], ['Вертикальное', 'Проверьте заказ'], ['Создать', 'Заказ №']]) {
    await card.tap(button);
    await card.says(next);
  }
  return card;
}

async function itCostNothing(chat, sandbox) {
  await chat.expectJobs('refunded');
  await chat.expectLedger('release', 'hold', 'grant');
  await chat.expectMoney({ balance: 10_000, held: 0 });
  assert.equal((await sandbox.upstream()).length, 1, 'nothing is created twice');
  assert.equal(await chat.part('video').count(), 0);
}
