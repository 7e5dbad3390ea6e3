-- OpenRouter: один ключ, много моделей (Veo, Kling, Seedance, Wan, Hailuo …).
-- Ключ кладут в .env: OPENROUTER_API_KEY=sk-or-… Пока его нет, модели этого движка не видны никому.
-- В pricing.lua: engine = "openrouter", engine_model = "google/veo-3.1-fast"; какие длины и размеры
-- берёт модель, говорит https://openrouter.ai/api/v1/videos/models.

return engine {
  title = "OpenRouter",
  docs = "https://openrouter.ai/docs/guides/overview/multimodal/video-generation",
  checked = "2026-11-22", -- день, когда адаптер сверяли с этой страницей
  proven = false, -- true, когда через него сняли первое настоящее видео

  base_url = "https://openrouter.ai/api/v1",
  auth = { header = "Authorization", scheme = "Bearer", secret = "OPENROUTER_API_KEY" },
  picture = true,

  create = {
    url = "/videos",
    body = function(order)
      local body = {
        model = order.model,
        prompt = order.prompt,
        duration = order.seconds,
        aspect_ratio = order.aspect,
        resolution = order.short_side .. "p",
      }
      if order.picture then
        body.frame_images = {
          { type = "image_url", frame_type = "first_frame", image_url = { url = order.picture.data_url } },
        }
      end
      if order.callback then
        body.callback_url = order.callback
      end
      return body
    end,
    ticket = "id",
  },

  poll = {
    url = "/videos/{id}",
    state = "status",
    states = {
      pending = "working",
      in_progress = "working",
      completed = "completed",
      failed = "failed",
      cancelled = "gone",
      expired = "gone",
    },
    cost_usd = "usage.cost", -- сколько списали с нас на самом деле
    every_s = 10,
  },

  -- ответ на этот вопрос — сам фильм
  fetch = { url = "/videos/{id}/content?index=0" },

  -- список моделей ничего не стоит: так узнаём, что движок жив
  check = { url = "/videos/models" },

  errors = {
    code = { "error.metadata.error_type", "error.code" },
    message = { "error.message", "error" },
    moderation = { "moderation", "flagged", "content policy", "safety", "sensitive" },
    billing = { "insufficient credits", "credit limit", "payment required" },
    access = { "no endpoints found", "not a valid model", "user not found", "no auth credentials" },
    busy = { "rate limit", "rate_limit" },
    statuses = { ["402"] = "billing", ["403"] = "moderation" },
  },

  -- подпись: t=время,v1=HMAC-SHA256 от «время,тело»
  webhook = {
    signature = "hmac",
    secret = "OPENROUTER_WEBHOOK_SECRET",
    header = "X-OpenRouter-Signature",
    signed = "{t},{body}",
    ticket = { "data.id", "id", "job_id", "data.job_id" },
  },
}
