// The page itself: it forgets nothing, and fits a phone.

import assert from 'node:assert/strict';
import { Chat, PHONE } from './support/chat.mjs';
import { story } from './support/story.mjs';

story('a reload restores the chat, the panel and the video', { renderSeconds: 1, stranger: true }, async ({ chat }) => {
  await chat.page.locator('[data-testid="start"]').click();
  await chat.messageWith('Здравствуйте');
  await orderQuick(chat);
  await chat.part('video').waitFor();
  await (await chat.messageWith('Заказ № 1')).says('');
  await chat.expectJobs('delivered');
  await chat.until(async () => /Готово/.test((await everything(chat)).texts.join()));
  const before = await everything(chat);

  await chat.page.reload();
  await chat.part('video').waitFor();
  await chat.expectMoney({ balance: 9_258, held: 0 });
  assert.deepEqual(await everything(chat), before);
  assert.equal(await chat.part('video').evaluate((video) => new Promise((resolve) => {
    if (video.readyState >= 1) resolve(video.videoWidth);
    video.onloadedmetadata = () => resolve(video.videoWidth);
  })), 1280);
});

story('two windows show the same chat as it happens', { renderSeconds: 1 }, async ({ chat, sandbox, browser }) => {
  const other = await Chat.open(browser, sandbox.origin);
  await orderQuick(chat);
  await other.part('video').waitFor();
  await other.expectJobs('delivered');
  await other.expectMoney({ balance: 9_258, held: 0 });
  assert.deepEqual(other.complaints, []);
});

story('on a phone everything is within reach', { renderSeconds: 1, viewport: PHONE, stranger: true }, async ({ chat }) => {
  await chat.page.locator('[data-testid="start"]').click();
  await chat.messageWith('Здравствуйте');
  await fits(chat);

  await chat.part('menu').click();
  await chat.part('command-menu').getByText('/balance').click();
  await chat.messageWith('На счёте');

  const card = await orderQuick(chat);
  await fits(chat);
  await chat.part('video').waitFor();
  await card.says('Готово');
  await fits(chat);

  await chat.part('open-panel').click();
  await chat.page.locator('#panel').getByText('Доставлен').waitFor();
  await chat.expectMoney({ balance: 9_258, held: 0 });
  await chat.page.keyboard.press('Escape');
  await fits(chat);
  await chat.part('open-personas').click();
  await chat.part('persona-1').click();
  await chat.part('start').waitFor();
});

async function orderQuick(chat) {
  const card = await chat.prompt('Кот играет на пианино');
  await card.tap('Быстро');
  await card.says('Проверьте заказ');
  await card.tap('Создать');
  await card.says('Заказ № 1');
  return card;
}

// All that is written in the chat and the panel.
async function everything(chat) {
  return {
    texts: await chat.part('message').allInnerTexts(),
    jobs: await chat.part('job-row').allInnerTexts(),
    ledger: await chat.part('ledger-row').allInnerTexts(),
  };
}

// Nothing sticks out to the side, and no button hides its words.
async function fits(chat) {
  const outside = await chat.page.evaluate(() => {
    const wide = [document.documentElement, document.body, ...document.body.querySelectorAll('.app, .scroller')]
      .filter((box) => box.scrollLeft !== 0 || (box.scrollWidth > window.innerWidth && getComputedStyle(box).overflowX !== 'clip')).map((box) => box.outerHTML.slice(0, 40));
    const buttons = [...document.querySelectorAll('[data-testid="inline-button"]')];
    return wide.concat(buttons.filter((button) => button.scrollWidth > button.clientWidth || button.getBoundingClientRect().right > window.innerWidth)
      .map((button) => button.innerText));
  });
  assert.deepEqual(outside, []);
}
