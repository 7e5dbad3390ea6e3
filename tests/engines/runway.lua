-- Runway, по странице docs.dev.runwayml.com/api.md.
return engine {
  title = "Runway",
  docs = "https://docs.dev.runwayml.com/api.md",
  checked = "2026-11-22",

  base_url = "https://api.dev.runwayml.com/v1",
  film_hosts = { "*" },
  headers = { ["X-Runway-Version"] = "2024-11-06" },
  auth = { scheme = "Bearer", secret = "RUNWAYML_API_SECRET" },
  picture = true,

  create = {
    url = function(order)
      return order.picture and "/image_to_video" or "/text_to_video"
    end,
    body = function(order)
      local body = {
        model = order.model,
        promptText = order.prompt,
        ratio = order.width .. ":" .. order.height,
        duration = order.seconds,
      }
      if order.picture then
        body.promptImage = { { uri = order.picture.data_url, position = "first" } }
      end
      return body
    end,
    ticket = "id",
  },

  poll = {
    url = "/tasks/{id}",
    state = "status",
    states = {
      PENDING = "working", THROTTLED = "working", RUNNING = "working",
      SUCCEEDED = "completed", FAILED = "failed", CANCELLED = "gone", CANCELED = "gone",
    },
    -- от 0 до 1 или до 100: документ об этом молчит
    percent = function(answer)
      local progress = tonumber(answer.progress)
      return progress and (progress <= 1 and progress * 100 or progress)
    end,
    film = "output.1",
    every_s = 5,
  },

  cancel = { method = "DELETE", url = "/tasks/{id}" },

  errors = {
    code = { "failureCode", "code" },
    message = { "failure", "error" },
    moderation = { "safety", "moderation" },
    billing = { "not have enough credits" },
    busy = { "daily" },
  },
}
