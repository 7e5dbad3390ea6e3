// Starts what a test needs as processes of their own, tells them apart by their output, and ends each of them.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = resolve(import.meta.dirname, '../..');
const BINARY = process.env.SORA_BOT ?? join(ROOT, 'target/debug/sora-bot');
const BUYER = 1001;

export async function freePort() {
  const socket = createSocket().listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

async function until(what, look, seconds = 120) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`this never came: ${what}`);
    await new Promise((next) => { setTimeout(next, 200); });
  }
}

// A process, its lines, and its end.
export class Process {
  static start(command, args, { env = {}, cwd } = {}) {
    return new Process(spawn(command, args, { cwd, env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  constructor(child) {
    this.child = child;
    this.lines = [];
    this.ended = once(child, 'exit');
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
    }
  }

  async answers(address, seconds) {
    const look = async () => {
      assert.equal(this.child.exitCode, null, `it ended:\n${this.lines.join('\n')}`);
      return (await fetch(address).catch(() => null))?.ok;
    };
    await until(`an answer of ${address}`, look, seconds).catch((error) => {
      throw new Error(`${error.message}\n${this.lines.join('\n')}`);
    });
  }

  async stop() {
    if (this.child.exitCode === null) this.child.kill('SIGTERM');
    const impatient = setTimeout(() => this.child.kill('SIGKILL'), 20_000);
    const [code] = await this.ended;
    clearTimeout(impatient);
    return code;
  }
}

// Telegram and an engine, emulated; a folder for a bot; and whatever was started for it.
export class Stage {
  static async open() {
    const folder = await mkdtemp(join(tmpdir(), 'sora-bot-foreign-'));
    for (const name of ['scripts', 'locales']) await cp(join(ROOT, name), join(folder, name), { recursive: true });
    const prices = join(folder, 'scripts/pricing.lua');
    const text = await readFile(prices, 'utf8');
    const generous = text.replace('welcome_tokens = 0', 'welcome_tokens = 10000');
    assert.notEqual(generous, text);
    await writeFile(prices, generous);
    const port = await freePort();
    const emulators = Process.start(BINARY, ['sandbox', '--without-bot', '--render-seconds', '2', '--port', String(port)], { cwd: folder });
    const stage = new Stage(folder, `http://127.0.0.1:${port}`);
    stage.ends.push(() => emulators.stop());
    await emulators.answers(`${stage.origin}/sandbox/state`, 30);
    return stage;
  }

  constructor(folder, origin) {
    this.folder = folder;
    this.origin = origin;
    this.ends = [() => rm(folder, { recursive: true, force: true })];
  }

  async close() {
    for (const end of this.ends.reverse()) await end();
  }

  async start(command, args, options) {
    const started = Process.start(command, args, { cwd: this.folder, ...options });
    this.ends.push(() => started.stop());
    return started;
  }

  // One render from the shell; answers what was printed.
  async tries(engine, model, env) {
    const args = ['engine', 'try', engine, 'A cat playing piano', '--model', model, '--seconds', '4', '--size', '720x1280'];
    const process = Process.start(BINARY, args, { cwd: this.folder, env });
    const [code] = await process.ended;
    return { code, text: process.lines.join('\n') };
  }

  // Orders the quick offer in the chat of a bot at this engine, waits for its end; answers the last card.
  async orders(env) {
    const bot = await this.start(BINARY, ['run'], {
      env: {
        TELEGRAM_BOT_TOKEN: '1234567:sandbox', TELEGRAM_API_URL: this.origin, ADMIN_USER_ID: '1', RUST_LOG: 'info',
        WORKER_POLL_INTERVAL: '500', DATABASE_PATH: 'data/bot.redb', ...env,
      },
    });
    const post = async (what, body) => {
      const answer = await fetch(`${this.origin}/sandbox/chats/${BUYER}/${what}`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
      });
      assert.ok(answer.ok, await answer.text());
    };
    const messages = async () => (await (await fetch(`${this.origin}/sandbox/chats/${BUYER}`)).json()).messages;
    const words = (message) => (message.text ?? message.caption ?? '').replaceAll('\u00a0', ' ');
    const buttons = (message) => (message.reply_markup?.inline_keyboard ?? []).flat();
    const tap = async (part) => {
      const found = await until(`the button ${part}`, async () => {
        for (const message of (await messages()).reverse()) {
          const button = buttons(message).find((one) => one.text.replaceAll('\u00a0', ' ').includes(part));
          if (button) return { message, button };
        }
        return null;
      });
      await post('tap', { message_id: found.message.message_id, callback_data: found.button.callback_data });
    };
    await post('text', { text: '/generate A cat playing piano' });
    await tap('Быстро');
    await tap('Создать за');
    const ended = (message) => /✅ Готово|видео не получилось/i.test(words(message));
    try {
      const card = await until('the end of the order', async () => (await messages()).find(ended));
      const films = (await messages()).filter((message) => message.video);
      return { card: words(card), films, log: bot.lines.join('\n') };
    } catch (error) {
      throw new Error(`${error.message}\n${bot.lines.join('\n')}\n${JSON.stringify(await messages())}`);
    }
  }

  // How the next render of the emulated engine ends.
  async next(next) {
    const answer = await fetch(`${this.origin}/sandbox/engine`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ next }),
    });
    assert.ok(answer.ok, await answer.text());
  }

  // What `doctor` has to say of a bot at this engine.
  async doctor(env) {
    const process = Process.start(BINARY, ['doctor'], {
      cwd: this.folder,
      env: { TELEGRAM_BOT_TOKEN: '1234567:sandbox', TELEGRAM_API_URL: this.origin, ADMIN_USER_ID: '1', DATABASE_PATH: 'data/doctor.redb', ...env },
    });
    await process.ended;
    return process.lines.join('\n');
  }

  // A film of the emulated engine.
  async film() {
    const key = { authorization: 'Bearer sandbox', 'content-type': 'application/json' };
    const order = { model: 'sora-2', prompt: 'A dog', seconds: '8', size: '720x1280' };
    const { id } = await (await fetch(`${this.origin}/v1/videos`, { method: 'POST', headers: key, body: JSON.stringify(order) })).json();
    await until('the film', async () => (await (await fetch(`${this.origin}/v1/videos/${id}`, { headers: key })).json()).status === 'completed');
    return Buffer.from(await (await fetch(`${this.origin}/v1/videos/${id}/content`, { headers: key })).arrayBuffer());
  }

  // One address for a server and for a film that it only names, as vendors keep both in one house.
  async front(port, film) {
    const server = createServer((question, answer) => {
      if (question.url === '/film.mp4') return answer.writeHead(200, { 'content-type': 'video/mp4' }).end(film);
      const { method, url: path, headers } = question;
      const asked = request({ port, host: '127.0.0.1', method, path, headers }, (found) => {
        answer.writeHead(found.statusCode, found.headers);
        found.pipe(answer);
      });
      asked.on('error', () => answer.destroy());
      return question.pipe(asked);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.ends.push(() => server.closeAllConnections() || server.close());
    return `http://127.0.0.1:${server.address().port}`;
  }

  write(name, text) {
    return writeFile(join(this.folder, name), text);
  }
}
