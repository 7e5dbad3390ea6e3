-- MiniMax (Hailuo), второе поколение API. Ключ: MINIMAX_API_KEY=…
-- В pricing.lua: engine = "minimax", engine_model = "MiniMax-H3" или "MiniMax-H3-Max"; длины 4–15 с.
-- За неудачи MiniMax денег не берёт. Звук есть всегда.

return engine {
  title = "MiniMax",
  docs = "https://platform.minimax.io/docs/api-reference/video-generation-v2-create",
  checked = "2026-11-22",
  proven = false,

  base_url = "https://api.minimax.io/v2",
  film_hosts = { "*" }, -- где лежат фильмы, документация не говорит; ключ туда не уходит
  auth = { scheme = "Bearer", secret = "MINIMAX_API_KEY" },
  picture = true,

  create = {
    url = "/video_generation",
    body = function(order)
      local content = { { type = "text", text = order.prompt } }
      if order.picture then
        content[2] = { type = "image_url", role = "first_frame", image_url = { url = order.picture.data_url } }
      end
      return {
        model = order.model,
        content = content,
        duration = order.seconds,
        -- 480P, 768P или 2K
        resolution = order.short_side > 1080 and "2K" or order.short_side .. "P",
        ratio = order.picture and "adaptive" or order.aspect,
      }
    end,
    ticket = "task_id",
  },

  poll = {
    url = "/query/video_generation/{id}",
    state = "task.status",
    states = {
      queued = "working",
      running = "working",
      succeeded = "completed",
      failed = "failed",
      cancelled = "gone",
    },
    film = "task.content.url", -- живёт недолго
    every_s = 10,
  },

  -- останавливает только то, что ещё ждёт в очереди
  cancel = { method = "DELETE", url = "/video_generation/{id}" },

  errors = {
    code = { "task.error.code", "error.code", "base_resp.status_code" },
    message = { "task.error.message", "error.message", "base_resp.status_msg" },
    moderation = { "1026", "1027", "sensitive" },
    billing = { "1008", "insufficient balance" },
    access = { "1004", "2049", "invalid api key" },
    busy = { "1002", "1039", "rate limit" },
    bad_input = { "2013", "invalid params" },
    statuses = { ["402"] = "billing", ["422"] = "moderation" },
  },
}
