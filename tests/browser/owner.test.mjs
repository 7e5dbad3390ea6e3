// What the owner saves is on the next button; what he breaks changes nothing; what he gives is told.

import assert from 'node:assert/strict';
import { ADMIN, USER, plain } from './support/chat.mjs';
import { story } from './support/story.mjs';

const MARKUP = [/markup = 1\.5,/, 'markup = 1.6,'];

story('a new markup is on the next button, an old card asks again, and a queued job keeps its price', { renderSeconds: 8 }, async ({ chat, sandbox, t }) => {
  const queued = await confirmation(chat, 'заказан по старой цене');
  await queued.tap('Создать за 742 ₸');
  await queued.says('Заказ № 1');
  const old = await confirmation(chat, 'нарисован по старой цене');

  const saved = Date.now();
  await chat.inForce(sandbox, 'scripts/pricing.lua', (text) => text.replace(...MARKUP));
  t.diagnostic(`in force ${Date.now() - saved} ms after saving`);

  const fresh = await chat.prompt('нарисован по новой цене');
  const [[quick], [premium]] = await fresh.buttons();
  assert.match(quick, /782 ₸/);
  assert.match(premium, /2 047 ₸/);

  await old.tap('Создать за 742 ₸');
  assert.match(await old.says('Цена изменилась'), /было 742 ₸, теперь 782 ₸/);
  // the balance is what is free to spend: the same while the first order holds its price and after it is paid
  await chat.expectMoney({ balance: 10_000 - 742 });
  await old.tap('Создать за 782 ₸');
  await old.says('Заказ № 2');

  await chat.expectJobs('delivered', 'delivered');
  const prices = await chat.part('job-row').locator('.price').allInnerTexts();
  assert.deepEqual(prices.map(plain), ['782', '742']);
  await chat.expectMoney({ balance: 10_000 - 742 - 782, held: 0 });

  await chat.become(ADMIN);
  const alert = await chat.messageWith('Новые скрипты');
  assert.match(await alert.text(), /8 с: 742 → 782 ₸/);
});

story('a broken save changes nothing and names the file and the line, to the panel and to the admin', {}, async ({ chat, sandbox }) => {
  await chat.become(ADMIN);
  await chat.ask('/start');
  await sandbox.edit('scripts/pricing.lua', (text) => text.replace('markup = 1.5,', 'markup = = 1.5,'));
  const line = 1 + (await sandbox.read('scripts/pricing.lua')).split('\n').findIndex((text) => text.includes('= ='));
  const problem = chat.part('script-problem');
  await problem.waitFor();
  assert.ok((await problem.innerText()).startsWith(`scripts/pricing.lua:${line}:`), await problem.innerText());
  const alert = await chat.messageWith('Скрипты с ошибкой не приняты');
  assert.match(await alert.text(), new RegExp(`scripts/pricing\\.lua:${line}:`));

  await chat.become(USER);
  const card = await chat.prompt('Кот');
  assert.match((await card.buttons())[0][0], /742 ₸/);

  await sandbox.edit('scripts/pricing.lua', (text) => text.replace('markup = = 1.5,', 'markup = 1.6,'));
  await problem.waitFor({ state: 'detached' });
  assert.match((await (await chat.prompt('Пёс')).buttons())[0][0], /782 ₸/);
});

story('words are the owner’s too: a saved text is in the next message', {}, async ({ chat, sandbox }) => {
  await chat.inForce(sandbox, 'locales/ru.lua', (text) => text.replace('Здравствуйте, {name}!', 'Салем, {name}!'));
  assert.match(await (await chat.ask('/start')).text(), /^Салем, Айгерим!/);
});

story('only an admin tops up, once, and the user is told', {}, async ({ chat }) => {
  const refused = await chat.ask('/topup 1001 5000 себе');
  assert.match(await refused.text(), /Такой команды нет/);
  await chat.expectMoney({ balance: 10_000, held: 0 });

  await chat.become(ADMIN);
  await chat.ask('/start');
  for (const [command, answer] of [
    ['/topup @aigerim 742 оплата Kaspi', /Айгерим @aigerim \(1001\): \+742 токена\. Было 10 000, стало 10 742/],
    ['/topup', /Так: \/topup/],
    ['/topup @nobody 5', /Не знаю такого человека/],
    ['/topup 1001 -5', /Сумма — целое число токенов/],
    ['/topup 1001 1.5', /Сумма — целое число токенов/],
    ['/topup 1001 99999999999999999999', /./],
  ]) {
    assert.match(await (await chat.ask(command)).text(), answer, command);
  }
  await chat.become(USER);
  const notice = await chat.messageWith('Зачислено');
  assert.match(await notice.text(), /Зачислено 742 токена\. На счёте 10 742 токена/);
  await chat.expectMoney({ balance: 10_742, held: 0 });
  await chat.expectLedger('topup', 'grant');
});

async function confirmation(chat, words) {
  const card = await chat.prompt(words);
  await card.tap('Быстро');
  await card.says('Проверьте заказ');
  return card;
}
