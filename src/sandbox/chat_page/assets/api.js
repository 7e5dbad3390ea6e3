// Calls to the sandbox server and its event stream. Knows addresses and errors; knows nothing of the page.

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error('Нет связи с песочницей');
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || `Песочница ответила ошибкой ${response.status}`);
  return answer;
}

function post(path, value) {
  return call(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });
}

export const loadState = () => call('/sandbox/state');
export const loadChat = (persona) => call(`/sandbox/chats/${persona}`);
export const loadPanel = (persona) => call(`/sandbox/panel/${persona}`);
export const setEngine = (next) => post('/sandbox/engine', { next });
export const plugEngine = (engine, up) => post('/sandbox/engine', { engine, up });
export const sendText = (persona, text, replyTo) =>
  post(`/sandbox/chats/${persona}/text`, { text, ...(replyTo && { reply_to: replyTo }) });
export const tapButton = (persona, messageId, data) =>
  post(`/sandbox/chats/${persona}/tap`, { message_id: messageId, callback_data: data });
// `invoice` is { message_id } or { link }.
export const payInvoice = (persona, invoice) => post(`/sandbox/chats/${persona}/pay`, invoice);
export const fileAddress = (fileId) => `/sandbox/files/${encodeURIComponent(fileId)}`;

export function sendPhoto(persona, file, caption, asFile) {
  const form = new FormData();
  if (caption) form.append('caption', caption);
  if (asFile) form.append('as_file', 'true');
  form.append('file', file, file.name);
  return call(`/sandbox/chats/${persona}/photo`, { method: 'POST', body: form });
}

const EVENTS = ['message', 'deleted', 'toast', 'commands', 'keyboard', 'typing', 'panel', 'answered'];
const RECONNECT_MS = [500, 1000, 2000, 4000];

// Listens for ever. The browser's own reconnecting gives up on an HTTP error, so each connection is opened afresh.
// `opened` runs after every successful connection (refetch there: events in between are gone), `lost` after each failure.
export function listen({ opened, lost, happened }) {
  let failures = 0;
  const connect = () => {
    const stream = new EventSource('/sandbox/events');
    stream.onopen = () => {
      failures = 0;
      opened();
    };
    stream.onerror = () => {
      stream.close();
      lost();
      setTimeout(connect, RECONNECT_MS[Math.min(failures++, RECONNECT_MS.length - 1)]);
    };
    for (const name of EVENTS) {
      stream.addEventListener(name, (event) => happened(name, JSON.parse(event.data || '{}')));
    }
  };
  connect();
}
