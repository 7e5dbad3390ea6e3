// Takes pictures of the operator's page and of /stats, of a shop with a month of business behind it. Not a test:
//   BUSINESS=/tmp/shop cargo test --test store business && node tests/browser/office.mjs /tmp/shop
// The folder is changed by it; the pictures are in its `shots`.

import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { ADMIN, Chat, openBrowser } from './support/chat.mjs';
import { Office, WINDOWS } from './support/office.mjs';

const folder = resolve(process.argv[2] ?? '.');
const [sandboxPort, port] = [8391, 8392];
const shots = join(folder, 'shots');
const binary = process.env.SORA_BOT ?? resolve(import.meta.dirname, '../../target/debug/sora-bot');
const processes = [];

async function start(words, ...args) {
  const env = { PATH: process.env.PATH, RUST_LOG: 'info', HTTP_ADDR: `127.0.0.1:${port}` };
  const child = spawn(binary, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  processes.push(child);
  let told = '';
  await new Promise((done, failed) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => { told += data; if (told.includes(words)) done(); });
    }
    child.on('exit', () => failed(new Error(told)));
  });
}

async function edit(name, from, to) {
  const path = join(folder, name);
  await writeFile(path, (await readFile(path, 'utf8')).replace(from, to));
}

async function pages(office) {
  const person = await office.page.locator('table a[href^="/panel/users/"]').first().getAttribute('href');
  const addresses = [...await office.addresses(), person, '/panel/charts?days=7', '/panel/charts?days=90', '/panel/ledger?id=hold', '/panel/scripts/2', '/panel/users?who=@nobody'];
  for (const [name, viewport] of Object.entries(WINDOWS)) {
    await office.page.setViewportSize(viewport);
    for (const address of addresses) {
      await office.open(address);
      const wide = await office.overflowing();
      if (wide.length > 0) console.log(`${address} in a ${name} window:`, wide);
      const file = address.replaceAll(/[/?=@]/g, '-');
      await office.page.screenshot({ path: join(shots, `${name}${file}.png`), fullPage: true });
    }
  }
}

await mkdir(shots, { recursive: true });
const browser = await openBrowser();
try {
  await start('The page is at', 'sandbox', '--without-bot', '--port', String(sandboxPort));
  const origin = `http://127.0.0.1:${sandboxPort}`;
  const lines = ['TELEGRAM_BOT_TOKEN=1234567:sandbox', `TELEGRAM_API_URL=${origin}`, `ADMIN_USER_ID=${ADMIN}`, `OPENAI_BASE_URL=${origin}/v1`, 'OPENAI_API_KEY=sandbox'];
  await writeFile(join(folder, '.env'), lines.join('\n'));
  await start('telegram knows us', 'run');
  await edit('scripts/pricing.lua', 'markup = 1.5', 'markup = 1.6');
  const chat = await Chat.open(browser, origin, WINDOWS.phone);
  await chat.part('open-personas').click();
  await chat.become(ADMIN);
  await chat.ask('/start');
  await edit('locales/ru.lua', 'Здравствуйте, {name}!', 'Салем, {name}!');
  for (const days of [1, 7, 30, 90]) {
    await chat.ask(`/stats ${days}`, 'Итоги');
    await chat.page.waitForTimeout(500);
    await chat.page.screenshot({ path: join(shots, `chat-stats-${days}.png`) });
    const pictures = chat.page.locator('[data-testid="message"] img');
    const address = await pictures.last().getAttribute('src');
    const picture = await chat.page.request.get(new URL(address, origin).href);
    await writeFile(join(shots, `stats-${days}.png`), await picture.body());
  }
  const office = await Office.enter(browser, await Office.link(chat));
  await pages(office);
  console.log(`pictures are in ${shots}`, office.complaints);
} finally {
  await browser.close();
  for (const child of processes) {
    if (child.exitCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  }
}
