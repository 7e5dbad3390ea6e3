// The bot's sandbox as a process of its own, with its own copy of the owner's files. Knows nothing of the browser.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = resolve(import.meta.dirname, '../../..');
const BINARY = process.env.SORA_BOT ?? join(ROOT, 'target/debug/sora-bot');
const STARTS_WITHIN_MS = 30_000;
const STOPS_WITHIN_MS = 20_000;

export class Sandbox {
  // Starts on a port that the system picks. `renderSeconds`: how long the emulated engine takes for a film. `vendors`: OpenRouter and fal too.
  static async start({ renderSeconds = 1, vendors = false } = {}) {
    if (!existsSync(BINARY)) throw new Error(`there is no ${BINARY}: run cargo build first, or name one in SORA_BOT`);
    const folder = await mkdtemp(join(tmpdir(), 'sora-bot-browser-'));
    for (const name of ['scripts', 'locales']) await cp(join(ROOT, name), join(folder, name), { recursive: true });
    const child = spawn(BINARY, ['sandbox', '--port', '0', '--render-seconds', String(renderSeconds), ...(vendors ? ['--vendors'] : [])], {
      cwd: folder,
      env: { PATH: process.env.PATH, TMPDIR: folder, SCRIPTS_DIR: join(folder, 'scripts'), LOCALES_DIR: join(folder, 'locales'), RUST_LOG: 'info' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const sandbox = new Sandbox(child, folder);
    sandbox.origin = await sandbox.#address();
    return sandbox;
  }

  #child;
  #ended;

  constructor(child, folder) {
    this.folder = folder;
    this.log = [];
    this.#child = child;
    this.#ended = once(child, 'exit');
  }

  async #address() {
    const found = new Promise((resolve, reject) => {
      for (const stream of [this.#child.stdout, this.#child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          this.log.push(line);
          const origin = /Open (http:\/\/\S+?)\/ /.exec(line)?.[1];
          if (origin) resolve(origin);
        });
      }
      this.#ended.then(() => reject(new Error('the sandbox ended before it served')), reject);
      setTimeout(() => reject(new Error('the sandbox did not say where it serves')), STARTS_WITHIN_MS).unref();
    });
    return found.catch((error) => {
      this.#child.kill('SIGKILL');
      throw new Error(`${error.message}\n${this.log.join('\n')}`);
    });
  }

  // Asks it to stop as an operator would; answers its exit code.
  async stop() {
    this.#child.kill('SIGTERM');
    const impatient = setTimeout(() => this.#child.kill('SIGKILL'), STOPS_WITHIN_MS);
    const [code, signal] = await this.#ended;
    clearTimeout(impatient);
    await rm(this.folder, { recursive: true, force: true });
    return code ?? signal;
  }

  // Changes one of the owner's files as an editor saves it: a new file takes the name of the old one.
  async edit(name, change) {
    const path = join(this.folder, name);
    const before = await this.read(name);
    const after = change(before);
    if (after === before) throw new Error(`the edit changes nothing in ${name}`);
    await writeFile(`${path}.new`, after);
    await rename(`${path}.new`, path);
  }

  read(name) {
    return readFile(join(this.folder, name), 'utf8');
  }

  // What lies behind a person's chat.
  async panel(person) {
    return (await fetch(`${this.origin}/sandbox/panel/${person}`)).json();
  }

  // What the engine upstream was asked for, oldest first.
  async upstream() {
    const answer = await fetch(`${this.origin}/v1/videos?order=asc`, { headers: { authorization: 'Bearer test' } });
    if (!answer.ok) throw new Error(`the engine answered ${answer.status}`);
    return (await answer.json()).data;
  }
}
