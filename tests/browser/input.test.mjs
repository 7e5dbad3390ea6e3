// Whatever is sent gets a sentence that helps, and costs nothing.

import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import { ADMIN, USER } from './support/chat.mjs';
import { story } from './support/story.mjs';

story('words that are no order are answered with what to do', {}, async ({ chat, sandbox }) => {
  for (const [words, answer] of [
    ['/generate', /Что должно быть в кадре\?/],
    ['/genrate кот', /Такой команды нет\. Есть \/generate/],
    ['/queue', /Заказов в работе у вас нет/],
    ['/help', /Что модели не делают[^]*реальных людей[^]*Команды/],
    ['/buy', /742 токена — 742 ₸[^]*7 420 токенов — 5 936 ₸ \(−20 %\)/],
  ]) {
    assert.match(await (await chat.ask(words)).text(), answer, words);
  }
  await chat.expectMoney({ balance: 10_000, held: 0 });
  assert.deepEqual(await sandbox.upstream(), []);
});

story('a prompt that is too long is counted, and one at the limit is taken', {}, async ({ chat }) => {
  const tooLong = await chat.ask('к'.repeat(4001));
  assert.match(await tooLong.text(), /слишком длинное: 4 001 символ, а модели принимают до 4 000/);
  const fits = await chat.prompt('к'.repeat(4000));
  await fits.tap('Быстро');
  await fits.says('Проверьте заказ');
  assert.ok((await fits.text()).includes('…'), 'a card shows the beginning of it');

  // Telegram's own apps send what is longer than a message as several
  const seen = await chat.lastId();
  await chat.say('ж'.repeat(5000));
  await chat.until(async () => (await chat.answersAfter(seen)) > 0);
  await chat.expectMoney({ balance: 10_000, held: 0 });
});

story('a prompt with HTML, several lines and rare letters comes back as it was written', { renderSeconds: 1 }, async ({ chat, sandbox }) => {
  const prompt = '<b>Кот</b> & «пёс»\n</i> _жирный_ *звёзды* 👩‍🚀 {name}';
  const card = await chat.prompt(`/generate ${prompt}`);
  assert.ok((await card.text()).includes(prompt), await card.text());
  await card.tap('Быстро');
  await card.says('Проверьте заказ');
  await card.tap('Создать');
  await chat.part('video').waitFor();
  const film = await chat.answerAfter(card.id);
  assert.ok((await film.text()).includes(prompt), await film.text());
  assert.equal((await sandbox.upstream())[0].prompt, prompt);
});

story('a picture and a file are answered too', {}, async ({ chat }) => {
  for (const [asFile, answer] of [[false, /слишком маленькая/], [true, /слишком маленькая/]]) {
    const seen = await chat.lastId();
    await chat.part('attach-input').setInputFiles({ name: 'кот.png', mimeType: 'image/png', buffer: picture(64, 48) });
    if (asFile) await chat.part('attach-as-file').check();
    await chat.part('attach-caption').fill('Оживи это');
    await chat.part('attach-send').click();
    assert.match(await (await chat.answerAfter(seen)).text(), answer);
  }
});

story('a button of an old message, a forged one and somebody else’s do nothing but say so', {}, async ({ chat, sandbox }) => {
  const card = await chat.prompt('Кот играет на пианино');
  await card.tap('Быстро');
  await card.says('Проверьте заказ');
  const order = await card.button('Создать').getAttribute('data-callback');
  await card.tap('Отмена');
  await card.says('не оформляем');

  await chat.become(ADMIN);
  const foreign = await chat.ask('/start');
  for (const data of [order, 'confirm_17_8_v', '1:d:zzz:o', '1:x:1']) {
    await chat.tapUnseen(foreign.id, data);
    await chat.alertSays(/устарела|не ваш/);
  }
  await chat.become(USER);
  await chat.expectMoney({ balance: 10_000, held: 0 });
  assert.deepEqual(await sandbox.upstream(), []);
});

// A grey PNG.
function picture(width, height) {
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8; // bits of grey
  const rows = Buffer.concat(Array.from({ length: height }, () => Buffer.concat([Buffer.from([0]), Buffer.alloc(width, 0x88)])));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0)),
  ]);
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
