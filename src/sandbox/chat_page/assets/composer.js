// The line where one writes: text, the command menu, a reply, the bot's own keyboard. Sends through the callbacks it is given.

import { h, morph } from '/assets/dom.js';
import { summary } from '/assets/bubble.js';

const element = (id) => document.getElementById(id);

export class Composer {
  #field = element('composer');
  #menu = element('command-menu');
  #commands = [];
  #offered = []; // commands in the open menu
  #chosen = 0;
  #replyTo = null; // the message being answered
  #keyboard = { of: null, hidden: false };
  #send;
  #drafts = 'draft';

  constructor(send) {
    this.#send = send;
    this.#field.addEventListener('input', () => this.#changed());
    this.#field.addEventListener('keydown', (event) => this.#key(event));
    this.#field.addEventListener('blur', () => this.#close());
    element('composer-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    element('menu-button').addEventListener('click', () => this.#toggleMenu());
    // Keep the focus (and a phone's keyboard) in the field while something around it is pressed.
    for (const id of ['menu-button', 'command-menu', 'send']) element(id).addEventListener('mousedown', (event) => event.preventDefault());
    this.#menu.addEventListener('click', (event) => {
      const option = event.target.closest('[data-index]');
      if (option) this.#run(Number(option.dataset.index));
    });
    element('reply-cancel').addEventListener('click', () => this.reply(null));
    element('keyboard-toggle').addEventListener('click', () => {
      this.#keyboard.hidden = !this.#keyboard.hidden;
      this.#drawKeyboardVisibility();
    });
    element('reply-keyboard').addEventListener('click', (event) => {
      const button = event.target.closest('button');
      if (!button) return;
      if ('once' in button.dataset) this.#keyboard.hidden = true;
      this.#drawKeyboardVisibility();
      this.#deliver(button.textContent);
    });
  }

  // Another persona takes the pen: its own draft, commands and keyboard.
  take(log) {
    this.#drafts = `draft:${log.personaId}`;
    this.#field.value = sessionStorage.getItem(this.#drafts) ?? '';
    this.reply(null);
    this.setCommands(log.commands);
    this.follow(log);
    this.#changed();
    this.#close();
  }

  setCommands(commands) {
    this.#commands = commands;
    element('menu-button').hidden = commands.length === 0;
  }

  fill(text) {
    this.#field.value = text;
    this.#field.focus();
    this.#field.setSelectionRange(text.length, text.length);
    this.#changed();
    this.#close();
  }

  focus() {
    this.#field.focus({ preventScroll: true });
  }

  reply(message, placeholder = 'Сообщение') {
    this.#replyTo = message;
    this.#field.placeholder = placeholder;
    element('reply-bar').hidden = !message;
    if (message) element('reply-text').textContent = summary(message);
  }

  // Obeys the keyboard that the bot has set in this chat.
  follow(log) {
    const markup = log.keyboard;
    if (this.#keyboard.of !== markup) this.#keyboard = { of: markup, hidden: false };
    const rows = markup?.keyboard ?? [];
    morph(element('reply-keyboard'), rows.map((row) => h('div', { class: 'keyboard-row' },
      row.map((button) => h('button', { type: 'button', 'data-once': markup.one_time_keyboard }, button.text ?? button)))));
    element('keyboard-toggle').hidden = rows.length === 0;
    if (markup?.input_field_placeholder && !this.#replyTo) this.#field.placeholder = markup.input_field_placeholder;
    this.#drawKeyboardVisibility();
  }

  #drawKeyboardVisibility() {
    const box = element('reply-keyboard');
    box.hidden = this.#keyboard.hidden || !box.firstChild;
    element('keyboard-toggle').setAttribute('aria-expanded', String(!box.hidden));
  }

  #changed() {
    const { value } = this.#field;
    sessionStorage.setItem(this.#drafts, value);
    element('send').disabled = value.trim() === '';
    this.#field.style.height = 'auto';
    this.#field.style.height = `${this.#field.scrollHeight}px`;
    if (/^\/\w*$/.test(value)) {
      const typed = value.slice(1).toLowerCase();
      this.#offer(this.#commands.filter(({ command }) => command.startsWith(typed))
        .sort((a, b) => (b.command === typed) - (a.command === typed)));
    } else {
      this.#close();
    }
  }

  #key(event) {
    if (event.isComposing) return;
    const open = !this.#menu.hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (open && step) {
      this.#chosen = (this.#chosen + step + this.#offered.length) % this.#offered.length;
      this.#drawMenu();
    } else if (open && event.key === 'Tab' && !event.shiftKey) {
      this.fill(`/${this.#offered[this.#chosen].command} `);
    } else if (open && event.key === 'Enter' && !event.shiftKey) {
      this.#run(this.#chosen);
    } else if (event.key === 'Escape' && (open || this.#replyTo)) {
      if (open) this.#close();
      else this.reply(null);
    } else if (event.key === 'Enter' && !event.shiftKey) {
      this.#submit();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #toggleMenu() {
    this.#field.focus();
    if (this.#menu.hidden) this.#offer(this.#commands);
    else this.#close();
  }

  #offer(commands) {
    if (commands.length === 0) return this.#close();
    this.#offered = commands;
    this.#chosen = 0;
    this.#menu.hidden = false;
    element('menu-button').setAttribute('aria-expanded', 'true');
    this.#drawMenu();
  }

  #close() {
    this.#menu.hidden = true;
    this.#field.removeAttribute('aria-activedescendant');
    element('menu-button').setAttribute('aria-expanded', 'false');
  }

  #drawMenu() {
    morph(this.#menu, this.#offered.map(({ command, description }, index) => h('div', {
      class: 'command', role: 'option', id: `command-${index}`, 'data-index': index, 'aria-selected': String(index === this.#chosen),
    }, h('strong', null, `/${command}`), h('span', null, description))));
    this.#field.setAttribute('aria-activedescendant', `command-${this.#chosen}`);
    element(`command-${this.#chosen}`).scrollIntoView({ block: 'nearest' });
  }

  #run(index) {
    this.#clear();
    this.#deliver(`/${this.#offered[index].command}`);
  }

  #submit() {
    const text = this.#field.value.trim();
    if (!text) return;
    this.#clear();
    this.#deliver(text);
  }

  #clear() {
    this.#field.value = '';
    this.#changed();
  }

  // What could not be sent comes back into the field.
  async #deliver(text) {
    const replyTo = this.#replyTo?.message_id;
    this.reply(null);
    const sent = await this.#send(text, replyTo);
    if (!sent) this.fill([text, this.#field.value].filter(Boolean).join('\n'));
  }
}
