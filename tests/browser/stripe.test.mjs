// The official Stripe library drives the emulated Stripe, which must not be told from the real one by it.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import Stripe from 'stripe';
import { Sandbox } from './support/sandbox.mjs';

let sandbox, stripe, inbox;

before(async () => {
  sandbox = await Sandbox.start();
  stripe = library('sk_test_sandbox');
  inbox = await Inbox.open();
});
after(async () => {
  inbox?.close();
  await sandbox?.stop();
});

const library = (key) => {
  const { hostname: host, port } = new URL(sandbox.origin);
  return new Stripe(key, { host, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
};

// Takes webhooks, as a merchant's server does; may refuse the first ones.
class Inbox {
  static async open() {
    const inbox = new Inbox();
    inbox.refusals = 0;
    inbox.mail = [];
    inbox.server = createServer(async (request, response) => {
      const parts = [];
      for await (const part of request) parts.push(part);
      const refused = inbox.refusals-- > 0;
      if (!refused) inbox.mail.push({ body: Buffer.concat(parts), signature: request.headers['stripe-signature'] });
      response.writeHead(refused ? 500 : 200).end();
    });
    await new Promise((resolve) => inbox.server.listen(0, '127.0.0.1', resolve));
    inbox.url = `http://127.0.0.1:${inbox.server.address().port}/`;
    return inbox;
  }

  close() {
    this.server.close();
  }

  // Waits for a letter of this kind.
  async letter(kind) {
    for (let tries = 0; tries < 200; tries += 1) {
      const found = this.mail.find(({ body }) => JSON.parse(body).type === kind);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`no ${kind} came`);
  }
}

const order = (tokens, more = {}) => ({
  mode: 'payment',
  line_items: [{ quantity: 1, price_data: { currency: 'kzt', unit_amount: tokens * 100, product_data: { name: `${tokens} токенов` } } }],
  client_reference_id: 'P1',
  metadata: { purchase: '1' },
  payment_intent_data: { metadata: { purchase: '1' } },
  locale: 'ru',
  expires_at: Math.floor(Date.now() / 1000) + 1900,
  success_url: 'https://t.me/sora_sandbox_bot?start=paid_1',
  ...more,
});

const happen = (session, act) => fetch(`${sandbox.origin}/checkout/${session.id}/${act}`, { method: 'POST' });

test('a session is made, paid and refunded', async () => {
  const made = await stripe.checkout.sessions.create(order(742));
  assert.equal(made.amount_total, 74_200);
  assert.deepEqual([made.status, made.payment_status, made.livemode], ['open', 'unpaid', false]);
  assert.equal((await stripe.checkout.sessions.listLineItems(made.id)).data[0].description, '742 токенов');

  assert.equal((await happen(made, 'decline')).status, 200);
  assert.equal((await stripe.checkout.sessions.retrieve(made.id)).status, 'open');
  assert.equal((await happen(made, 'pay')).status, 200);
  assert.equal((await happen(made, 'pay')).status, 400, 'nobody pays twice');

  const expand = ['payment_intent.latest_charge.balance_transaction', 'line_items'];
  const paid = await stripe.checkout.sessions.retrieve(made.id, { expand });
  const charge = paid.payment_intent.latest_charge;
  assert.deepEqual([paid.status, paid.payment_status], ['complete', 'paid']);
  assert.deepEqual(charge.metadata, { purchase: '1' });
  const { amount, fee, net, exchange_rate } = charge.balance_transaction;
  assert.deepEqual([amount, fee, net, exchange_rate], [148, 38, 110, 0.002]);

  const part = await stripe.refunds.create({ payment_intent: paid.payment_intent.id, amount: 10_000 });
  assert.equal(part.status, 'succeeded');
  await stripe.refunds.create({ charge: charge.id });
  const after = await stripe.charges.retrieve(charge.id);
  assert.deepEqual([after.refunded, after.amount_refunded], [true, 74_200]);
  await assert.rejects(stripe.refunds.create({ charge: charge.id }), { code: 'charge_already_refunded' });
  assert.equal((await stripe.refunds.list({ charge: charge.id })).data.length, 2);
  assert.equal((await stripe.balanceTransactions.list({ source: charge.id })).data[0].net, 110);
});

test('money may come late, and be disputed', async () => {
  const late = await stripe.checkout.sessions.create(order(1484));
  await happen(late, 'transfer');
  const waits = await stripe.checkout.sessions.retrieve(late.id);
  assert.deepEqual([waits.status, waits.payment_status], ['complete', 'unpaid']);
  await happen(late, 'arrive');
  assert.equal((await stripe.checkout.sessions.retrieve(late.id)).payment_status, 'paid');
  await happen(late, 'dispute');
  const [dispute] = (await stripe.disputes.list({ payment_intent: waits.payment_intent })).data;
  assert.deepEqual([dispute.status, dispute.amount], ['needs_response', 148_400]);
  await happen(late, 'win');
  assert.equal((await stripe.disputes.retrieve(dispute.id)).status, 'won');
  const types = ['charge.dispute.created', 'charge.dispute.funds_withdrawn', 'charge.dispute.closed'];
  const events = await stripe.events.list({ types, limit: 100 });
  assert.deepEqual(events.data.map((event) => event.type).reverse(), types);
});

test('a session that is closed cannot be paid', async () => {
  const open = await stripe.checkout.sessions.create(order(742));
  assert.equal((await stripe.checkout.sessions.expire(open.id)).status, 'expired');
  assert.equal((await happen(open, 'pay')).status, 400);
  await assert.rejects(stripe.checkout.sessions.expire(open.id), { type: 'StripeInvalidRequestError' });
});

test('the same key makes one session, and only for the same order', async () => {
  const options = { idempotencyKey: 'P7-1' };
  const wanted = order(742);
  const [first, again] = [await stripe.checkout.sessions.create(wanted, options), await stripe.checkout.sessions.create(wanted, options)];
  assert.equal(first.id, again.id);
  assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
  await assert.rejects(stripe.checkout.sessions.create(order(1484), options), { type: 'StripeIdempotencyError' });
});

test('what is wrong is refused as Stripe refuses it', async () => {
  const create = (more) => stripe.checkout.sessions.create(order(742, more));
  await assert.rejects(library('sk_test_other').checkout.sessions.list(), { type: 'StripeAuthenticationError' });
  await assert.rejects(stripe.checkout.sessions.retrieve('cs_test_none'), { code: 'resource_missing', statusCode: 404 });
  await assert.rejects(create({ line_items: [] }), { code: 'parameter_missing' });
  await assert.rejects(create({ surprise: 1 }), { code: 'parameter_unknown', param: 'surprise' });
  await assert.rejects(create({ locale: 'kk' }), { param: 'locale' });
  await assert.rejects(create({ expires_at: Math.floor(Date.now() / 1000) + 60 }), { param: 'expires_at' });
  await assert.rejects(create({ success_url: 'tg://resolve' }), { code: 'url_invalid' });
  await assert.rejects(stripe.checkout.sessions.create(order(200)), { code: 'amount_too_small' });
  await assert.rejects(stripe.checkout.sessions.create(order(1_000_000)), { code: 'amount_too_large' });
});

test('lists are walked page by page', async () => {
  const made = [];
  for (let n = 0; n < 5; n += 1) made.push((await stripe.checkout.sessions.create(order(742))).id);
  const found = [];
  for await (const session of stripe.checkout.sessions.list({ limit: 2, status: 'open' })) found.push(session.id);
  assert.deepEqual(made.filter((id) => found.includes(id)), made);
  const newer = await stripe.checkout.sessions.list({ ending_before: made[1], limit: 2 });
  assert.deepEqual([newer.data.map(({ id }) => id), newer.has_more], [[made[3], made[2]], true]);
});

test('the library accepts our signatures, until a byte is changed', async () => {
  const { secret, id } = await stripe.webhookEndpoints.create({ url: inbox.url, enabled_events: ['checkout.session.completed'] });
  inbox.refusals = 1;
  const session = await stripe.checkout.sessions.create(order(742));
  await happen(session, 'pay');
  const { body, signature } = await inbox.letter('checkout.session.completed');
  const event = stripe.webhooks.constructEvent(body, signature, secret);
  assert.equal(event.data.object.id, session.id);
  for (const place of [0, 20, body.length - 2]) {
    const changed = Buffer.from(body);
    changed[place] ^= 1;
    assert.throws(() => stripe.webhooks.constructEvent(changed, signature, secret), { type: 'StripeSignatureVerificationError' });
  }
  assert.equal((await stripe.webhookEndpoints.del(id)).deleted, true);
});
