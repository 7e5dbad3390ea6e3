-- Модели и цены.
--
-- Правьте этот файл в любом редакторе и сохраняйте: новые цены появятся на кнопках сразу, перезапускать ничего не надо.
-- Ошиблись — не страшно: бот продолжит работать по прежним ценам и подскажет файл и строку с ошибкой.
-- Кто уже заказал видео, заплатит столько, сколько видел на кнопке.
--
-- Три правила записи:
--   • дробная часть — через точку: 1.5, а не 1,5;
--   • текст — в прямых кавычках: "Sora-2";
--   • после каждого значения — запятая.
-- Всё, что стоит после двух дефисов, — примечание для людей: бот его не читает.

return pricing {
  -- Сколько тенге стоит один доллар и на какой день этот курс. Изменился курс — поменяйте оба значения.
  usd_rate = 480,
  usd_rate_date = "2026-11-22",

  -- Наценка: во сколько раз цена больше того, что просит движок. 1.5 — это плюс 50 %.
  markup = 1.5,

  -- Поднять или опустить все цены сразу, в процентах. 0 — как есть.
  --   Поднять все цены на 5 %:      raise_percent = 5,
  --   Опустить все цены на 10 %:    raise_percent = -10,
  raise_percent = 0,

  -- Способы оплаты и комиссии: что с каждого платежа забирает тот, кто его принимает.
  --   percent       сколько процентов платежа; не написано — нисколько
  --   usd           и ещё столько-то долларов с каждого платежа; не написано — нисколько
  --   usd_per_star  только для звёзд: сколько долларов Telegram платит вам за одну
  rails = {
    stripe = { percent = 2.9, usd = 0.30 }, -- с казахстанских карт Stripe берёт больше: percent = 5.4, usd = 0.30
    kaspi = { percent = 0.95 }, -- по договору с Kaspi бывает от 0.95 до 1.29
    stars = { usd_per_star = 0.013 },
    admin = { percent = 0 }, -- деньги пришли прямо к вам, а токены вы выдали сами
  },

  -- Маржа — какая часть денег за видео остаётся вам, когда уплачено движку и за приём платежа и учтены все скидки.
  -- Меньше margin_floor_percent процентов — бот не примет файл и покажет, на чём вы потеряете.
  -- Меньше margin_warning_percent — примет, но предупредит.
  -- Если дешёвая продажа задумана, допишите в ту модель, пакет или акцию:  allow_loss = true,
  margin_floor_percent = 5,
  margin_warning_percent = 15,

  -- Акции: скидка, которая начнётся и кончится сама. Добавить: уберите два дефиса перед строкой-примером и поправьте её.
  --   title    название для покупателей; можно не писать
  --   from     первый день со скидкой; без него она уже идёт
  --   to       последний день со скидкой; без него она идёт, пока вы её не уберёте
  --   days     дни недели: mon, tue, wed, thu, fri, sat, sun; без них — каждый день
  --   percent  сколько процентов скинуть, от 1 до 90; цена округляется вверх, до целого токена
  --   models   id моделей; без них — все
  -- Скидка на выходные — первая строка-пример, скидка каждые выходные — вторая.
  -- Если подходят две акции, покупатель получает лучшую; вместе они не складываются.
  promos = {
    -- { title = "Выходные", from = "2026-11-28", to = "2026-11-29", percent = 20, models = { "sora-2" } },
    -- { title = "Каждые выходные", days = { "sat", "sun" }, percent = 10 },
  },

  -- Сколько токенов подарить новому пользователю. 0 — ничего не дарить.
  welcome_tokens = 0,

  -- Предохранитель от опечаток: дороже этого видео стоить не может. Если по формуле выйдет больше, бот не примет файл.
  max_price = 100000,

  -- Модели — в том порядке, в каком их увидят покупатели.
  --
  -- Скрыть Pro (или другую модель): под её строкой id добавьте строку  hidden = true,  — а чтобы вернуть, эту строку уберите.
  -- Добавить модель: скопируйте блок от { до }, целиком и поменяйте в нём id, title, engine_model, usd_per_second и остальное.
  -- Поднять цену одной модели на 10 %: под её строкой id добавьте строку  raise_percent = 10,
  --
  --   id                       короткое имя для бота, у каждой модели своё; покупатели его не видят
  --   title                    название на кнопке
  --   engine, engine_model     кто делает видео и как модель называется у него
  --   usd_per_second           сколько долларов движок просит за секунду
  --   routes                   вместо этих трёх, если модель есть у нескольких: по очереди, как вы их поставите. Пока первый
  --                            отвечает, снимает он; не берёт заказ — заказ уходит к следующему, а покупатель платит ту же цену.
  --                            Цена считается по самому дорогому, поэтому запасной маршрут никогда не в убыток
  --   seconds                  какой длины бывает видео, в секундах
  --   sizes                    размеры кадра: vertical — вертикальный, horizontal — горизонтальный
  --   wait_minutes             сколько минут обычно ждать, от и до (пока бот не измерил это сам)
  --   prompt_limit             сколько знаков может быть в описании видео
  --   raise_percent            на сколько процентов поднять цену одной этой модели; можно не писать
  --   render_deadline_minutes  сколько минут ждать самое большее; потом бот вернёт деньги
  --   remix                    true, если движок умеет менять готовое видео по описанию
  --   extend                   true, если движок умеет продолжать готовое видео (у Sora это /videos/extensions); из сервисов, которые мы
  --                            знаем, сегодня этого не обещает ни один, поэтому в примерах его нет
  --   stop                     true, если движок останавливает начатое видео по просьбе и денег за него не берёт
  --   picture                  true, если видео может начинаться с картинки, которую пришлёт покупатель
  models = {
    {
      id = "sora-2",
      title = "Sora-2 · 720p",
      engine = "sora",
      engine_model = "sora-2",
      usd_per_second = 0.10,
      seconds = { 4, 8, 12 },
      sizes = { vertical = "720x1280", horizontal = "1280x720" },
      wait_minutes = { 2, 5 },
      prompt_limit = 4000,
      render_deadline_minutes = 30,
      remix = true,
      picture = true,
    },
    {
      id = "sora-2-pro",
      title = "Sora-2 Pro · 720p",
      engine = "sora",
      engine_model = "sora-2-pro",
      usd_per_second = 0.30,
      seconds = { 4, 8, 12 },
      sizes = { vertical = "720x1280", horizontal = "1280x720" },
      wait_minutes = { 5, 10 },
      prompt_limit = 4000,
      render_deadline_minutes = 30,
      remix = true,
      picture = true,
    },
    {
      id = "sora-2-pro-1080",
      title = "Sora-2 Pro · 1080p",
      engine = "sora",
      engine_model = "sora-2-pro",
      usd_per_second = 0.50,
      seconds = { 4, 8, 12 },
      sizes = { vertical = "1024x1792", horizontal = "1792x1024" },
      wait_minutes = { 5, 10 },
      prompt_limit = 4000,
      render_deadline_minutes = 30,
      remix = true,
      picture = true,
    },
    -- Модели других сервисов. Пока ключа сервиса нет в .env, его моделей не видит никто; появится ключ — появятся и они.
    -- Сколько просит движок, взято из чужих пересказов прайсов от 2026-09-19; 2026-11-22 мы их перечитали, но видео через эти
    -- сервисы ещё никто не снимал. Прежде чем продавать, сверьте цены с прайсом сервиса и снимите одно видео сами:
    --   sora-bot engine try openrouter "кот на крыше"
    -- Не нужна — уберите блок или допишите  hidden = true,
    {
      id = "veo-3.1-fast",
      title = "Veo 3.1 Fast · 720p",
      routes = {
        { engine = "openrouter", engine_model = "google/veo-3.1-fast", usd_per_second = 0.10 },
        { engine = "gemini", engine_model = "veo-3.1-fast-generate-preview", usd_per_second = 0.10 },
        { engine = "fal", engine_model = "fal-ai/veo3.1/fast", usd_per_second = 0.15 }, -- со звуком
      },
      seconds = { 4, 6, 8 },
      sizes = { vertical = "720x1280", horizontal = "1280x720" },
      wait_minutes = { 1, 4 },
      prompt_limit = 1500,
      render_deadline_minutes = 30,
      picture = true,
    },
    {
      id = "veo-3.1-lite",
      title = "Veo 3.1 Lite · 720p",
      routes = {
        { engine = "openrouter", engine_model = "google/veo-3.1-lite", usd_per_second = 0.05 },
        { engine = "gemini", engine_model = "veo-3.1-lite-generate-preview", usd_per_second = 0.05 },
      },
      seconds = { 4, 6, 8 },
      sizes = { vertical = "720x1280", horizontal = "1280x720" },
      wait_minutes = { 1, 4 },
      prompt_limit = 1500,
      render_deadline_minutes = 30,
      picture = true,
    },
    {
      id = "kling-3-pro",
      title = "Kling 3 Pro",
      engine = "fal",
      engine_model = "fal-ai/kling-video/v3/pro/text-to-video",
      usd_per_second = 0.168, -- со звуком
      seconds = { 5, 10, 15 },
      sizes = { vertical = "1080x1920", horizontal = "1920x1080", square = "1080x1080" },
      wait_minutes = { 3, 8 },
      prompt_limit = 2500,
      render_deadline_minutes = 40,
    },
    {
      id = "kling-3",
      title = "Kling 3 · 720p",
      engine = "kling",
      engine_model = "kling-3.0",
      usd_per_second = 0.126, -- со звуком
      seconds = { 5, 10, 15 },
      sizes = { vertical = "720x1280", horizontal = "1280x720", square = "720x720" },
      wait_minutes = { 3, 8 },
      prompt_limit = 2500,
      render_deadline_minutes = 40,
      picture = true, -- Kling забирает её по ссылке: нужен PUBLIC_URL
    },
    {
      id = "minimax-h3",
      title = "MiniMax H3 · 768p",
      engine = "minimax",
      engine_model = "MiniMax-H3",
      usd_per_second = 0.08,
      seconds = { 5, 10, 15 },
      sizes = { vertical = "768x1344", horizontal = "1344x768", square = "768x768" },
      wait_minutes = { 2, 6 },
      prompt_limit = 2000,
      render_deadline_minutes = 40,
      picture = true,
    },
    {
      id = "seedance-2.5",
      title = "Seedance 2.5 · 720p",
      engine = "openrouter",
      engine_model = "bytedance/seedance-2.5",
      usd_per_second = 0.23, -- столько стоит 720p у самого BytePlus; «от 0.10» у OpenRouter — за меньший кадр
      seconds = { 5, 10, 15 },
      sizes = { vertical = "720x1280", horizontal = "1280x720" },
      wait_minutes = { 2, 6 },
      prompt_limit = 2000,
      render_deadline_minutes = 40,
      picture = true,
    },
  },

  -- Формула цены. Бот считает по ней один раз, когда читает файл, — для каждой модели и каждой длины.
  --   video.usd_cost   сколько долларов движок возьмёт за всё видео
  --   video.seconds, video.usd_per_second, video.model   длина, цена секунды и id модели
  --   video.raise_percent   на сколько процентов поднята цена этой модели
  --   shop             значения из начала файла: курс, наценка, способы оплаты
  -- Ответ — целое число тенге; math.ceil округляет вверх.
  price = function(video, shop)
    local card = shop.rails.stripe
    local usd = video.usd_cost * shop.markup + card.usd
    local tenge = usd * shop.usd_rate / (1 - card.percent / 100)
    local raised = tenge * (1 + shop.raise_percent / 100)
    return math.ceil(raised * (1 + video.raise_percent / 100))
  end,
}
