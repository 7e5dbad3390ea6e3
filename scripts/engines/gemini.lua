-- Google Veo без посредников. Ключ: GEMINI_API_KEY=… из Google AI Studio.
-- В pricing.lua: engine = "gemini", engine_model = "veo-3.1-fast-generate-preview".
-- Длины 4, 6 и 8 секунд; 1080p — только 8. За отклонённое фильтром Google денег не берёт.

local sample = "response.generateVideoResponse.generatedSamples.1.video.uri"

-- Готово, но без видео — значит, не пропустил фильтр.
local function result(answer)
  local response = answer.response and answer.response.generateVideoResponse
  return response and response.generatedSamples and response.generatedSamples[1]
end

return engine {
  title = "Google Veo",
  docs = "https://ai.google.dev/gemini-api/docs/veo",
  checked = "2026-11-22",
  proven = false,

  base_url = "https://generativelanguage.googleapis.com/v1beta",
  film_hosts = { "*.googleapis.com", "*.googleusercontent.com" },
  auth = { header = "x-goog-api-key", secret = "GEMINI_API_KEY" },
  picture = true,

  create = {
    url = "/models/{model}:predictLongRunning",
    body = function(order)
      local instance = { prompt = order.prompt }
      if order.picture then
        instance.image = { bytesBase64Encoded = order.picture.base64, mimeType = order.picture.mime }
      end
      return {
        instances = { instance },
        parameters = {
          aspectRatio = order.aspect,
          durationSeconds = tostring(order.seconds),
          resolution = order.short_side >= 2160 and "4k" or order.short_side .. "p",
          personGeneration = order.picture and "allow_adult" or "allow_all",
        },
      }
    end,
    ticket = "name",
  },

  poll = {
    url = "/{+id}",
    state = function(answer)
      if answer.error then
        return "failed"
      end
      if not answer.done then
        return answer.name and "working" or nil
      end
      return result(answer) and "completed" or "failed"
    end,
    film = sample,
    every_s = 10,
  },

  check = { url = "/models?pageSize=1" },

  errors = {
    code = function(answer)
      if answer.done and not answer.error and not result(answer) then
        return "filtered"
      end
      return answer.error and (answer.error.status or answer.error.code)
    end,
    message = { "error.message", "response.generateVideoResponse.raiMediaFilteredReasons.1" },
    moderation = { "filtered", "responsible ai", "usage guidelines", "safety", "could not be submitted" },
    billing = { "billing", "prepayment", "credits are depleted" },
    access = { "api key not valid", "api_key_invalid", "permission_denied", "unauthenticated" },
    busy = { "resource_exhausted", "quota" },
    bad_input = { "invalid_argument" },
    missing = { "not_found" },
    server = { "unavailable", "internal", "deadline_exceeded" },
  },
}
