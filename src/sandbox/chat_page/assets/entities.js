// A message's text and its entities → DOM nodes. Offsets are UTF-16 units, which is how JavaScript counts too.
// Clicks on commands and spoilers are handled by the chat through `data-command` and `.spoiler`.

import { h } from '/assets/dom.js';

const BLOCKS = new Set(['pre', 'blockquote', 'expandable_blockquote']);
const SAFE_SCHEMES = new Set(['http:', 'https:', 'mailto:', 'tel:', 'tg:']);

export function renderText(text, entities = []) {
  const sorted = entities
    .filter((entity) => entity.length > 0 && entity.offset >= 0 && entity.offset < text.length)
    .sort((a, b) => a.offset - b.offset || b.length - a.length);
  return renderRange(text, 0, text.length, sorted);
}

// `sorted` holds the entities that begin inside [start, end), outer before inner. One that crosses the end of its parent is cut there.
function renderRange(text, start, end, sorted) {
  const nodes = [];
  let cursor = start;
  for (let i = 0; i < sorted.length; ) {
    const entity = sorted[i++];
    const stop = Math.min(entity.offset + entity.length, end);
    if (entity.offset < cursor || stop <= entity.offset) continue;
    const inner = [];
    while (i < sorted.length && sorted[i].offset < stop) inner.push(sorted[i++]);
    const block = BLOCKS.has(entity.type);
    // A block stands on lines of its own: the line breaks that touch it would show as empty lines.
    const before = block && text[entity.offset - 1] === '\n' ? entity.offset - 1 : entity.offset;
    if (before > cursor) nodes.push(document.createTextNode(text.slice(cursor, before)));
    nodes.push(wrap(entity, text.slice(entity.offset, stop), renderRange(text, entity.offset, stop, inner)));
    cursor = block && text[stop] === '\n' && stop < end ? stop + 1 : stop;
  }
  if (cursor < end) nodes.push(document.createTextNode(text.slice(cursor, end)));
  return nodes;
}

function wrap(entity, raw, children) {
  switch (entity.type) {
    case 'bold': return h('strong', null, children);
    case 'italic': return h('em', null, children);
    case 'underline': return h('u', null, children);
    case 'strikethrough': return h('s', null, children);
    case 'code': return h('code', null, children);
    case 'pre': return h('pre', { 'data-language': entity.language }, h('code', null, children));
    case 'blockquote': return h('blockquote', null, children);
    case 'expandable_blockquote':
      return h('blockquote', { class: 'expandable', role: 'button', tabindex: 0, 'aria-expanded': 'false' }, children);
    case 'spoiler':
      return h('span', { class: 'spoiler', role: 'button', tabindex: 0, 'aria-label': 'Скрытый текст' }, h('span', null, children));
    case 'bot_command':
      return h('button', { type: 'button', class: 'link', 'data-command': raw }, children);
    case 'text_link': return link(entity.url, children);
    case 'url': return link(/^[a-z][a-z0-9+.-]*:/i.test(raw) ? raw : `https://${raw}`, children);
    case 'email': return link(`mailto:${raw}`, children);
    case 'phone_number': return link(`tel:${raw}`, children);
    case 'mention': return link(`https://t.me/${raw.slice(1)}`, children);
    case 'text_mention': case 'hashtag': case 'cashtag': return h('span', { class: 'link' }, children);
    default: return h('span', null, children);
  }
}

function link(address, children) {
  const url = safeUrl(address);
  if (!url) return h('span', null, children);
  return h('a', { class: 'link', href: url, target: '_blank', rel: 'noopener noreferrer' }, children);
}

// The address if a click on it can do no harm (no javascript:, no data:), else null.
export function safeUrl(address) {
  try {
    return SAFE_SCHEMES.has(new URL(address).protocol) ? address : null;
  } catch {
    return null;
  }
}
