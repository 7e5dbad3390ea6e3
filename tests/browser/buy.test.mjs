// Tokens are bought as people buy them: on a page of Stripe's, and with Stars.

import assert from 'node:assert/strict';
import { plain } from './support/chat.mjs';
import { story } from './support/story.mjs';

story('a package is paid by card, and the same message says so', {}, async ({ chat, t }) => {
  const card = await chooses(chat);
  await card.tap('Банковская карта');
  await card.says('токены придут сами');
  const till = await opens(chat, card);
  assert.match(plain(await till.locator('[data-testid="sum"]').innerText()), /1 336 ₸/);

  await till.locator('[data-testid="card-bad"]').check();
  await till.locator('[data-testid="pay"]').click();
  await till.locator('[data-testid="error"]').waitFor();
  await chat.expectMoney({ balance: 10_000, held: 0 });

  await till.locator('[data-testid="card-good"]').check();
  await till.locator('[data-testid="pay"]').click();
  await till.getByText('Оплата прошла').waitFor();
  await shot(till, 'till');
  await till.locator('[data-testid="back"]').click();
  await till.locator('[data-testid="message"]', { hasText: 'Оплата получена' }).last().waitFor();
  assert.equal(new URL(till.url()).search, '', 'the link is followed once');
  await card.says('зачислено 1 484 токена');
  await chat.expectMoney({ balance: 11_484, held: 0 });
  await shot(chat.page, 'credited');
  await chat.expectLedger('purchase', 'grant');
  t.diagnostic('paid, credited, told');
});

story('who leaves the page without paying can look, pay later or choose another way', {}, async ({ chat }) => {
  const card = await chooses(chat);
  await card.tap('Банковская карта');
  const till = await opens(chat, card);
  await till.locator('[data-testid="leave"]').click();
  await till.locator('[data-testid="message"]', { hasText: 'Нажмите кнопку и оплатите' }).last().waitFor();
  await card.tap('Проверить оплату');
  await chat.alertSays(/пока не/);
  await card.tap('Другой способ');
  await card.says('экономите');
  await chat.expectMoney({ balance: 10_000, held: 0 });
});

story('a bank transfer waits, and is credited when it arrives', {}, async ({ chat }) => {
  const card = await chooses(chat);
  await card.tap('Банковская карта');
  const till = await opens(chat, card);
  await till.locator('[data-testid="transfer"]').check();
  await till.locator('[data-testid="pay"]').click();
  await card.says('банк ещё переводит');
  await chat.expectMoney({ balance: 10_000, held: 0 });
  await till.locator('[data-testid="arrive"]').click();
  await till.locator('[data-testid="back"]').click();
  await card.says('зачислено 1 484 токена');
  await chat.expectMoney({ balance: 11_484, held: 0 });
});

story('a package is paid with Stars, and the same message says so', {}, async ({ chat }) => {
  const card = await chooses(chat);
  await card.tap('Telegram Stars');
  await card.says('токены придут сами');
  await shot(chat.page, 'stars');
  await card.tap('Оплатить');
  await card.says('зачислено 1 484 токена');
  await chat.expectMoney({ balance: 11_484, held: 0 });
  await chat.expectLedger('purchase', 'grant');
});

// From /buy to the choice of a way to pay.
async function chooses(chat) {
  const card = await chat.ask('/buy', 'Пакеты токенов');
  await card.tap('1 484 токена');
  await card.says('экономите');
  return card;
}

// The page behind the button, in a tab of its own.
async function opens(chat, card) {
  const [till] = await Promise.all([chat.page.context().waitForEvent('page'), card.tap('Оплатить')]);
  await till.locator('[data-testid="pay"]').waitFor();
  return till;
}

// A picture for whoever wants to look: SHOTS=/tmp/shots node --test buy.test.mjs
async function shot(page, name) {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });
}
