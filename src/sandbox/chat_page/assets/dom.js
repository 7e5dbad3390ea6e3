// Building DOM from values and changing it in place. Text only ever becomes text nodes: nothing here parses HTML.

// h('a', { class: 'link', href }, 'text', node, null): attributes that are null or false are left out.
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value == null || value === false) continue;
    if (name === 'style') element.style.cssText = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

// One-path line icon on a 24 × 24 grid.
export function icon(path) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

// Makes `target` hold what `children` describe, keeping every node that can stay: no flicker, focus and selection live on.
// Children with `data-key` are matched by it, the others by place. Listeners of replaced twins are not carried over, so
// what is morphed listens by delegation.
export function morph(target, children) {
  const keyed = new Map();
  for (const child of target.children) {
    if (child.dataset.key) keyed.set(child.dataset.key, child);
  }
  let cursor = target.firstChild;
  for (const wanted of children) {
    const key = wanted.dataset?.key;
    const present = key ? keyed.get(key) : cursor;
    if (!present || !isTwin(present, wanted)) {
      target.insertBefore(wanted, cursor);
      continue;
    }
    if (present === cursor) cursor = cursor.nextSibling;
    else target.insertBefore(present, cursor);
    becomeLike(present, wanted);
  }
  while (cursor) {
    const next = cursor.nextSibling;
    cursor.remove();
    cursor = next;
  }
}

function isTwin(a, b) {
  return a.nodeName === b.nodeName && a.dataset?.key === b.dataset?.key;
}

function becomeLike(present, wanted) {
  if (present.nodeType === Node.TEXT_NODE) {
    if (present.data !== wanted.data) present.data = wanted.data;
    return;
  }
  for (const { name } of [...present.attributes]) {
    if (!wanted.hasAttribute(name)) present.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (present.getAttribute(name) === value) continue;
    if (name === 'style') present.style.cssText = value;
    else present.setAttribute(name, value);
  }
  morph(present, [...wanted.childNodes]);
}
