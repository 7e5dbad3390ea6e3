// From a picture to a film, in three languages: the card shows the very frame, and the engine gets it.

import assert from 'node:assert/strict';
import { PHONE } from './support/chat.mjs';
import { story } from './support/story.mjs';

const SHOTS = process.env.SCREENSHOTS;
// What is read on the way, in each language.
const WORDS = {
  ru: { begins: 'начнётся с вашей картинки', custom: 'Настроить', model: 'Sora-2 · 720p', seconds: '8 с', shape: 'Вертикальное', frame: 'обрезана под размер видео', order: 'Создать', done: 'Готово', ask: 'Что в ней должно произойти' },
  kk: { begins: 'суретіңізден басталады', custom: 'Баптау', model: 'Sora-2 · 720p', seconds: '8 с', shape: 'Тік', frame: 'видео өлшеміне қиылған', order: 'Жасау', done: 'Дайын', ask: 'Онда не болуы керек' },
  en: { begins: 'will begin with your picture', custom: 'Set it up', model: 'Sora-2 · 720p', seconds: '8 s', shape: 'Vertical', frame: 'cropped to the size of the video', order: 'Make it for', done: 'Done', ask: 'What should happen in it' },
};

for (const [language, words] of Object.entries(WORDS)) {
  story(`a picture becomes the first frame of a film (${language})`, { renderSeconds: 12, viewport: language === 'kk' ? PHONE : undefined }, async ({ chat, sandbox }) => {
    if (language !== 'ru') {
      const choice = await chat.ask('/language');
      await choice.tap(language === 'kk' ? 'Қазақша' : 'English');
    }
    await send(chat, await sunset(chat), 'Camera flies over the hills');
    const card = await chat.messageWith(words.begins);
    await shot(chat, `${language}-offers`);
    await card.button(words.custom).first().waitFor().catch(async () => assert.fail(`${await card.buttons()}`));
    await card.tap(words.custom);
    await card.tap(words.model);
    await card.tap(words.seconds);
    await card.tap(words.shape);
    await card.says(words.frame);
    assert.equal(await measures(chat, card), '720x1280', 'the preview is what the film will be');
    await shot(chat, `${language}-confirm`);
    await card.tap(words.order);
    await card.says('▱');
    await shot(chat, `${language}-rendering`);
    await card.says(words.done);
    await chat.page.locator('[data-testid="video"]').first().waitFor();
    await shot(chat, `${language}-film`);
    assert.equal((await sandbox.upstream())[0].size, '720x1280');
    await chat.expectMoney({ balance: 10_000 - 742, held: 0 });
    await send(chat, await sunset(chat), '');
    await chat.messageWith(words.ask);
    await shot(chat, `${language}-ask`);
  });
}

// A landscape as a camera might see it: 1200×800, larger than it is high.
async function sunset(chat) {
  const url = await chat.page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1200, height: 800 });
    const paint = canvas.getContext('2d');
    const sky = paint.createLinearGradient(0, 0, 0, 560);
    for (const [at, colour] of [[0, '#2b3a67'], [0.6, '#e07a5f'], [1, '#f2cc8f']]) sky.addColorStop(at, colour);
    paint.fillStyle = sky;
    paint.fillRect(0, 0, 1200, 800);
    paint.fillStyle = '#fff1d0';
    paint.arc(600, 470, 90, 0, 7);
    paint.fill();
    for (const [x, r, colour] of [[200, 420, '#3d405b'], [980, 480, '#31344b'], [600, 300, '#52577a']]) {
      paint.fillStyle = colour;
      paint.beginPath();
      paint.arc(x, 900, r, 0, 7);
      paint.fill();
    }
    return canvas.toDataURL('image/jpeg', 0.9);
  });
  return Buffer.from(url.split(',')[1], 'base64');
}

async function send(chat, bytes, caption) {
  await chat.part('attach-input').setInputFiles({ name: 'sunset.jpg', mimeType: 'image/jpeg', buffer: bytes });
  await chat.page.locator('#attach-caption').fill(caption);
  await chat.part('attach-send').click();
}

// Of the photo that a message shows.
async function measures(chat, message) {
  const photo = message.element.locator('.photo img');
  await chat.until(async () => await photo.evaluate((image) => image.complete && image.naturalWidth > 0));
  return photo.evaluate((image) => `${image.naturalWidth}x${image.naturalHeight}`);
}

// Kept for whoever wants to look: SCREENSHOTS names a folder.
async function shot(chat, name) {
  if (SHOTS) await chat.page.screenshot({ path: `${SHOTS}/${name}.png` });
}
