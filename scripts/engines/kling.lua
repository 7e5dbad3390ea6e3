-- Kling без посредников. Ключ одной строкой (KLING_API_KEY=…) или парой, из которой подпись делает сам бот:
-- KLING_ACCESS_KEY=… и KLING_SECRET_KEY=… В pricing.lua: engine = "kling", engine_model = "kling-3.0".
-- Длины 3–15 с. Картинку Kling забирает только по ссылке: её даёт бот, если в .env задан PUBLIC_URL; без него с картинкой
-- Kling не предлагается.

return engine {
  title = "Kling",
  docs = "https://kling.ai/document-api",
  checked = "2026-11-22",
  proven = false,

  base_url = "https://api-singapore.klingai.com",
  film_hosts = { "*" }, -- где лежат фильмы, документация не говорит; ключ туда не уходит
  auth = {
    { scheme = "Bearer", secret = "KLING_API_KEY" },
    {
      scheme = "Bearer",
      jwt = { issuer = "KLING_ACCESS_KEY", secret = "KLING_SECRET_KEY", lifetime_s = 1800 },
    },
  },

  picture = "link",

  create = {
    url = function(order)
      return (order.picture and "/image-to-video/" or "/text-to-video/") .. order.model
    end,
    body = function(order)
      local contents = { { type = "prompt", text = order.prompt } }
      if order.picture then
        table.insert(contents, { type = "first_frame", url = order.picture.url })
      end
      local options = { external_task_id = order.reference }
      if order.callback then
        options.callback_url = order.callback
      end
      return {
        contents = contents,
        settings = {
          resolution = order.short_side .. "p",
          aspect_ratio = order.aspect,
          duration = order.seconds,
          audio = "native",
        },
        options = options,
      }
    end,
    ticket = "data.id",
  },

  poll = {
    url = "/tasks?task_ids={id}",
    -- один заказ или список из одного
    state = { "data.status", "data.1.status" },
    states = {
      submitted = "working",
      processing = "working",
      succeeded = "completed",
      succeed = "completed",
      failed = "failed",
    },
    film = { "data.outputs.1.url", "data.1.outputs.1.url" },
    every_s = 10,
  },

  -- наш собственный номер: так потерянный ответ находится наверняка
  find = {
    url = "/tasks?external_task_ids={reference}",
    by_reference = true,
    items = function(answer)
      if not answer.data then
        return {}
      end
      return answer.data.id and { answer.data } or answer.data
    end,
    ticket = "id",
  },

  errors = {
    -- HTTP 200 здесь ещё не успех
    ok = function(answer)
      return answer.code == 0
    end,
    code = function(answer)
      local task = answer.data and (answer.data[1] or answer.data)
      return answer.code ~= 0 and answer.code or task and (task.code or task.error and task.error.code)
    end,
    message = { "data.status_message", "data.message", "data.1.message", "data.error.message", "message" },
    moderation = { "1301", "risk control", "sensitive", "content policy" },
    billing = { "1101", "1102", "arrears" },
    access = { "1000", "1001", "1002", "1003", "1004", "1103" },
    busy = { "1302", "1303" },
    bad_input = { "1200", "1201" },
    missing = { "1203" },
    server = { "5000", "5001", "5002" },
  },

  webhook = {
    signature = "standard",
    secret = "KLING_WEBHOOK_SECRET",
    ticket = { "data.id", "task_id", "id" },
  },
}
