// One chat's messages: a list of days holding bubbles, kept in order and changed in place. Asks the server for nothing.

import { h, icon, morph } from '/assets/dom.js';
import { isService, renderBody, renderKeyboard, renderMedia, renderQuote, renderService } from '/assets/bubble.js';
import { dayOf, toDate } from '/assets/words.js';

const REPLY = 'M10 7 4 12l6 5v-3c5 0 8 1 10 5 0-6-3-9.5-10-9.5z';
const calm = matchMedia('(prefers-reduced-motion: reduce)');

export class ChatLog {
  #rows = new Map(); // message_id → { message, element, drawn: what each part was drawn from }

  constructor(personaId) {
    this.personaId = personaId;
    this.element = h('div', { class: 'log' });
    this.commands = [];
  }

  // In order of their ids.
  get messages() {
    return [...this.#rows.values()].map((row) => row.message).sort((a, b) => a.message_id - b.message_id);
  }

  get(messageId) {
    return this.#rows.get(messageId)?.message;
  }

  elementOf(messageId) {
    return this.#rows.get(messageId)?.element;
  }

  isOut(message) {
    return message.from?.id === this.personaId;
  }

  // Adds the message, or changes the bubble that is there. True if it is new.
  put(message, { quiet = false } = {}) {
    const known = this.#rows.get(message.message_id);
    if (known && known.message.date !== message.date) {
      known.element.remove(); // the sandbox began anew: the same number, another message
    } else if (known) {
      known.message = message;
      this.#draw(known);
      return false;
    }
    const row = { message, element: this.#frame(message), drawn: {} };
    this.#draw(row);
    this.#place(row);
    this.#rows.set(message.message_id, row);
    if (!quiet && !calm.matches) {
      row.element.animate([{ opacity: 0, transform: 'translateY(10px)' }, { opacity: 1, transform: 'none' }],
        { duration: 180, easing: 'ease-out' });
    }
    return true;
  }

  async remove(messageId) {
    const row = this.#rows.get(messageId);
    if (!row) return;
    this.#rows.delete(messageId);
    if (!calm.matches && row.element.isConnected) {
      row.element.inert = true;
      const height = `${row.element.offsetHeight}px`;
      await row.element.animate([{ opacity: 1, height }, { opacity: 0, height, offset: 0.6 }, { opacity: 0, height: 0, margin: 0 }],
        { duration: 320, easing: 'ease-in' }).finished.catch(() => {});
    }
    const day = row.element.parentElement;
    row.element.remove();
    if (!day.querySelector('.message')) day.remove();
  }

  // The whole chat as the server has it now: what is already drawn right stays untouched.
  reset(messages) {
    const present = new Set(messages.map((message) => message.message_id));
    for (const id of [...this.#rows.keys()]) {
      if (!present.has(id)) this.remove(id);
    }
    for (const message of messages) this.put(message, { quiet: true });
  }

  // Marks one button as waiting for the bot's answer; no index: none of the message's buttons waits any more.
  setBusy(messageId, button) {
    const keyboard = this.elementOf(messageId)?.querySelector('.keyboard');
    for (const other of keyboard?.querySelectorAll('[aria-busy]') ?? []) other.removeAttribute('aria-busy');
    button?.setAttribute('aria-busy', 'true');
  }

  #frame(message) {
    const out = this.isOut(message);
    const side = isService(message) ? 'service' : out ? 'out' : 'in';
    return h('article', {
      class: `message ${side}`, 'data-testid': 'message', 'data-message-id': message.message_id, 'data-out': String(out),
      'aria-label': out ? 'Вы' : message.from?.first_name ?? 'Бот',
    },
    h('div', { class: 'bubble-line' },
      h('div', { class: 'bubble' }, h('div', { class: 'attached' }), h('div', { class: 'text' })),
      h('button', { type: 'button', class: 'reply-button', 'aria-label': 'Ответить на сообщение', 'data-reply': message.message_id }, icon(REPLY))),
    h('div', { class: 'keyboard' }));
  }

  // Draws only the parts whose data changed: a new caption must not restart a video, a moving progress bar must not lose a tap.
  #draw({ message, element, drawn }) {
    const part = (name, data, draw) => {
      const wanted = JSON.stringify(data) ?? '';
      if (drawn[name] === wanted) return;
      drawn[name] = wanted;
      morph(element.querySelector(name), draw().filter(Boolean));
    };
    if (isService(message)) {
      part('.text', message.successful_payment, () => [document.createTextNode(renderService(message))]);
      return;
    }
    const { photo, video, animation, document: file, invoice, reply_to_message: original } = message;
    const media = renderMedia(message);
    part('.attached', [photo, video, animation, file, invoice, original], () => [renderQuote(message), media]);
    part('.text', [message.text, message.caption, message.entities, message.caption_entities, message.edit_date, message.date],
      () => renderBody(message, this.isOut(message)));
    part('.keyboard', [message.reply_markup?.inline_keyboard, invoice], () => renderKeyboard(message));
    const bubble = element.querySelector('.bubble');
    const visual = Boolean(video ?? animation ?? photo);
    bubble.classList.toggle('visual', visual);
    bubble.classList.toggle('wordless', Boolean(media) && !message.caption);
    element.style.width = visual ? `max(${media.style.width}, 240px)` : '';
  }

  #place(row) {
    const day = this.#day(row.message.date);
    if (!(Number(day.lastElementChild.dataset.messageId) > row.message.message_id)) return day.append(row.element);
    const later = [...day.querySelectorAll('.message')].find((element) => Number(element.dataset.messageId) > row.message.message_id);
    return day.insertBefore(row.element, later ?? null);
  }

  #day(seconds) {
    const date = toDate(seconds);
    const key = new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
    const days = [...this.element.children];
    const same = days.find((day) => Number(day.dataset.day) === key);
    if (same) return same;
    const fresh = h('section', { class: 'day', 'data-day': key }, h('h2', { class: 'day-mark' }, h('span', null, dayOf(seconds))));
    this.element.insertBefore(fresh, days.find((day) => Number(day.dataset.day) > key) ?? null);
    return fresh;
  }
}
