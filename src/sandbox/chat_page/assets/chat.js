// The sandbox's chat page: keeps the chats of all personas, listens to the server and joins the parts of the page.

import { listen, loadChat, loadPanel, loadState, payInvoice, plugEngine, sendPhoto, sendText, setEngine, tapButton } from '/assets/api.js';
import { watchAttachments } from '/assets/attach.js';
import { inlineRows } from '/assets/bubble.js';
import { Composer } from '/assets/composer.js';
import { h } from '/assets/dom.js';
import { ChatLog } from '/assets/messages.js';
import { drawEngine, drawPanel, preparePanel } from '/assets/panel.js';
import { drawPersonas, markRead, unreadIn } from '/assets/personas.js';
import { Scroll } from '/assets/scroll.js';

const TAP_GIVES_UP_MS = 15_000;
const TYPING_LASTS_MS = 5_500;
const BANNER_AFTER_MS = 800;
const REFETCH_AGAIN_MS = 2_000;
const ACTIONS = {
  typing: 'печатает', record_video: 'записывает видео', upload_video: 'отправляет видео', upload_photo: 'отправляет фото',
  upload_document: 'отправляет файл', choose_sticker: 'выбирает стикер', record_video_note: 'записывает видео', record_voice: 'записывает голос',
};

const element = (id) => document.getElementById(id);
const logs = new Map(); // persona id → ChatLog
let personas = [];
let activeId = null;
let waiting = null; // events that came while the chats were being fetched, in order
let typingTimer = null;
let bannerTimer = null;

const scroll = new Scroll();
const composer = new Composer((text, replyTo) => deliver((id) => sendText(id, text, replyTo)));
const active = () => logs.get(activeId);

// ---- what the server tells ----

const refetch = oneAtATime(async () => {
  waiting = []; // what happens meanwhile is newer than the answers: it is replayed on top of them
  try {
    const state = await loadState();
    const chats = await Promise.all(state.personas.map(({ id }) => loadChat(id)));
    personas = state.personas;
    element('bot-name').textContent = state.bot.first_name;
    drawEngine(state.engine);
    personas.forEach(({ id }, index) => {
      if (!logs.has(id)) logs.set(id, new ChatLog(id));
      logs.get(id).commands = chats[index].commands;
      logs.get(id).keyboard = chats[index].keyboard;
      logs.get(id).reset(chats[index].messages);
    });
    if (activeId == null) {
      const remembered = Number(localStorage.getItem('persona'));
      show(logs.has(remembered) ? remembered : personas[0].id);
    } else {
      composer.setCommands(active().commands);
      composer.follow(active());
      drawChrome();
    }
    refreshPanel();
    followLink();
  } catch (error) {
    toast(error.message);
    setTimeout(refetch, REFETCH_AGAIN_MS);
  } finally {
    const missed = waiting;
    waiting = null;
    for (const [name, data] of missed) happened(name, data);
  }
});

function happened(name, data) {
  if (waiting) return waiting.push([name, data]);
  const log = logs.get(data.chat_id);
  switch (name) {
    case 'message': return log && receive(log, data.message);
    case 'deleted': log?.remove(data.message_id); return drawChrome();
    case 'answered': return log?.setBusy(data.message_id);
    case 'toast':
      if (data.chat_id !== activeId || !data.text) return undefined;
      return data.show_alert ? alertBox(data.text) : toast(data.text);
    case 'typing': return data.chat_id === activeId ? showTyping(data.action) : undefined;
    case 'commands': return takeCommands(data);
    case 'keyboard': return log && takeKeyboard(log, data.keyboard);
    case 'panel': return refreshPanel();
    default: return undefined;
  }
}

function receive(log, message) {
  const fresh = log.put(message);
  if (log === active()) {
    if (fresh) {
      if (log.isOut(message)) scroll.toEnd();
      else {
        scroll.arrived();
        showTyping(null);
        if (log.forcesReply) composer.reply(message, log.keyboard.input_field_placeholder);
        log.forcesReply = false;
      }
    }
    composer.follow(log);
  }
  drawChrome();
}

// It comes just before the message that brought it: a forced reply is to that one.
function takeKeyboard(log, keyboard) {
  log.keyboard = keyboard;
  log.forcesReply = Boolean(keyboard?.force_reply);
  if (log === active()) composer.follow(log);
}

