-- fal: много моделей, заказы стоят в очереди. Ключ: FAL_KEY=… в .env.
-- В pricing.lua: engine = "fal", engine_model — адрес модели на fal.ai без первой косой черты:
-- "fal-ai/veo3.1/fast", "fal-ai/kling-video/v3/pro/text-to-video" и так далее.

-- Входные поля у моделей свои. Первая строка, чьё начало подходит к engine_model, решает:
-- duration — как пишут длину: "8s", "8" или числом; image — поле первого кадра; resolution — 720p или 768P.
local profiles = {
  { "fal-ai/veo3", duration = "%ds", image = "image_url", resolution = "%dp", image_path = "/image-to-video" },
  { "fal-ai/kling-video", duration = "%d", image = "start_image_url" },
  { "fal-ai/minimax", duration = false, image = "image_url", resolution = "%dP" },
  { "fal-ai/bytedance/seedance", duration = "%d", image = "image_url", resolution = "%dp" },
  { "fal-ai/wan", duration = false, image = "start_image_url", resolution = "%dp" },
  { "fal-ai/ltx", duration = false, image = "image_url", resolution = "%dp" },
  { "xai/grok", duration = false, image = "image_url", resolution = "%dp" },
  { "", duration = "%d", image = "image_url" }, -- прочие
}

local function profile(model)
  for _, one in ipairs(profiles) do
    if string.sub(model, 1, string.len(one[1])) == one[1] then
      return one
    end
  end
end

return engine {
  title = "fal",
  docs = "https://docs.fal.ai/model-endpoints/queue",
  checked = "2026-11-22",
  proven = false,

  base_url = "https://queue.fal.run",
  film_hosts = { "fal.media", "*.fal.media", "storage.googleapis.com" },
  auth = { scheme = "Key", secret = "FAL_KEY" },
  picture = true,

  create = {
    -- Veo снимает с картинки по другому адресу; у прочих это часть engine_model
    url = function(order)
      local extra = order.picture and profile(order.model).image_path or ""
      return "/" .. order.model .. extra
    end,
    query = function(order)
      return { fal_webhook = order.callback }
    end,
    body = function(order)
      local how = profile(order.model)
      local body = { prompt = order.prompt, aspect_ratio = order.aspect }
      body.duration = how.duration and string.format(how.duration, order.seconds) or order.seconds
      if how.resolution then
        body.resolution = string.format(how.resolution, order.short_side)
      end
      if order.picture then
        body[how.image] = order.picture.data_url
      end
      return body
    end,
    ticket = "request_id",
    -- у моделей с путём из нескольких частей адреса заказа короче: берём те, что назвал fal
    keep = { status_url = "status_url", response_url = "response_url", cancel_url = "cancel_url" },
  },

  poll = {
    url = "{+status_url}",
    state = "status",
    states = { IN_QUEUE = "working", IN_PROGRESS = "working", COMPLETED = "completed" },
    every_s = 5,
  },

  -- COMPLETED бывает и у неудачи: правду говорит только ответ с фильмом
  fetch = { url = "{+response_url}", film = { "video.url", "videos.1.url", "output.video.url" } },
  cancel = { method = "PUT", url = "{+cancel_url}" },

  errors = {
    code = { "detail.1.type", "error_type", "error.code" },
    message = { "detail.1.msg", "detail", "error", "message" },
    picture = { "image_load_error", "image_too_small", "image_too_large", "unsupported_image_format", "face_detection_error" },
    moderation = { "content_policy_violation", "content policy", "nsfw", "safety", "no_media_generated" },
    billing = { "exhausted balance", "insufficient", "user is locked" },
    access = { "no user found", "invalid key", "application not found", "path /" },
    busy = { "concurrent", "rate limit" },
    server = { "downstream_service_error", "internal_server_error", "generation_timeout" },
    missing = { "request not found", "request is still in progress" },
    statuses = { ["422"] = "bad_input" },
  },

  webhook = {
    signature = "fal",
    keys_url = "https://rest.fal.ai/.well-known/jwks.json",
    ticket = "request_id",
  },
}
