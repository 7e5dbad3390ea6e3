// The left column: who one may write as, the last words of each chat and what is unread in it.

import { summary } from '/assets/bubble.js';
import { h, morph } from '/assets/dom.js';
import { dayOf, timeOf } from '/assets/words.js';

const ROLES = { admin: 'админ', user: 'пользователь' };
const readKey = (log) => `read:${log.personaId}`;

export function markRead(log) {
  localStorage.setItem(readKey(log), log.messages.at(-1)?.message_id ?? 0);
}

// A sandbox with fresh data counts its messages from one again: a mark beyond the end means nothing.
export function unreadIn(log) {
  const messages = log.messages;
  const mark = Number(localStorage.getItem(readKey(log)));
  const read = mark > (messages.at(-1)?.message_id ?? 0) ? 0 : mark;
  return messages.filter((message) => message.message_id > read && !log.isOut(message)).length;
}

export function drawPersonas(personas, logs, activeId) {
  morph(document.getElementById('personas'), personas.map((persona) => personaRow(persona, logs.get(persona.id), activeId)));
}

function personaRow({ id, first_name: name, role, username }, log, activeId) {
  const last = log.messages.at(-1);
  const unread = unreadIn(log);
  const when = last && (dayOf(last.date) === 'Сегодня' ? timeOf(last.date) : dayOf(last.date));
  return h('button', {
    type: 'button', class: 'persona', 'data-key': `persona-${id}`, 'data-testid': `persona-${id}`,
    'data-persona': id, 'data-role': role, 'aria-pressed': String(id === activeId),
  },
  h('span', { class: 'face', 'aria-hidden': 'true' }, [...name][0]),
  h('span', { class: 'persona-text' },
    h('span', { class: 'persona-top' }, h('strong', null, name), h('time', null, when ?? '')),
    h('span', { class: 'persona-bottom' },
      h('span', { class: 'preview' }, last ? summary(last) : `${ROLES[role] ?? role} · @${username}`),
      unread ? h('span', { class: 'badge', 'data-testid': `unread-${id}`, 'aria-label': `непрочитанных: ${unread}` }, String(unread)) : null)));
}