// With no chat named they are everybody's, except where a chat has commands of its own: the server knows.
async function takeCommands({ chat_id: chatId, commands }) {
  if (chatId != null && logs.has(chatId)) logs.get(chatId).commands = commands;
  else if (chatId == null) {
    await Promise.all([...logs.values()].map(async (log) => { log.commands = (await loadChat(log.personaId)).commands; })).catch(() => {});
  }
  if (active()) composer.setCommands(active().commands);
}

// Many things may change at once: one fetch at a time, and one more if something changed meanwhile.
const refreshPanel = oneAtATime(async () => {
  const id = activeId;
  const [panel, state] = await Promise.all([loadPanel(id), loadState()]);
  if (id !== activeId) return;
  drawPanel(panel);
  drawEngine(state.engine);
});

function oneAtATime(task) {
  let running = false;
  let again = false;
  return async () => {
    again = true;
    if (running) return;
    running = true;
    while (again) {
      again = false;
      await task().catch(() => {});
    }
    running = false;
  };
}

// ---- what the person does ----

// A deep link of the bot's leads here as `/?start=…`: the person is back from elsewhere, and Telegram would say this for him.
function followLink() {
  const parameter = new URLSearchParams(location.search).get('start');
  if (!parameter) return;
  history.replaceState(null, '', location.pathname);
  deliver((id) => sendText(id, `/start ${parameter}`));
}

// True if the server took it.
async function deliver(send) {
  const log = active();
  try {
    const { message } = await send(log.personaId);
    if (!log.get(message.message_id)) receive(log, message);
    return true;
  } catch (error) {
    toast(error.message);
    return false;
  }
}

async function tap(messageId, pressed) {
  const { row, column } = pressed.dataset;
  const button = inlineRows(active().get(messageId))[row]?.[column];
  if (button?.copy_text) {
    await navigator.clipboard?.writeText(button.copy_text.text).catch(() => {});
    return toast('Скопировано');
  }
  if (button?.pay) return pay({ message_id: messageId }, pressed);
  if (button?.callback_data == null) return toast('Эта кнопка работает только в Telegram');
  if (pressed.ariaBusy === 'true') return undefined;
  const log = active();
  log.setBusy(messageId, pressed);
  setTimeout(() => pressed.removeAttribute('aria-busy'), TAP_GIVES_UP_MS);
  try {
    return await tapButton(log.personaId, messageId, button.callback_data);
  } catch (error) {
    log.setBusy(messageId);
    return toast(error.message);
  }
}

// The bot is asked first, as before every payment; what comes of it arrives as a message.
async function pay(invoice, pressed) {
  if (pressed.ariaBusy === 'true') return undefined;
  pressed.ariaBusy = 'true';
  try {
    return await payInvoice(activeId, invoice);
  } catch (error) {
    return toast(error.message);
  } finally {
    pressed.removeAttribute('aria-busy');
  }
}

function clicked(event) {
  const part = (selector) => event.target.closest(selector);
  const message = part('.message');
  if (part('[data-start]')) return deliver((id) => sendText(id, '/start'));
  if (!message) return undefined;
  const messageId = Number(message.dataset.messageId);
  if (part('.inline-button[href^="https://t.me/$"]')) {
    event.preventDefault();
    return pay({ link: part('.inline-button').href }, part('.inline-button'));
  }
  if (part('.inline-button:not([href])')) return tap(messageId, part('.inline-button'));
  if (part('[data-command]')) return deliver((id) => sendText(id, part('[data-command]').dataset.command));
  if (part('[data-goto]')) {
    const original = active().elementOf(Number(part('[data-goto]').dataset.goto));
    return original && scroll.goTo(original);
  }
  if (part('[data-reply]')) {
    composer.reply(active().get(messageId));
    return composer.focus();
  }
  if (part('[data-photo]')) {
    element('lightbox-image').src = part('[data-photo]').dataset.photo;
    return element('lightbox').showModal();
  }
  if (part('.spoiler')) return part('.spoiler').classList.add('seen');
  if (part('.expandable')) {
    const quote = part('.expandable');
    quote.setAttribute('aria-expanded', String(quote.getAttribute('aria-expanded') !== 'true'));
  }
  return undefined;
}

// ---- what is shown ----

