// The three ways over Kaspi, as a buyer, a cashier and the owner see them: in the chat, and on the page with the telephone and the terminal.

import assert from 'node:assert/strict';
import { ADMIN, USER, plain } from './support/chat.mjs';
import { story } from './support/story.mjs';

story('a transfer by hand waits for a person; the receipt is put to it and proves nothing', {}, async ({ chat, sandbox }) => {
  const kaspi = await openKaspi(chat, sandbox);
  const card = await buy(chat, 'Перевод на Kaspi');
  const text = await card.says('Переведите ровно');
  assert.match(text, /1 484 токена за 1 336 ₸[^]*\+7 701 000 00 00[^]*Песочница/);
  const code = /код ([0-9A-Z]{5})/.exec(text)[1];
  await card.tap('QR-код');
  await chat.messageWith('Наведите камеру Kaspi');
  await card.tap('Я оплатил');
  await card.says('Проверяем перевод');
  await kaspi.locator('[data-testid="receipt-sum"]').fill('1336');
  await kaspi.locator('[data-testid="send-receipt"]').click();
  await chat.messageWith('Чек получили');
  await chat.expectMoney({ balance: 10_000 });

  await chat.become(ADMIN);
  assert.match(await (await chat.ask('/kaspi', 'Ждут проверки')).text(), new RegExp(`${code} · 1 336 ₸ · Айгерим`));
  const claim = await chat.messageWith('Номер на чеке: QR');
  assert.match(await claim.text(), /Перевод 1 336 ₸[^]*Айгерим/);
  assert.equal((await claim.buttons()).flat().length, 4);
  await claim.tap('Пришло 1 336 ₸');
  await claim.says('+1 484 токена');
  await chat.ask(`/reject ${code} не пришло`, 'уже решено: зачислено');
  await chat.ask(`/confirm ${code} 500`, 'уже решено: зачислено');
  await chat.become(USER);
  await chat.messageWith('Оплата получена: зачислено 1 484 токена');
  await chat.expectMoney({ balance: 11_484 });
  await chat.expectLedger('purchase', 'grant');
});

story('a transfer that did not come is turned down with a reason, and another sum is credited as it came', {}, async ({ chat }) => {
  const first = await buy(chat, 'Перевод на Kaspi');
  await first.tap('Я оплатил');
  await first.says('Проверяем перевод');
  await chat.become(ADMIN);
  const claim = await chat.messageWith('Перевод 1 336 ₸');
  await claim.tap('Не пришло');
  await claim.says('Что ответить покупателю');
  await claim.tap('Перевода с такой суммой');
  await claim.says('отклонено');
  await chat.become(USER);
  assert.match(await (await chat.messageWith('мы не нашли')).text(), /Причина: Перевода с такой суммой и кодом нет/);

  const second = await buy(chat, 'Перевод на Kaspi');
  const code = /код ([0-9A-Z]{5})/.exec(await second.says('Переведите ровно'))[1];
  await chat.become(ADMIN);
  await chat.ask(`/confirm ${code.toLowerCase()} 1 000 ₸`, '+1 000 токенов');
  await chat.become(USER);
  await chat.expectMoney({ balance: 11_000 });
  await chat.ask('/confirm', 'Такой команды нет');
});

story('an invoice goes to a telephone or behind a link, and the chat hears of it by itself', {}, async ({ chat, sandbox }) => {
  const kaspi = await openKaspi(chat, sandbox);
  const card = await buy(chat, 'Счёт в Kaspi');
  await card.says('Отправьте номер телефона');
  await chat.ask('8 701 123-45-67', 'Счёт отправлен в Kaspi');
  const bill = kaspi.locator('[data-testid="bill"]').first();
  assert.match(plain(await bill.innerText()), /1 336 ₸\n?ждёт оплаты · 87011234567/);
  await bill.locator('[data-testid="pay"]').click();
  await chat.messageWith('Оплата получена: зачислено 1 484 токена');
  await chat.expectMoney({ balance: 11_484 });

  const other = await buy(chat, 'Счёт в Kaspi');
  await other.tap('По ссылке или QR-коду');
  await other.says('Нажмите кнопку и оплатите');
  await other.tap('QR-код');
  await chat.messageWith('Наведите камеру Kaspi');
  await kaspi.locator('[data-testid="bill"][data-status="pending"] [data-testid="expire"]').click();
  await kaspi.locator('[data-testid="bill"][data-status="expired"] [data-testid="pay"]').click();
  await chat.expectMoney({ balance: 12_968 });
});

story('the bank asks, pays and asks again, and the same payment counts once', {}, async ({ chat, sandbox }) => {
  const kaspi = await openKaspi(chat, sandbox);
  const card = await buy(chat, 'Платежи в Kaspi');
  const code = /заказа ([0-9A-Z]{5})/.exec(await card.says('номер заказа'))[1];
  const answer = kaspi.locator('[data-testid="answer"]');
  const press = async (button, words) => {
    await kaspi.locator(`[data-testid="${button}"]`).click();
    await answer.filter({ hasText: words }).waitFor();
    return answer.innerText();
  };
  await kaspi.locator('[data-testid="account"]').fill('NOBODY');
  await kaspi.locator('[data-testid="terminal-sum"]').fill('1336');
  await press('check', '"result":1');
  await kaspi.locator('[data-testid="account"]').fill(code);
  await press('check', '"result":0');
  const first = await press('terminal-pay', 'prv_txn_id');
  await chat.messageWith('Оплата получена: зачислено 1 484 токена');
  assert.equal(await press('terminal-again', 'prv_txn_id'), first);
  await press('check', '"result":3');
  await chat.expectMoney({ balance: 11_484 });

  await kaspi.locator('[data-testid="account"]').fill('NOBODY');
  await press('terminal-pay', '"result":0');
  await chat.become(ADMIN);
  const doubt = await chat.messageWith('ждёт вашего решения');
  assert.match(await doubt.text(), /Платёж № 1[^]*1 336 ₸[^]*Чьи это деньги, неизвестно/);
  await doubt.tap('вернуть');
  await doubt.says('Деньги верните плательщику');
});

// Chooses the package of 1 484 tokens and a way to pay. Answers the message that tells the rest.
async function buy(chat, way) {
  const card = await chat.ask('/buy', 'Пакеты токенов');
  await card.tap('1 484');
  await card.says('Как удобнее заплатить');
  await card.tap(way);
  return card;
}

async function openKaspi(chat, sandbox) {
  const page = await chat.page.context().newPage();
  await page.goto(`${sandbox.origin}/kaspi`);
  await page.locator('[data-testid="bills"]').waitFor();
  return page;
}
