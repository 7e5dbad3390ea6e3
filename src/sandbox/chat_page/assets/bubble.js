// One message → the parts of its bubble. Pure building: no listeners, no state, no requests.

import { fileAddress } from '/assets/api.js';
import { h, icon } from '/assets/dom.js';
import { renderText, safeUrl } from '/assets/entities.js';
import { duration, fileSize, money, timeOf } from '/assets/words.js';

const MEDIA_BOX = { width: 420, height: 500 };
const TICKS = 'm2 13 4 4 9-10M10 16l1 1 10-10';
const DOWNLOAD = 'M12 4v11m-5-5 5 5 5-5M5 20h14';
const BUTTON_MARKS = { url: 'M9 7h8v8M17 7 7 17', copy_text: 'M9 9h10v10H9zM5 15V5h10', web_app: 'M4 6h16v12H4zM4 10h16', pay: 'M3 7h18v11H3zM3 11h18' };

// A line about a message, for the list of chats, the reply quote and notifications.
export function summary(message) {
  const text = (message.text ?? message.caption ?? '').replace(/\s+/g, ' ').trim();
  const kind = message.video ? '🎬 Видео' : message.photo ? '🖼 Фото' : message.document ? '📎 ' + (message.document.file_name ?? 'Файл')
    : message.invoice ? '🧾 ' + message.invoice.title : message.successful_payment ? 'Оплачено' : '';
  return [kind, text].filter(Boolean).join(' · ') || 'Сообщение';
}

export const isService = (message) => Boolean(message.successful_payment);

export function renderQuote(message) {
  const original = message.reply_to_message;
  if (!original) return null;
  return h('button', { type: 'button', class: 'quote', 'data-goto': original.message_id },
    h('strong', null, original.from?.first_name ?? ''), h('span', null, summary(original)));
}

export function renderMedia(message) {
  if (message.video ?? message.animation) return renderVideo(message.video ?? message.animation);
  if (message.photo?.length) return renderPhoto(message.photo);
  if (message.document) return renderDocument(message.document);
  if (message.invoice) return renderInvoice(message.invoice);
  return null;
}

// Text with the time (and mark of an edit) floating at its end, as Telegram sets it.
export function renderBody(message, out) {
  const text = message.text ?? message.caption;
  const known = text != null || message.video || message.animation || message.photo || message.document || message.invoice;
  const words = known ? renderText(text ?? '', message.entities ?? message.caption_entities)
    : [h('em', { class: 'faint' }, 'Этот вид сообщений песочница не показывает')];
  return [...words, h('span', { class: 'meta' },
    message.edit_date ? h('span', null, 'изменено ') : null,
    h('time', { datetime: new Date(message.date * 1000).toISOString() }, timeOf(message.date)),
    out ? icon(TICKS) : null)];
}

export function renderService(message) {
  const paid = message.successful_payment;
  return `Оплачено: ${money(paid.total_amount, paid.currency)}`;
}

export function renderKeyboard(message) {
  const rows = inlineRows(message);
  return rows.map((row, y) => h('div', { class: 'keyboard-row' }, row.map((button, x) => renderButton(button, y, x))));
}

// An invoice without a keyboard gets Telegram's own Pay button.
export function inlineRows(message) {
  const rows = message.reply_markup?.inline_keyboard;
  if (rows?.length || !message.invoice) return rows ?? [];
  const { total_amount: amount, currency } = message.invoice;
  return [[{ text: `Оплатить ${money(amount, currency)}`, pay: true }]];
}

function renderButton(button, y, x) {
  const kind = Object.keys(BUTTON_MARKS).find((name) => button[name]);
  const parts = [h('span', null, button.text), kind ? icon(BUTTON_MARKS[kind]) : null, h('span', { class: 'spinner' })];
  const place = { 'data-testid': 'inline-button', 'data-row': y, 'data-column': x };
  const url = button.url && safeUrl(button.url);
  if (url) return h('a', { ...place, class: 'inline-button', href: url, target: '_blank', rel: 'noopener noreferrer' }, parts);
  return h('button', { ...place, type: 'button', class: 'inline-button', 'data-callback': button.callback_data }, parts);
}

function fit(width, height) {
  const scale = Math.min(MEDIA_BOX.width / width, MEDIA_BOX.height / height, 1);
  return `width:${Math.round(width * scale)}px;aspect-ratio:${width}/${height}`;
}

function renderVideo(video) {
  const { width = 640, height = 360 } = video;
  const thumbnail = video.thumbnail ?? video.thumb;
  return h('div', { class: 'media video', style: fit(width, height) },
    h('video', {
      controls: true, playsinline: true, preload: 'metadata', width, height,
      src: fileAddress(video.file_id), poster: thumbnail && fileAddress(thumbnail.file_id), 'data-testid': 'video',
    }),
    h('span', { class: 'play-mark', 'aria-hidden': 'true' }, icon('M8 5v14l11-7z')),
    h('span', { class: 'media-label' }, `${duration(video.duration ?? 0)}${video.file_size ? ' · ' + fileSize(video.file_size) : ''}`));
}

function renderPhoto(sizes) {
  const photo = sizes.reduce((best, size) => (size.width * size.height > best.width * best.height ? size : best));
  const address = fileAddress(photo.file_id);
  return h('button', { type: 'button', class: 'media photo', style: fit(photo.width, photo.height), 'data-photo': address, 'aria-label': 'Открыть фото' },
    h('img', { src: address, width: photo.width, height: photo.height, alt: 'Фото', loading: 'lazy' }));
}

function renderDocument(file) {
  const name = file.file_name ?? 'файл';
  return h('a', { class: 'document', href: fileAddress(file.file_id), download: name },
    h('span', { class: 'document-icon' }, icon(DOWNLOAD)),
    h('span', { class: 'document-text' }, h('strong', null, name), h('span', null, fileSize(file.file_size) || 'Скачать')));
}

function renderInvoice(invoice) {
  return h('div', { class: 'invoice' },
    h('strong', null, invoice.title), h('span', null, invoice.description),
    h('b', null, money(invoice.total_amount, invoice.currency)));
}
