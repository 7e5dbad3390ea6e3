// The buyer's telephone, a terminal and receipts. The server decides; this asks it again every second.

const $ = (id) => document.getElementById(id);
const money = new Intl.NumberFormat('ru-KZ');
const chosen = new URLSearchParams(location.search).get('invoice');

const STATES = {
  pending: 'ждёт оплаты', paid: 'оплачен', cancelled: 'отклонён', expired: 'время вышло', error: 'Kaspi не принял', refunded: 'деньги возвращены',
};
// What may be done with an invoice, by its state. Kaspi may say late that one which was closed has been paid.
const ACTS = {
  pending: { pay: 'Заплатить', decline: 'Отклонить', expire: 'Время вышло' },
  expired: { pay: 'Заплатить с опозданием' }, cancelled: { pay: 'Заплатить с опозданием' }, paid: { refund: 'Вернуть деньги' },
};

function bill(invoice) {
  const row = document.createElement('li');
  row.className = 'bill';
  row.dataset.status = invoice.status;
  row.dataset.testid = 'bill';
  if (String(invoice.id) === chosen) row.dataset.chosen = '';
  const sum = document.createElement('strong');
  sum.textContent = `${money.format(Number(invoice.amount))} ₸`;
  const state = document.createElement('span');
  state.className = 'state';
  state.textContent = [STATES[invoice.status] ?? invoice.status, invoice.phone_number ?? 'по ссылке', invoice.description].filter(Boolean).join(' · ');
  const acts = document.createElement('div');
  acts.className = 'acts';
  for (const [act, label] of Object.entries(ACTS[invoice.status] ?? {})) {
    const button = document.createElement('button');
    button.textContent = label;
    button.dataset.testid = act;
    if (act === 'pay') button.className = 'strong';
    button.onclick = () => post(`/kaspi/phone/${invoice.id}/${act}`).then(refresh);
    acts.append(button);
  }
  row.append(sum, state, acts);
  return row;
}

async function post(path, body) {
  const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) });
  return answer.json();
}

async function refresh() {
  const { invoices, signed_in: signedIn } = await (await fetch('/kaspi/state')).json();
  const shown = JSON.stringify(invoices);
  $('session').checked = signedIn;
  if ($('bills').dataset.shown === shown) return;
  $('bills').dataset.shown = shown;
  const none = document.createElement('li');
  none.className = 'faint';
  none.textContent = 'Пока ни одного. Купите пакет в чате: «Счёт в Kaspi».';
  $('bills').replaceChildren(...(invoices.length ? invoices.map(bill) : [none]));
}

let last = null; // the payment that can be told again
$('terminal').addEventListener('submit', async (event) => {
  event.preventDefault();
  const asked = event.submitter?.value ?? 'check';
  const typed = asked === 'again' ? last : { command: asked, account: $('account').value.trim(), sum: $('sum').value.trim() };
  const answer = await post('/kaspi/terminal', typed);
  if (typed.command === 'pay') last = { ...typed, txn_id: answer.txn_id };
  $('again').hidden = !last;
  $('answer').hidden = false;
  $('answer').textContent = answer.error ?? `HTTP ${answer.status}\n${answer.body}`;
});
$('receipt').addEventListener('submit', async (event) => {
  event.preventDefault();
  const { error, link } = await post('/kaspi/receipt', { sum: Number($('receipt-sum').value) });
  $('sent').textContent = error ?? `Чек в чате. На его коде: ${link}`;
});
$('session').addEventListener('change', ({ target }) => post(`/kaspi/session/${target.checked ? 'in' : 'out'}`));
await refresh();
setInterval(refresh, 1000);
