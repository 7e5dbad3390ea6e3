// «За кулисами»: the money, jobs, scripts and engine switches behind the chat. Draws what the server says; counts nothing itself.

import { h, morph } from '/assets/dom.js';
import { dayOf, number, timeOf, tokens } from '/assets/words.js';

const element = (id) => document.getElementById(id);

// Word and sign of a journal movement as the user's free balance feels it; captured tokens had left it with the hold, so they bear no sign.
const MOVEMENTS = {
  grant: ['Подарок', '+'], topup: ['Пополнение', '+'], purchase: ['Покупка', '+'], bonus: ['Бонус', '+'], refund: ['Возврат', '+'],
  release: ['Возвращено из резерва', '+'], hold: ['В резерв', '−'], capture: ['Оплачено из резерва', ''], debit: ['Списание', '−'],
};
const STATES = {
  queued: 'В очереди', submitting: 'Передаётся', rendering: 'Создаётся', fetching: 'Скачивается',
  ready: 'Готов', delivered: 'Доставлен', cancelled: 'Отменён', refunded: 'Деньги возвращены',
};
const OPEN = new Set(['queued', 'submitting', 'rendering', 'fetching']);
const ENDINGS = { ok: 'получится', moderation: 'откажет модерация', server_error: 'ошибка сервера', hang: 'зависнет' };
const IDEAS = [
  '/start',
  '/generate A cat playing piano in a jazz club',
  '/generate Кот играет на пианино в джаз-клубе, тёплый свет, камера медленно приближается',
  '/balance', '/queue', '/help',
];

export function drawPanel({ balance, held, ledger = [], jobs = [], scripts, users = [] }) {
  drawWallet(balance, held);
  drawScripts(scripts);
  drawList('jobs', 'Заказы', jobs, jobRow, 'Здесь появятся заказанные видео.');
  drawList('ledger', 'Журнал', ledger, ledgerRow, 'Движений пока нет.');
  element('users').hidden = users.length === 0;
  drawList('users', 'Пользователи', users, userRow, '');
}

function drawWallet(balance, held) {
  morph(element('wallet'), [
    h('div', { class: 'amount' }, h('span', null, 'Баланс'),
      h('strong', { 'data-testid': 'balance', 'data-value': balance }, number(balance)),
      h('small', null, tokens(balance).split(/\s/).at(-1))),
    h('div', { class: 'amount held', 'data-active': held > 0 }, h('span', null, 'В резерве'),
      h('strong', { 'data-testid': 'held', 'data-value': held }, number(held)),
      h('small', null, held > 0 ? 'ждут видео' : 'ничего')),
  ]);
}

function drawScripts(scripts) {
  const box = element('scripts');
  box.hidden = !scripts;
  if (!scripts) return;
  const { version, ok, loaded_at: loadedAt, problems = [] } = scripts;
  box.dataset.ok = ok;
  morph(box, [
    h('h3', null, 'Скрипты', h('span', { class: 'chip', 'data-tone': ok ? 'good' : 'bad', 'data-testid': 'scripts-state' }, ok ? 'в порядке' : 'ошибка')),
    h('p', { class: 'faint' }, [`Версия ${String(version).slice(0, 7)}`, loadedAt && `${dayOf(loadedAt).toLowerCase()} в\u00a0${timeOf(loadedAt)}`].filter(Boolean).join(' · ')),
    ok ? null : h('p', null, 'Новая правка не принята, работает прежняя версия:'),
    problems.length ? h('ul', { class: 'problems' }, problems.map((problem) => h('li', { 'data-testid': 'script-problem' }, problem))) : null,
  ].filter(Boolean));
}

function drawList(id, title, items, row, empty) {
  morph(element(id), [
    h('h3', null, title, items.length ? h('span', { class: 'count' }, String(items.length)) : null),
    items.length ? h('ol', { class: 'rows' }, items.map(row)) : h('p', { class: 'faint' }, empty),
  ]);
}

function jobRow({ order, state, engine, model, seconds, size, price, progress, prompt }) {
  const name = String(state).toLowerCase();
  const percent = Math.max(0, Math.min(100, Math.round(progress ?? 0)));
  return h('li', { class: 'job', 'data-key': `job-${order}`, 'data-testid': 'job-row', 'data-state': name, 'data-engine': engine },
    h('div', { class: 'row-head' },
      h('strong', null, /^\d+$/.test(order) ? `№ ${order}` : String(order)),
      h('span', { class: 'chip', 'data-state': name }, STATES[name] ?? state),
      h('span', { class: 'price' }, number(price))),
    h('p', { class: 'prompt', title: prompt }, prompt ?? ''),
    h('p', { class: 'faint' }, [model, seconds && `${seconds}\u00a0с`, size?.replace('x', '×'), engine].filter(Boolean).join(' · ')),
    OPEN.has(name) ? h('div', {
      class: 'progress', role: 'progressbar', 'aria-valuenow': percent, 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-label': 'Готовность видео',
      'data-waiting': name !== 'rendering',
    }, h('i', { style: `transform: scaleX(${percent / 100})` })) : null);
}

