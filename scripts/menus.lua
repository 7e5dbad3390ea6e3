-- Меню: какие кнопки есть и где они стоят. Сами надписи — в файле locales/ru.lua.
--
-- Каждые внутренние скобки { … } — один ряд кнопок.
--   Поменять кнопки местами: переставьте ряды или слова в них, например  { "balance", "buy" }  →  { "buy", "balance" }
--   Убрать кнопку: сотрите её слово или весь ряд.
--   Добавить кнопку со ссылкой: впишите надпись в labels каждого файла locales, а сюда — { url = "https://…", text = "её_имя" }
--
-- Кнопка — это слово: "buy". Или таблица, если нужно больше:
--   { action = "buy", text = "buy_now" }              другая надпись: её имя из раздела labels в locales/ru.lua
--   { url = "https://t.me/…", text = "our_channel" }  открыть адрес; надпись для него нужна обязательно
--   { action = "queue", admin = true }                эту кнопку видят только администраторы
-- В надпись можно подставить {balance} — сколько токенов на счёте того, кто смотрит.
-- Меню может быть и функцией: пример — в конце файла.

return menus {
  -- Главное меню, под приветствием. Кнопки:
  --   generate  создать видео
  --   ideas     готовые идеи (scripts/ideas.lua)
  --   videos    готовые видео: посмотреть, прислать ещё раз
  --   balance   баланс и история
  --   queue     мои видео в работе
  --   buy       пополнить
  --   help      подсказки
  main = {
    { "generate" },
    { "ideas", "queue" },
    { "balance", "buy" },
    { "help" },
    { "videos" },
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

  -- Под готовым видео. Кнопки:
  --   again   ещё раз с тем же описанием и с теми же настройками
  --   edit    изменить описание, настройки прежние
  --   size    то же видео в другом формате
  --   remix   изменить само видео; видна, только если у модели в pricing.lua есть remix = true
  --   extend  продолжить видео с того места, где оно кончилось; видна, только если у модели в pricing.lua есть extend = true
  --   resend  прислать ещё раз, бесплатно
  --   file    прислать файлом, без сжатия
  --   new     новое видео
  video = {
    { "again", "edit" },
    { "size", "remix" },
    { "extend" },
    { "file", "new" },
  },

  -- Под списком пакетов. "packages" — все пакеты из packages.lua; { package = 742 } — один из них на своём месте;
  -- годятся и кнопки главного меню.
  buy = {
    { "packages" },
  },

  -- Сколько кнопок в одном ряду там, где покупатель выбирает сам. Если надписи длинные, хватит одной.
  per_row = {
    models = 1, -- качество
    seconds = 1, -- длина
    shapes = 1, -- формат кадра
    packages = 1, -- пакеты
    categories = 2, -- темы идей
    ideas = 1, -- идеи внутри темы
  },

  -- Какой формат кадра предлагать первым.
  first_shape = "vertical",

  -- Как с вами связаться: покупатель увидит это в /support, /paysupport, /terms и /privacy. Имя в Telegram, телефон, почта или
  -- ссылка. Без этой строки бот даст ссылку на первого администратора.
  -- contact = "@my_username",
}

-- Вместо рядов меню может быть функцией: она получает ctx — кто смотрит — и возвращает ряды. Например, новичку без токенов
-- кнопка «Пополнить» сверху, а администратору — ещё один ряд:
--
--   main = draw.main(function(ctx)
--     local rows = draw.rows()
--     if ctx.balance == 0 then table.insert(rows, { "buy" }) end
--     table.insert(rows, { "generate", "ideas" })
--     table.insert(rows, { "balance", "queue" })
--     if ctx.admin then table.insert(rows, { { url = "https://dashboard.stripe.com", text = "stripe" } }) end
--     return rows
--   end),
--
--   ctx.language    язык: "ru"            ctx.models    что продаётся сейчас: у каждой id, title, from_price
--   ctx.admin       true или false        ctx.packages  пакеты: у каждого tokens, price, discount_percent
--   ctx.balance     сколько токенов       ctx.promo     идущая акция: title, percent — или false, если её нет
--
-- Прежде чем принять файл, бот попробует функцию на всех: с деньгами и без, с моделями и без, на каждом языке.
