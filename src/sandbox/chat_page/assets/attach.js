// Choosing, dropping or pasting a picture, and the dialog that sends it with a caption.

import { h, icon } from '/assets/dom.js';
import { fileSize } from '/assets/words.js';

const element = (id) => document.getElementById(id);
const FILE = 'M6 3h8l4 4v14H6zM14 3v4h4';

// `send(file, caption, asFile)` answers whether it worked; the dialog stays open if not.
export function watchAttachments(send) {
  let file = null;
  const dialog = element('attach-dialog');
  const caption = element('attach-caption');
  const asFile = element('attach-as-file');

  const offer = (chosen) => {
    if (!chosen) return;
    file = chosen;
    const picture = file.type.startsWith('image/');
    element('attach-title').textContent = picture ? 'Отправить фото' : 'Отправить файл';
    asFile.checked = !picture;
    asFile.disabled = !picture;
    caption.value = element('composer').value;
    const preview = picture ? h('img', { src: URL.createObjectURL(file), alt: 'Предпросмотр' }) : h('span', { class: 'document-icon' }, icon(FILE));
    element('attach-preview').replaceChildren(preview, h('p', null, `${file.name || 'Картинка'} · ${fileSize(file.size)}`));
    if (!dialog.open) dialog.showModal();
    caption.focus();
  };

  const submit = async () => {
    if (!(await send(file, caption.value.trim(), asFile.checked))) return;
    dialog.close();
    if (element('composer').value !== '') {
      element('composer').value = '';
      element('composer').dispatchEvent(new Event('input'));
    }
  };

  element('attach').addEventListener('click', () => element('attach-input').click());
  element('attach-input').addEventListener('change', ({ target }) => {
    offer(target.files[0]);
    target.value = '';
  });
  element('attach-cancel').addEventListener('click', () => dialog.close());
  element('attach-form').addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  caption.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  dialog.addEventListener('close', () => {
    const image = element('attach-preview').querySelector('img');
    if (image) URL.revokeObjectURL(image.src);
    element('attach-preview').replaceChildren();
    element('composer').focus();
  });
  element('composer').addEventListener('paste', (event) => {
    const pasted = [...event.clipboardData.files][0];
    if (!pasted) return;
    event.preventDefault();
    offer(pasted);
  });
  watchDrops(offer);
}

function watchDrops(offer) {
  const chat = element('chat');
  const target = element('drop-target');
  const hasFile = (event) => event.dataTransfer?.types.includes('Files');
  chat.addEventListener('dragover', (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    target.hidden = false;
  });
  chat.addEventListener('dragleave', (event) => {
    if (!chat.contains(event.relatedTarget)) target.hidden = true;
  });
  chat.addEventListener('drop', (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    target.hidden = true;
    offer(event.dataTransfer.files[0]);
  });
}
