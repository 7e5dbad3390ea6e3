// The bot's clients at servers that nobody here wrote: what they send is taken, and what they are answered is understood.
// What was found is in docs/ENGINES.md. The servers come from package registries; nothing else leaves this machine.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Stage, freePort } from './support.mjs';

const HERE = import.meta.dirname;
const LITELLM = process.env.LITELLM ?? join(HERE, 'venv/bin/litellm');
const AIMOCK = join(HERE, 'node_modules/.bin/llmock');

test('LiteLLM passes orders on, and the film comes back through it', { skip: !existsSync(LITELLM) && `no ${LITELLM}` }, async () => {
  const stage = await Stage.open();
  try {
    const port = await freePort();
    await stage.write('litellm.yaml', [
      'model_list:',
      '  - model_name: sora-2',
      `    litellm_params: { model: openai/sora-2, api_base: "${stage.origin}/v1", api_key: sandbox }`,
      'general_settings: { master_key: sk-foreign-0123456789 }',
    ].join('\n'));
    const env = { LITELLM_LOCAL_MODEL_COST_MAP: 'True', LITELLM_TELEMETRY: 'False', NO_DOCS: 'True' };
    const proxy = await stage.start(LITELLM, ['--config', 'litellm.yaml', '--host', '127.0.0.1', '--port', String(port)], { env });
    await proxy.answers(`http://127.0.0.1:${port}/health/liveliness`, 180);
    const bot = { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_API_KEY: 'sk-foreign-0123456789' };

    const tried = await stage.tries('sora', 'sora-2', bot);
    assert.equal(tried.code, 0, `${tried.text}\n${proxy.lines.slice(-60).join('\n')}`);
    assert.match(tried.text, /720x1280, 4\.000 s/);
    const told = await stage.orders(bot);
    assert.match(told.card, /✅ Готово/, told.log);
    assert.equal(told.films.length, 1);
    const refused = await stage.tries('sora', 'sora-2', { ...bot, OPENAI_API_KEY: 'sk-wrong' });
    assert.match(refused.text, /refused: Access/, refused.text);
    const unknown = await stage.tries('sora', 'sora-9', bot);
    assert.match(unknown.text, /refused: Access/, unknown.text);
    await stage.next('moderation');
    const moderated = await stage.tries('sora', 'sora-2', bot);
    assert.match(moderated.text, /failed: Moderation/, moderated.text);
    const doctor = await stage.doctor(bot);
    assert.match(doctor, /sora: отвечает/, doctor);
  } finally {
    await stage.close();
  }
});

test('aimock is understood as /v1/videos, as OpenRouter and as Veo', { skip: !existsSync(AIMOCK) && `no ${AIMOCK}` }, async () => {
  const stage = await Stage.open();
  try {
    const [film, port] = [await stage.film(), await freePort()];
    const origin = await stage.front(port, film);
    const fixture = (model, video) => ({ match: { endpoint: 'video', model }, response: { video: { id: 'vid-1', status: 'completed', ...video } } });
    await stage.write('fixtures.json', JSON.stringify({ fixtures: [
      fixture('sora-2', { url: `${origin}/film.mp4` }),
      fixture('google/veo-3.1-fast', { b64: film.toString('base64'), cost: 0.4 }),
      fixture('veo-3.1-fast-generate-preview', { url: `${origin}/film.mp4` }),
    ] }));
    const server = await stage.start(AIMOCK, ['--port', String(port), '--fixtures', 'fixtures.json']);
    await server.answers(`http://127.0.0.1:${port}/health`, 30);

    const bot = { OPENAI_BASE_URL: `${origin}/v1`, OPENAI_API_KEY: 'sk-anything' };
    for (const [engine, model, env] of [
      ['sora', 'sora-2', bot],
      ['openrouter', 'google/veo-3.1-fast', { OPENROUTER_BASE_URL: `${origin}/api/v1`, OPENROUTER_API_KEY: 'sk-or-0123456789' }],
      ['gemini', 'veo-3.1-fast-generate-preview', { GEMINI_BASE_URL: `${origin}/v1beta`, GEMINI_API_KEY: 'AIza0123456789' }],
    ]) {
      const tried = await stage.tries(engine, model, env);
      assert.equal(tried.code, 0, `${engine}: ${tried.text}`);
      assert.match(tried.text, /720x1280, 8\.000 s/, engine);
    }
    const told = await stage.orders(bot);
    assert.match(told.card, /✅ Готово/, told.log);
    assert.equal(told.films.length, 1);
  } finally {
    await stage.close();
  }
});
