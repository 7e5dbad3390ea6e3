-- Идеи для тех, кто не знает, что снять: темы, а в них готовые описания. Одно нажатие — и остаётся выбрать качество.
--
--   id      короткое имя латиницей, внутри одного списка у каждой своё; покупатели его не видят
--   title   надпись на кнопке
--   prompt  описание, которое получит модель; длина — не больше, чем принимают все модели (prompt_limit в pricing.lua)
-- Надпись и описание можно написать один раз для всех: title = "Кот". Или на каждом языке: title = { ru = "Кот", en = "A cat" };
-- тем, чьего языка нет, достанется ru.
--
-- Добавить идею: скопируйте строки от { до }, и поменяйте в них id, title и prompt. Например:
--   { id = "kaindy", title = "Озеро Каинды", prompt = "Затопленный лес на горном озере, камера плывёт над водой." },
--
-- Внизу файла — предупреждения (warnings): слова, из-за которых модели обычно отказывают. Если такое слово есть в описании, бот
-- предупредит до заказа и предложит описание изменить; заказать всё равно можно.

return ideas {
  categories = {
    {
      id = "animals",
      title = { ru = "🐱 Животные", kk = "🐱 Жануарлар", en = "🐱 Animals" },
      ideas = {
        {
          id = "jazz-cat",
          title = { ru = "Кот играет на пианино", kk = "Мысық пианино ойнайды", en = "A cat plays the piano" },
          prompt = {
            ru = "Рыжий кот играет на рояле в маленьком джаз-клубе. Тёплый приглушённый свет, лёгкий дым в луче прожектора, камера медленно приближается к лапам на клавишах. Слышен негромкий джаз.",
            kk = "Сары мысық шағын джаз-клубта рояльде ойнап отыр. Жылы көмескі жарық, прожектор сәулесінде жеңіл түтін, камера пернелердегі табандарға баяу жақындайды. Жайлы джаз естіледі.",
            en = "A ginger cat plays a grand piano in a small jazz club. Warm dim light, thin smoke in the beam of a spotlight, the camera slowly moves in on the paws on the keys. Soft jazz is heard.",
          },
        },
        {
          id = "space-dog",
          title = { ru = "Пёс в космосе", kk = "Ғарыштағы ит", en = "A dog in space" },
          prompt = {
            ru = "Корги в скафандре парит внутри космической станции и ловит ртом капли воды. За иллюминатором медленно проплывает Земля. Мягкий холодный свет, камера плавно облетает пса.",
            kk = "Скафандр киген корги ғарыш станциясының ішінде қалықтап жүріп, су тамшыларын аузымен қағып алады. Иллюминатордың сыртында Жер баяу жүзіп өтеді. Жұмсақ салқын жарық, камера итті бірқалыпты айналып өтеді.",
            en = "A corgi in a spacesuit floats inside a space station and catches drops of water with its mouth. The Earth drifts slowly past the window. Soft cold light, the camera glides around the dog.",
          },
        },
        {
          id = "snow-leopard",
          title = { ru = "Снежный барс в горах", kk = "Таудағы ақ барыс", en = "A snow leopard in the mountains" },
          prompt = {
            ru = "Снежный барс осторожно ступает по гребню заснеженного хребта в Заилийском Алатау на рассвете. Съёмка с дрона, розовый свет на вершинах, ветер поднимает снежную пыль.",
            kk = "Таң шапағында Іле Алатауының қарлы жотасымен ақ барыс сақ басып келеді. Дроннан түсірілім, шыңдарда қызғылт сәуле, жел қар тозаңын көтереді.",
            en = "A snow leopard steps carefully along the crest of a snowy ridge in the Tian Shan at dawn. Drone footage, pink light on the peaks, the wind lifts snow dust.",
          },
        },
      },
    },
    {
      id = "nature",
      title = { ru = "🏔 Природа", kk = "🏔 Табиғат", en = "🏔 Nature" },
      ideas = {
        {
          id = "charyn",
          title = { ru = "Каньон на закате", kk = "Күн батардағы шатқал", en = "A canyon at sunset" },
          prompt = {
            ru = "Пролёт дрона над Чарынским каньоном на закате: красные скалы, длинные тени, внизу блестит река. Плавное движение вперёд, кинематографичный цвет.",
            kk = "Күн батарда дрон Шарын шатқалының үстімен ұшып өтеді: қызыл жартастар, ұзын көлеңкелер, төменде өзен жылтырайды. Алға қарай бірқалыпты қозғалыс, кинодағыдай түстер.",
            en = "A drone flight over Charyn Canyon at sunset: red rocks, long shadows, a river glinting below. Smooth forward motion, cinematic colours.",
          },
        },
        {
          id = "steppe-storm",
          title = { ru = "Гроза над степью", kk = "Дала үстіндегі найзағай", en = "A storm over the steppe" },
          prompt = {
            ru = "Широкая казахская степь, на горизонте стена грозовых туч, вдали бьют молнии. По высокой траве идут волны от ветра, табун лошадей скачет слева направо. Общий план, камера движется вместе с табуном.",
            kk = "Кең қазақ даласы, көкжиекте түнерген бұлт қабырғасы, алыста найзағай жарқылдайды. Биік шөп желмен толқиды, жылқы үйірі солдан оңға қарай шауып барады. Жалпы план, камера үйірмен бірге қозғалады.",
            en = "A wide Kazakh steppe, a wall of thunderclouds on the horizon, distant lightning. Waves of wind run through the tall grass, a herd of horses gallops from left to right. Wide shot, the camera moves with the herd.",
          },
        },
        {
          id = "macro-dew",
          title = { ru = "Капля росы крупно", kk = "Шық тамшысы жақыннан", en = "A dewdrop up close" },
          prompt = {
            ru = "Макросъёмка: капля росы медленно скатывается по травинке, в ней отражается восходящее солнце. Малая глубина резкости, боке, очень медленное движение камеры. Тишина и пение птиц.",
            kk = "Макротүсірілім: шық тамшысы шөп сабағымен баяу сырғиды, онда шығып келе жатқан күн шағылысады. Артқы көрініс бұлыңғыр, боке, камера өте баяу қозғалады. Тыныштық және құстардың әні.",
            en = "Macro shot: a dewdrop slowly rolls down a blade of grass, the rising sun reflected in it. Shallow depth of field, bokeh, very slow camera movement. Silence and birdsong.",
          },
        },
      },
    },
    {
      id = "city",
      title = { ru = "🌃 Город", kk = "🌃 Қала", en = "🌃 City" },
      ideas = {
        {
          id = "neon-rain",
          title = { ru = "Неон и дождь", kk = "Неон мен жаңбыр", en = "Neon and rain" },
          prompt = {
            ru = "Ночная улица большого города под дождём: неоновые вывески отражаются в лужах, прохожие с прозрачными зонтами. Камера едет низко над мокрым асфальтом. Настроение фильма в жанре киберпанк.",
            kk = "Үлкен қаланың жаңбырлы түнгі көшесі: неон жазулар шалшықтарда шағылысады, өткіншілер мөлдір қолшатыр ұстаған. Камера су асфальттың үстімен төмен жылжиды. Киберпанк фильмінің көңіл күйі.",
            en = "A big city street at night in the rain: neon signs are mirrored in puddles, people pass with clear umbrellas. The camera travels low over the wet asphalt. The mood of a cyberpunk film.",
          },
        },
        {
          id = "almaty-morning",
          title = { ru = "Утро в Алматы", kk = "Алматының таңы", en = "Morning in Almaty" },
          prompt = {
            ru = "Раннее утро в Алматы: тихая улица с арыками и старыми тополями, за домами снежные горы в золотом свете. Проезжает велосипедист, камера плавно поднимается над деревьями.",
            kk = "Алматының ерте таңы: арықтары мен кәрі теректері бар тыныш көше, үйлердің артында алтын нұрға бөленген қарлы таулар. Велосипедші өтіп барады, камера ағаштардың үстіне бірқалыпты көтеріледі.",
            en = "Early morning in Almaty: a quiet street with irrigation ditches and old poplars, snowy mountains in golden light behind the houses. A cyclist rides by, the camera rises smoothly above the trees.",
          },
        },
      },
    },
    {
      id = "business",
      title = { ru = "📦 Для бизнеса", kk = "📦 Бизнеске", en = "📦 For business" },
      ideas = {
        {
          id = "coffee",
          title = { ru = "Реклама кофе", kk = "Кофе жарнамасы", en = "A coffee commercial" },
          prompt = {
            ru = "Рекламный ролик: крупный план чашки эспрессо на тёмном деревянном столе, струя молока рисует узор, поднимается пар. Тёплый боковой свет, медленное движение камеры по дуге, аппетитно и дорого.",
            kk = "Жарнама ролигі: қара ағаш үстелдегі эспрессо кесесі ірі планда, сүт ағыны өрнек салады, бу көтеріледі. Бүйірден түскен жылы жарық, камера доға бойымен баяу қозғалады, тәбет ашарлық әрі сәнді.",
            en = "A commercial: close-up of a cup of espresso on a dark wooden table, a stream of milk draws a pattern, steam rises. Warm side light, the camera moves slowly in an arc, appetising and premium.",
          },
        },
        {
          id = "sneakers",
          title = { ru = "Кроссовки в движении", kk = "Қозғалыстағы кроссовка", en = "Sneakers in motion" },
          prompt = {
            ru = "Рекламный ролик кроссовок: белая пара парит в воздухе и медленно вращается, вокруг разлетаются брызги цветной краски. Чистый светлый фон, студийный свет, резкие детали ткани и подошвы.",
            kk = "Кроссовка жарнамасы: ақ жұп ауада қалықтап, баяу айналады, айналасында түрлі-түсті бояу шашырайды. Таза ашық фон, студия жарығы, мата мен табанның ұсақ бөлшектері анық көрінеді.",
            en = "A sneaker commercial: a white pair hovers in the air and slowly rotates while splashes of coloured paint fly around it. Clean light background, studio lighting, crisp detail of fabric and sole.",
          },
        },
        {
          id = "flat-tour",
          title = { ru = "Квартира изнутри", kk = "Пәтердің іші", en = "Inside a flat" },
          prompt = {
            ru = "Плавный проход камеры через светлую современную квартиру: гостиная с большими окнами, кухня, вид на город. Утренний свет, лёгкие занавески колышутся от ветра, естественные цвета.",
            kk = "Камера жарық заманауи пәтердің ішімен бірқалыпты жүріп өтеді: терезелері үлкен қонақбөлме, ас үй, қала көрінісі. Таңғы жарық, жеңіл перделерді жел тербетеді, табиғи түстер.",
            en = "A smooth camera walk through a bright modern flat: a living room with large windows, a kitchen, a view of the city. Morning light, thin curtains sway in the wind, natural colours.",
          },
        },
      },
    },
    {
      id = "fantasy",
      title = { ru = "🐉 Фантастика", kk = "🐉 Қиял", en = "🐉 Fantasy" },
      ideas = {
        {
          id = "paper-dragon",
          title = { ru = "Бумажный дракон", kk = "Қағаз айдаһар", en = "A paper dragon" },
          prompt = {
            ru = "Дракон из сложенной бумаги оживает на письменном столе, расправляет крылья и взлетает вокруг лампы. Покадровая анимация, тёплый свет, видна фактура бумаги.",
            kk = "Бүктелген қағаздан жасалған айдаһар жазу үстелінде тіріліп, қанатын жайып, шамды айнала ұшады. Кадрлап түсірілген анимация, жылы жарық, қағаздың бедері көрінеді.",
            en = "A dragon of folded paper comes to life on a desk, spreads its wings and flies around the lamp. Stop-motion animation, warm light, the texture of the paper is visible.",
          },
        },
        {
          id = "sky-whale",
          title = { ru = "Кит в облаках", kk = "Бұлттағы кит", en = "A whale in the clouds" },
          prompt = {
            ru = "Огромный синий кит медленно плывёт среди закатных облаков над спящим городом. Люди на крышах смотрят вверх. Широкий план, мягкий розовый свет, ощущение чуда.",
            kk = "Ұйықтап жатқан қаланың үстінде, кешкі бұлттардың арасында алып көк кит баяу жүзіп барады. Шатырлардағы адамдар жоғары қарап тұр. Кең план, жұмсақ қызғылт жарық, ғажайып сезім.",
            en = "A huge blue whale swims slowly among sunset clouds above a sleeping city. People on the rooftops look up. Wide shot, soft pink light, a sense of wonder.",
          },
        },
      },
    },
  },

  -- О чём предупреждать. about — что не получится, words — по каким словам узнать (заглавные буквы и ё не важны):
  --   "порно*"        всё, что начинается так: порно, порнография
  --   "джоли"         только это слово целиком
  --   "илон* маск*"   слова подряд
  warnings = {
    {
      about = {
        ru = "реальные люди, в том числе знаменитости",
        kk = "нақты адамдар, соның ішінде танымал тұлғалар",
        en = "real people, celebrities included",
      },
      words = {
        "путин*", "трамп", "трампа", "трампу", "трампом", "байден*", "зеленск*", "макрон*", "токаев*", "назарбаев*", "си цзиньпин*", "ким чен ын*", "меркель",
        "обам*", "илон* маск*", "цукерберг*", "билл* гейтс*", "стив* джобс*", "роналд*", "месси", "мбаппе", "хабиб*",
        "конор* макгрегор*", "головкин*", "димаш*", "кайрат* нуртас*", "скриптонит*", "моргенштерн*", "пугачев*", "киркоров*", "баста",
        "тимати", "дудь*", "собчак*", "мистер* бист*", "джоли", "брэд* питт*", "ди каприо", "дикаприо", "киану ривз*", "джеки чан*",
        "джонни депп*", "тейлор свифт", "билли айлиш", "эминем*", "канье", "бейонсе", "рианн*", "майкл* джексон*", "виктор* цо*",
        "знаменитост*", "мой бывший", "моя бывшая", "мою бывшую", "моя жена", "мою жену", "мой муж", "моего мужа", "мой начальник", "моего начальника", "тоқаев*", "менің досым*",
        "putin*", "trump", "trumps", "biden*", "zelensky*", "macron*", "tokayev*", "nazarbayev*", "xi jinping", "kim jong un", "obama*",
        "elon musk*", "zuckerberg*", "bill gates", "steve jobs", "ronaldo*", "messi", "mbappe", "khabib*", "mcgregor*", "dimash*",
        "mr beast", "mrbeast*", "angelina jolie", "brad pitt*", "dicaprio*", "keanu reeves", "jackie chan", "johnny depp*", "taylor swift*",
        "billie eilish", "eminem*", "kanye*", "beyonce*", "beyoncé*", "rihanna*", "michael jackson*", "celebrit*", "my ex", "my boss",
      },
    },
    {
      about = { ru = "сцены 18+", kk = "18+ көріністер", en = "18+ scenes" },
      words = {
        "порно*", "секс*", "эроти*", "голая девушк*", "голую девушк*", "голые девушк*", "голая женщин*",
        "голую женщин*", "голые женщин*", "голый мужчин*", "голые люди", "голый человек", "обнажен*", "нагишом", "стриптиз*",
        "оргазм*", "минет*", "нюдс*", "без одежды", "без трусов", "хентай*", "жалаңаш*", "порнограф*",
        "porn*", "sex", "sexy", "sexual*", "erotic*", "nude", "nudes", "nudity", "naked", "topless", "striptease*", "hentai*", "nsfw",
        "orgasm*", "blowjob*", "fetish*",
      },
    },
    {
      about = { ru = "жестокость и кровь", kk = "қатыгездік пен қан", en = "cruelty and gore" },
      words = {
        "расчлен*", "пытк*", "пытать", "пытают", "казнь", "казни", "казнят", "казнить", "кишки", "кровищ*", "самоубийств*", "суицид*", "повесил*", "теракт*", "геноцид*",
        "отруб* голов*", "изнасил*", "нацис*", "гитлер*", "свастик*", "азаптау*", "өлтір*", "қанға боял*",
        "gore", "gory", "torture*", "behead*", "dismember*", "suicid*", "terrorist attack*", "genocide*", "rape", "raped", "nazi*", "hitler*",
        "swastika*", "mutilat*",
      },
    },
    {
      about = {
        ru = "чужие персонажи и марки",
        kk = "бөтен кейіпкерлер мен брендтер",
        en = "others' characters and brands",
      },
      words = {
        "микки маус*", "дисней*", "пиксар*", "шрек*", "миньон*", "человек-паук*", "человека-паука", "спайдермен*", "бэтмен*",
        "супермен*", "железн* человек*", "халк", "халка", "капитан* америк*", "марвел*", "джокер*", "гарри поттер*", "гермион*", "хогвартс*", "дарт* вейдер*",
        "магистр* йод*", "звездн* войн*", "джедай*", "пикачу", "покемон*", "марио", "соник", "наруто", "гоку", "тоторо", "годзилл*", "губк* боб*", "спанч боб*",
        "симпсон*", "рик и морти", "барби", "чебурашк*", "винни-пух*", "винни пух*", "маша и медведь", "смешарик*", "кока-кол*", "макдональдс*",
        "mickey mouse", "disney*", "pixar*", "shrek*", "minion*", "spider-man", "spiderman*", "batman*", "superman*", "iron man",
        "hulk", "captain america", "marvel", "harry potter*", "hermione*", "hogwarts*", "darth vader*", "yoda*", "star wars", "jedi*",
        "pikachu*", "pokemon*", "pokémon*", "super mario", "sonic the hedgehog", "naruto*", "goku*", "totoro*", "godzilla*", "spongebob*",
        "simpsons*", "rick and morty", "barbie*", "winnie the pooh", "coca-cola*", "mcdonald*",
      },
    },
    {
      about = { ru = "чужая музыка и песни", kk = "бөтен музыка мен әндер", en = "others' music and songs" },
      words = {
        "под песню", "под музыку из", "песня группы", "песн* из", "трек* от", "хит* групп*", "саундтрек* из", "клип* на песн*", "гимн* лиги чемпионов",
        "битлз", "the beatles", "beatles", "queen song", "song by", "music from", "soundtrack of", "soundtrack from", "theme from", "әнін айт*",
      },
    },
  },
}
