// A test with a sandbox and an open chat of its own. What went wrong leaves a screenshot and the bot's log in a folder that is named.

import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { Chat, openBrowser } from './chat.mjs';
import { Sandbox } from './sandbox.mjs';

// `body` gets { chat, sandbox, browser, t }. Options: renderSeconds, vendors, viewport, and `stranger`: the user has not said /start yet.
export function story(name, { renderSeconds, vendors, viewport, stranger = false }, body) {
  test(name, async (t) => {
    const browser = await openBrowser();
    let sandbox;
    let chat;
    try {
      sandbox = await Sandbox.start({ renderSeconds, vendors });
      chat = await Chat.open(browser, sandbox.origin, viewport);
      if (!stranger) await chat.ask('/start');
      await body({ chat, sandbox, browser, t });
      assert.deepEqual(chat.complaints, [], 'the page has nothing to complain about');
    } catch (error) {
      if (sandbox) t.diagnostic(`what it looked like: ${await keep(name, chat, sandbox)}`);
      throw error;
    } finally {
      await browser.close();
      const code = await sandbox?.stop();
      if (sandbox) assert.equal(code, 0, `the sandbox ends well when asked to\n${sandbox.log.join('\n')}`);
    }
  });
}

async function keep(name, chat, sandbox) {
  const folder = mkdtempSync(join(tmpdir(), 'sora-bot-failed-'));
  await writeFile(join(folder, 'bot.log'), `${name}\n\n${sandbox.log.join('\n')}\n`);
  await chat?.page.screenshot({ path: join(folder, 'page.png') }).catch(() => {});
  return folder;
}
