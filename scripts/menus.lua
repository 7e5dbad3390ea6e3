-- Меню: какие кнопки есть и где они стоят. Сами надписи — в файле locales/ru.lua.
--
-- Каждые внутренние скобки { … } — один ряд кнопок. Меняйте ряды и кнопки местами, убирайте лишние.

return {
  -- Главное меню, под приветствием. Кнопки:
  --   generate  создать видео
  --   balance   баланс и история
  --   queue     мои видео в работе
  --   buy       пополнить
  --   help      подсказки
  main = {
    { "generate" },
    { "balance", "queue" },
    { "buy", "help" },
  },

  -- Быстрые предложения после описания видео: одно нажатие — и остаётся только подтвердить.
  --   text         имя надписи из раздела labels в locales/ru.lua
  --   model        id модели из pricing.lua
  --   seconds      длина видео в секундах
  --   orientation  vertical — вертикальное, horizontal — горизонтальное
  -- Если модель спрятана (hidden = true), её предложение спрячется вместе с ней.
  quick = {
    { text = "quick_fast", model = "sora-2", seconds = 8, orientation = "horizontal" },
    { text = "quick_premium", model = "sora-2-pro", seconds = 8, orientation = "horizontal" },
  },

  -- Под готовым видео: again — ещё раз с тем же описанием, new — новое видео.
  video = {
    { "again", "new" },
  },
}
