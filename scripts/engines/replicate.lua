-- Replicate: модели сообщества и вендоров. Ключ: REPLICATE_API_TOKEN=r8_…
-- В pricing.lua: engine = "replicate", engine_model = "google/veo-3.1-fast".
-- Имена входных полей у моделей разные: чем ваша модель отличается, допишите в inputs.

-- image — поле первого кадра, resolution — как модель пишет разрешение (false — не пишет вовсе).
local inputs = {
  ["google/veo-3.1"] = { image = "image", resolution = "%dp" },
  ["google/veo-3.1-fast"] = { image = "image", resolution = "%dp" },
  ["minimax/hailuo-2.3"] = { image = "first_frame_image", resolution = "%dp" },
  ["kwaivgi/kling-v2.5-turbo-pro"] = { image = "start_image", resolution = false },
}
local usual = { image = "image", resolution = "%dp" }

return engine {
  title = "Replicate",
  docs = "https://replicate.com/docs/reference/http",
  checked = "2026-11-22",
  proven = false,

  base_url = "https://api.replicate.com/v1",
  film_hosts = { "replicate.delivery", "*.replicate.delivery" },
  auth = { scheme = "Bearer", secret = "REPLICATE_API_TOKEN" },
  picture = true,

  create = {
    url = "/models/{+model}/predictions",
    body = function(order)
      local how = inputs[order.model] or usual
      local input = { prompt = order.prompt, duration = order.seconds, aspect_ratio = order.aspect }
      if how.resolution then
        input.resolution = string.format(how.resolution, order.short_side)
      end
      if order.picture then
        input[how.image] = order.picture.data_url
      end
      local body = { input = input }
      if order.callback then
        body.webhook = order.callback
        body.webhook_events_filter = { "completed" }
      end
      return body
    end,
    ticket = "id",
  },

  poll = {
    url = "/predictions/{id}",
    state = "status",
    states = {
      starting = "working",
      processing = "working",
      succeeded = "completed",
      failed = "failed",
      canceled = "gone",
      aborted = "gone",
    },
    film = { "output", "output.1", "output.video" }, -- ссылка живёт час
    every_s = 5,
  },

  cancel = { method = "POST", url = "/predictions/{id}/cancel" },
  check = { url = "/account" },

  -- список своих заказов: потерянный ответ находим по словам заказа
  find = {
    url = "/predictions",
    items = "results",
    ticket = "id",
    prompt = "input.prompt",
    seconds = "input.duration",
    created = "created_at",
    next = "next",
  },

  errors = {
    code = { "code" },
    message = { "error", "detail", "title" },
    moderation = { "nsfw", "sensitive", "flagged", "content policy", "safety", "(e005)" },
    billing = { "insufficient credit", "billing", "spend limit" },
    access = { "unauthenticated", "invalid token", "could not be found" },
    busy = { "throttled", "queue is full", "high demand" },
    bad_input = { "input validation failed", "invalid_fields", "unprocessable" },
  },

  -- секрет: GET /v1/webhooks/default/secret
  webhook = { signature = "standard", secret = "REPLICATE_WEBHOOK_SECRET", ticket = "id" },
}