function ledgerRow({ id, at, kind, amount, note, balance_after: after }) {
  const [word, usual] = MOVEMENTS[kind] ?? [kind, '+'];
  const sign = amount < 0 ? '−' : usual;
  return h('li', { class: 'movement', 'data-key': `movement-${id}`, 'data-testid': 'ledger-row', 'data-kind': kind, 'data-sign': sign },
    h('div', { class: 'row-head' },
      h('strong', null, word),
      h('span', { class: 'change', 'data-value': amount }, `${sign}${number(Math.abs(amount))}`)),
    h('div', { class: 'row-foot faint' },
      h('span', null, [dayOf(at) === 'Сегодня' ? timeOf(at) : `${dayOf(at)}, ${timeOf(at)}`, note].filter(Boolean).join(' · ')),
      after == null ? null : h('span', { title: 'Баланс после движения' }, `баланс ${number(after)}`)));
}

function userRow(user) {
  const name = user.first_name ?? user.name ?? (user.username ? `@${user.username}` : `id ${user.id}`);
  return h('li', { class: 'movement', 'data-key': `user-${user.id}` },
    h('div', { class: 'row-head' }, h('strong', null, name), user.balance == null ? null : h('span', { class: 'change' }, number(user.balance))),
    h('div', { class: 'row-foot faint' }, h('span', null, user.username ? `@${user.username}` : `id ${user.id}`),
      user.held ? h('span', null, `в резерве ${number(user.held)}`) : null));
}

export function drawEngine({ next, render_seconds: seconds, services = [] }) {
  morph(element('engine'), [
    h('legend', null, 'Следующее видео'),
    h('div', { class: 'segments' }, Object.entries(ENDINGS).map(([value, word]) => h('label', { class: 'segment', 'data-ending': value },
      h('input', { type: 'radio', name: 'engine', value, 'data-testid': `engine-${value}` }), h('span', null, word)))),
    h('p', { class: 'faint' }, next === 'ok' ? `Создаётся около ${seconds}\u00a0с; на настоящем сервере — минуты.`
      : 'Сработает один раз на следующем заказе, потом снова «получится».'),
  ]);
  for (const input of element('engine').querySelectorAll('input')) input.checked = input.value === next;
  drawServices(services);
}

// Which engines can be reached: one that is cut off takes nothing, and what it is making is waited for.
function drawServices(services) {
  const box = element('services');
  box.hidden = services.length === 0;
  if (box.hidden) return;
  const down = services.filter(({ up }) => !up);
  morph(box, [
    h('legend', null, 'Кто снимает'),
    h('div', { class: 'services' }, services.map(({ id, title, up }) => h('label', { class: 'service', 'data-key': `service-${id}`, 'data-up': String(up) },
      h('input', { type: 'checkbox', name: 'service', value: id, 'data-testid': `service-${id}` }),
      h('span', null, title), h('small', null, up ? 'на связи' : 'не отвечает')))),
    h('p', { class: 'faint' }, servicesHint(services, down)),
  ]);
  for (const input of box.querySelectorAll('input')) input.checked = services.find(({ id }) => id === input.value).up;
}

function servicesHint(services, down) {
  if (down.length === 0) return 'Отключите сервис: заказы пойдут к следующему по списку routes в pricing.lua.';
  if (down.length === services.length) return 'Не отвечает никто: заказы не берутся, деньги целы, меню скоро опустеет.';
  return 'Новые заказы уходят к тем, кто на связи; начатые ждут там, где начаты.';
}

// The parts that never change, and what the panel's controls do.
export function preparePanel({ chooseEngine, plugEngine, fillComposer }) {
  morph(element('hints'), [
    h('h3', null, 'Что попробовать'),
    h('div', { class: 'ideas' }, IDEAS.map((idea) => h('button', { type: 'button', class: 'idea', 'data-idea': idea }, idea))),
    h('ul', { class: 'tips faint' },
      h('li', null, 'Закажите видео: цена сразу уйдёт в резерв и спишется, когда оно готово.'),
      h('li', null, 'Выберите «откажет модерация» и закажите ещё: резерв вернётся целиком.'),
      h('li', null, 'Оплатите через Kaspi: ', h('a', { href: '/kaspi', 'data-testid': 'kaspi' }, 'телефон, терминал и чеки'), ' — на отдельной странице.'),
      h('li', null, 'Измените наценку в ', h('code', null, 'scripts/pricing.lua'), ' и сохраните: на следующей кнопке будет новая цена.')),
  ]);
  element('hints').addEventListener('click', (event) => {
    const idea = event.target.closest('[data-idea]');
    if (idea) fillComposer(idea.dataset.idea);
  });
  element('engine').addEventListener('change', (event) => chooseEngine(event.target.value));
  element('services').addEventListener('change', (event) => plugEngine(event.target.value, event.target.checked));
}