function show(id) {
  activeId = id;
  localStorage.setItem('persona', id);
  showTyping(null);
  scroll.show(active());
  composer.take(active());
  drawChrome();
  refreshPanel();
}

// The list of personas, unread badges, the window's title, and the greeting of an empty chat.
function drawChrome() {
  if (!active()) return;
  if (document.visibilityState === 'visible') markRead(active());
  drawPersonas(personas, logs, activeId);
  const unread = personas.reduce((sum, { id }) => sum + unreadIn(logs.get(id)), 0);
  element('other-unread').hidden = unread === 0;
  element('other-unread').textContent = unread;
  document.title = `${unread ? `(${unread}) ` : ''}${element('bot-name').textContent} · песочница`;
  const greeting = active().element.querySelector('.greeting');
  if (active().messages.length > 0) greeting?.remove();
  else if (!greeting) {
    active().element.append(h('div', { class: 'greeting' }, h('img', { src: '/assets/icon.svg', alt: '', width: 72, height: 72 }),
      h('strong', null, 'Здесь пока пусто'), h('p', null, 'Начните разговор с ботом, как в Telegram.'),
      h('button', { type: 'button', 'data-start': true, 'data-testid': 'start' }, 'Начать')));
  }
}

function showTyping(action) {
  clearTimeout(typingTimer);
  const status = element('chat-status');
  if (!action) {
    status.textContent = 'бот';
    status.classList.remove('typing');
    return;
  }
  status.textContent = ACTIONS[action] ?? 'печатает';
  status.classList.add('typing');
  typingTimer = setTimeout(() => showTyping(null), TYPING_LASTS_MS);
}

function toast(text) {
  const note = h('p', { class: 'toast', 'data-testid': 'toast' }, text);
  element('toasts').replaceChildren(note);
  setTimeout(() => note.remove(), 4000);
}

function alertBox(text) {
  element('alert-text').textContent = text;
  if (!element('alert').open) element('alert').showModal();
}

// On narrow windows the side columns slide in: 'sidebar', 'panel' or '' for none.
function setDrawer(name) {
  const before = element('app').dataset.drawer;
  if (!before && !name) return;
  element('app').dataset.drawer = name;
  element('scrim').hidden = !name;
  for (const side of ['sidebar', 'panel']) element(`open-${side}`).setAttribute('aria-expanded', String(name === side));
  const focused = name ? element(name).querySelector('button, input') : element(`open-${before}`);
  focused?.focus({ preventScroll: true });
}

function start() {
  preparePanel({
    chooseEngine: (next) => setEngine(next).then(drawEngine, (error) => { toast(error.message); refreshPanel(); }),
    plugEngine: (engine, up) => plugEngine(engine, up).then(drawEngine, (error) => { toast(error.message); refreshPanel(); }),
    fillComposer: (text) => { setDrawer(''); composer.fill(text); },
  });
  watchAttachments((file, caption, asFile) => deliver((id) => sendPhoto(id, file, caption, asFile)));
  element('scroller').addEventListener('click', clicked);
  element('scroller').addEventListener('keydown', (event) => {
    if (!['Enter', ' '].includes(event.key) || !event.target.matches('.spoiler, .expandable')) return;
    event.preventDefault();
    clicked(event);
  });
  // Media events do not bubble; caught on their way down.
  element('scroller').addEventListener('play', (event) => event.target.parentElement.classList.add('started'), true);
  element('personas').addEventListener('click', (event) => {
    const persona = event.target.closest('[data-persona]');
    if (!persona) return;
    show(Number(persona.dataset.persona));
    setDrawer('');
  });
  element('open-sidebar').addEventListener('click', () => setDrawer('sidebar'));
  element('open-panel').addEventListener('click', () => setDrawer('panel'));
  element('close-panel').addEventListener('click', () => setDrawer(''));
  element('scrim').addEventListener('click', () => setDrawer(''));
  element('lightbox').addEventListener('click', () => element('lightbox').close());
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') setDrawer(''); });
  document.addEventListener('visibilitychange', drawChrome);
  listen({
    opened: () => {
      clearTimeout(bannerTimer);
      bannerTimer = null;
      element('banner').hidden = true;
      refetch();
    },
    lost: () => { bannerTimer ??= setTimeout(() => { element('banner').hidden = false; }, BANNER_AFTER_MS); },
    happened,
  });
}

start();
