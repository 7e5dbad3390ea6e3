// A signature made by the official Stripe library is taken by the bot's own webhook; one byte changed is not.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import Stripe from 'stripe';

const BINARY = process.env.SORA_BOT ?? resolve(import.meta.dirname, '../../target/debug/sora-bot');
const SECRET = 'whsec_sdk_0f1e2d3c4b5a6978';
const STARTS_WITHIN_MS = 30_000;

// As much of Telegram and Stripe as a bot without people needs.
async function outside() {
  const server = createServer(async (request, response) => {
    const method = request.url.split('?')[0].split('/').at(-1).toLowerCase();
    const answers = {
      getme: { id: 42, is_bot: true, first_name: 'Bot', username: 'sdk_test_bot' },
      getupdates: [],
      getwebhookinfo: { url: '', has_custom_certificate: false, pending_update_count: 0 },
    };
    if (method === 'getupdates') await new Promise((done) => setTimeout(done, 500));
    const stripe = request.url.startsWith('/v1/');
    const body = stripe ? { object: 'list', data: [], has_more: false, url: request.url } : { ok: true, result: answers[method] ?? true };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  return listening(server);
}

async function listening(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}

async function freePort() {
  const { server } = await listening(createServer());
  const { port } = server.address();
  server.close();
  return port;
}

test('the library signs, and the bot believes it to the byte', async () => {
  const { server, origin } = await outside();
  const home = await mkdtemp(join(tmpdir(), 'sora-bot-sdk-'));
  const port = await freePort();
  const bot = spawn(BINARY, ['run'], {
    cwd: home,
    stdio: 'ignore',
    env: {
      TELEGRAM_BOT_TOKEN: '42:TEST', TELEGRAM_API_URL: origin, STRIPE_API_URL: origin, STRIPE_SECRET_KEY: 'sk_test_sdk',
      STRIPE_WEBHOOK_SECRET: `whsec_old,${SECRET}`, HTTP_ADDR: `127.0.0.1:${port}`,
    },
  });
  try {
    const door = `http://127.0.0.1:${port}`;
    await opens(`${door}/healthz`);
    const { webhooks } = new Stripe('sk_test_sdk');
    const event = { id: 'evt_1', object: 'event', type: 'checkout.session.expired', livemode: false, data: { object: { id: 'cs_1', metadata: {} } } };
    const payload = JSON.stringify(event);
    const now = Math.floor(Date.now() / 1000);
    const sign = (more = {}) => webhooks.generateTestHeaderString({ payload, secret: SECRET, timestamp: now, ...more });
    const status = async (body, signature) => {
      const headers = signature ? { 'stripe-signature': signature } : {};
      return (await fetch(`${door}/webhooks/stripe`, { method: 'POST', body, headers })).status;
    };
    assert.equal(await status(payload, sign()), 200);
    assert.equal(await status(payload, sign({ secret: 'whsec_old' })), 200, 'the secret that is being replaced');
    for (let place = 0; place < payload.length; place += 7) {
      const changed = Buffer.from(payload);
      changed[place] ^= 1;
      assert.equal(await status(changed, sign()), 401, `byte ${place}`);
    }
    assert.equal(await status(payload, sign({ secret: 'whsec_other' })), 401);
    assert.equal(await status(payload, sign({ timestamp: now - 310 })), 401);
    assert.equal(await status(payload), 401);
    assert.equal(await status(`${payload} `, sign()), 401);
  } finally {
    bot.kill('SIGTERM');
    const [code] = await once(bot, 'exit');
    server.close();
    server.closeAllConnections();
    await rm(home, { recursive: true });
    assert.equal(code, 0, 'the bot ends well when asked to');
  }
});

async function opens(address) {
  for (const end = Date.now() + STARTS_WITHIN_MS; ;) {
    const up = await fetch(address).then((answer) => answer.ok, () => false);
    if (up) return;
    if (Date.now() > end) throw new Error(`nobody answers at ${address}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
