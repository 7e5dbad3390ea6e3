// What the buyer sees and does on the emulated Checkout. The server decides; this asks it again every second.

const session = location.pathname.split('/')[2];
const $ = (id) => document.getElementById(id);
const money = new Intl.NumberFormat('ru-KZ', { minimumFractionDigits: 0, maximumFractionDigits: 2 });
const sign = { kzt: '₸', usd: '$' };

// How a session ends: its mark, what is said, what is advised.
const ENDS = {
  paid: ['✅', 'Оплата прошла', 'Токены уже ждут вас в боте.'],
  waits: ['⏳', 'Ждём перевод', 'Токены придут вместе с деньгами.'],
  expired: ['⌛️', 'Время вышло', 'Вернитесь в бот и начните покупку заново.'],
  refunded: ['↩️', 'Деньги возвращены', 'Токены списаны с вашего счёта.'],
};

// What may happen after the page is done, by the state of the money.
const LATER = {
  waits: { arrive: 'Перевод пришёл', bounce: 'Перевод не пришёл' },
  paid: { refund: 'Вернуть деньги', dispute: 'Оспорить платёж' },
  disputed: { win: 'Спор выигран', lose: 'Спор проигран' },
};

// The bot's own deep link leads to the sandbox's chat: there is no Telegram here.
function intoTheChat(url) {
  const link = url && new URL(url);
  if (link?.hostname !== 't.me') return url ?? '/';
  return `/?${new URLSearchParams({ start: link.searchParams.get('start') ?? '' })}`;
}

function standing(state) {
  if (state.status === 'expired') return 'expired';
  if (state.status !== 'complete') return 'open';
  if (state.payment_status !== 'paid') return 'waits';
  return state.refunded >= state.amount ? 'refunded' : 'paid';
}

function show(state) {
  const now = standing(state);
  $('item').textContent = state.item;
  $('sum').textContent = `${money.format(state.amount / 100)} ${sign[state.currency] ?? state.currency.toUpperCase()}`;
  const minutes = Math.max(0, Math.ceil((state.expires_at - state.now) / 60));
  $('until').textContent = now === 'open' ? `Оплатите за ${minutes} мин` : '';
  $('error').hidden = now !== 'open' || !state.error;
  $('error').textContent = state.error ? 'Банк отклонил карту. Попробуйте другой способ.' : '';
  $('methods').hidden = now !== 'open';
  $('leave').href = intoTheChat(state.cancel_url);
  $('back').href = intoTheChat(state.success_url);
  $('end').hidden = now === 'open';
  [$('mark').textContent, $('verdict').textContent, $('advice').textContent] = ENDS[now] ?? ['', '', ''];
  const disputed = state.dispute && !['won', 'lost', 'warning_closed'].includes(state.dispute);
  offer(LATER[disputed ? 'disputed' : state.dispute ? '' : now] ?? {});
}

function offer(acts) {
  const wanted = JSON.stringify(acts);
  if ($('acts').dataset.shown === wanted) return;
  $('acts').dataset.shown = wanted;
  $('later').hidden = Object.keys(acts).length === 0;
  $('acts').replaceChildren(...Object.entries(acts).map(([act, label]) => {
    const button = document.createElement('button');
    button.textContent = label;
    button.dataset.testid = act;
    button.onclick = () => happen(act);
    return button;
  }));
}

async function happen(act) {
  $('pay').disabled = true;
  await fetch(`/checkout/${session}/${act}`, { method: 'POST' });
  await refresh();
  $('pay').disabled = false;
}

async function refresh() {
  const answer = await fetch(`/checkout/${session}/state`);
  if (answer.ok) return show(await answer.json());
  $('item').textContent = 'Такой страницы оплаты нет';
  $('sum').textContent = '—';
}

$('methods').addEventListener('submit', (event) => {
  event.preventDefault();
  happen(new FormData($('methods')).get('how'));
});
await refresh();
setInterval(refresh, 1000);
