// The operator's page in a browser, on a telephone and on a desk: who comes in, and that each page fits its window.

import assert from 'node:assert/strict';
import { ADMIN, PHONE, USER } from './support/chat.mjs';
import { Office, WINDOWS } from './support/office.mjs';
import { story } from './support/story.mjs';

story('an admin comes in by a link, once, and every page fits a telephone and a desk', { renderSeconds: 1 }, async ({ chat, browser }) => {
  const order = await chat.prompt('Кот играет на пианино');
  await order.tap('Быстро');
  await order.tap('Создать за');
  await chat.expectJobs('delivered');
  await chat.become(ADMIN);
  await chat.ask('/start');
  const link = await Office.link(chat);

  const office = await Office.enter(browser, link);
  for (const [name, viewport] of Object.entries(WINDOWS)) {
    await office.page.setViewportSize(viewport);
    for (const address of [...await office.addresses(), `/panel/users/${USER}`]) {
      await office.open(address);
      assert.deepEqual(await office.overflowing(), [], `${address} in a ${name} window`);
      if (process.env.SHOTS) await office.page.screenshot({ path: `${process.env.SHOTS}/office-${name}${address.replaceAll('/', '-')}.png`, fullPage: true });
    }
  }
  assert.deepEqual(office.complaints, []);

  // The link is spent: it shows the door to another, and lets nobody in.
  const stranger = await browser.newPage({ viewport: PHONE });
  await stranger.goto(link);
  await stranger.getByRole('button', { name: 'Войти' }).click();
  await stranger.getByText('Сюда входят по ссылке').waitFor();
  for (const address of await office.addresses()) {
    const answer = await stranger.goto(new URL(address, link).href);
    assert.equal(answer.status(), 401, address);
    assert.equal(await stranger.locator('table, svg, .tiles').count(), 0, `${address} shows a stranger something`);
  }

  await office.page.getByRole('button', { name: 'Выйти' }).click();
  await office.page.getByText('Сюда входят по ссылке').waitFor();
});

story('who is no admin gets no link', {}, async ({ chat }) => {
  assert.match(await (await chat.ask('/panel')).text(), /Такой команды нет/);
  assert.match(await (await chat.ask('/stats')).text(), /Такой команды нет/);
});
