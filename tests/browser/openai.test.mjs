// OpenAI's own library takes the emulated engine for the real one, as long as that was there.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import OpenAI from 'openai';
import { Sandbox } from './support/sandbox.mjs';

test('the official library makes, follows, fetches, lists, changes, extends and deletes videos at the emulated engine', async () => {
  const sandbox = await Sandbox.start({ renderSeconds: 1 });
  try {
    const { videos } = new OpenAI({ apiKey: 'sk-anything', baseURL: `${sandbox.origin}/v1` });
    const made = await videos.create({ model: 'sora-2', prompt: 'A cat playing piano', seconds: '4', size: '1280x720' });
    assert.deepEqual([made.object, made.status, made.seconds, made.size], ['video', 'queued', '4', '1280x720']);
    const done = await finished(videos, made.id);
    assert.equal(done.progress, 100);
    const film = await videos.downloadContent(made.id);
    assert.equal(film.headers.get('content-type'), 'video/mp4');
    assert.equal(Buffer.from(await film.arrayBuffer()).subarray(4, 8).toString(), 'ftyp');
    const remix = await videos.remix(made.id, { prompt: 'Let it snow' });
    assert.equal(remix.remixed_from_video_id, made.id);
    const longer = await videos.extend({ prompt: 'It bows', seconds: '8', video: { id: made.id } });
    assert.deepEqual([longer.seconds, longer.size], ['12', made.size], 'the whole of it');
    const ids = [];
    for await (const video of videos.list({ limit: 1 })) ids.push(video.id);
    assert.deepEqual(ids, [longer.id, remix.id, made.id], 'newest first, page after page');
    assert.equal((await videos.delete(made.id)).deleted, true);
    await assert.rejects(videos.retrieve(made.id), { status: 404 });
    await assert.rejects(videos.create({ model: 'sora-2', prompt: 'x', seconds: '5' }), { status: 400 });
  } finally {
    assert.equal(await sandbox.stop(), 0);
  }
});

async function finished(videos, id) {
  for (;;) {
    const video = await videos.retrieve(id);
    assert.ok(['queued', 'in_progress', 'completed'].includes(video.status), video.status);
    if (video.status === 'completed') return video;
    await new Promise((next) => { setTimeout(next, 200); });
  }
}
