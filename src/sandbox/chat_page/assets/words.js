// Numbers, times and counted nouns as a Russian reader expects them.

const grouped = new Intl.NumberFormat('ru-RU', { useGrouping: 'always' });
const plural = new Intl.PluralRules('ru');
const clock = new Intl.DateTimeFormat('ru-RU', { hour: '2-digit', minute: '2-digit' });
const dayMonth = new Intl.DateTimeFormat('ru-RU', { day: 'numeric', month: 'long' });
const dayMonthYear = new Intl.DateTimeFormat('ru-RU', { day: 'numeric', month: 'long', year: 'numeric' });

// 10000 → «10 000»; the minus is a real one.
export const number = (value) => grouped.format(value).replace('-', '−');

export function tokens(count) {
  const word = { one: 'токен', few: 'токена' }[plural.select(count)] ?? 'токенов';
  return `${number(count)} ${word}`;
}

// Unix seconds, Unix milliseconds or an ISO string.
export function toDate(value) {
  if (typeof value !== 'number') return new Date(value);
  return new Date(value < 1e11 ? value * 1000 : value);
}

export const timeOf = (value) => clock.format(toDate(value));

export function dayOf(value) {
  const date = toDate(value);
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (date.toDateString() === today.toDateString()) return 'Сегодня';
  if (date.toDateString() === yesterday.toDateString()) return 'Вчера';
  return (date.getFullYear() === today.getFullYear() ? dayMonth : dayMonthYear).format(date);
}

// 75 s → «1:15».
export function duration(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

export function fileSize(bytes) {
  if (bytes == null) return '';
  if (bytes < 1024) return `${bytes} Б`;
  if (bytes < 1024 * 1024) return `${number(Math.round(bytes / 1024))} КБ`;
  return `${number(Math.round(bytes / 104857.6) / 10)} МБ`;
}

// Minor units → «742 ₸», «5 $», «100 ⭐»; stars have no minor unit.
export function money(amount, currency) {
  if (currency === 'XTR') return `${number(amount)} ⭐`;
  const sign = { KZT: '₸', USD: '$', EUR: '€', RUB: '₽' }[currency] ?? currency;
  return `${number(amount / 100)} ${sign}`;
}
