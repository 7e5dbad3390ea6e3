-- Всё, что бот говорит по-английски. Сохраните файл — и уже следующее сообщение выйдет с новым текстом.
--
-- Ключи, места {…} и подписи — те же, что в ru.lua; там же подробнее рассказано, как это читать:
--   {price}         сюда бот подставит значение; число он сам разобьёт на разряды: 1 928
--   {amount:token}  число вместе со словом в нужной форме: 1 token, 2 tokens (формы — в words)
--   {{ и }}         обычные фигурные скобки
--   <b>…</b>        жирный, <i>…</i> курсив, <code>…</code> моноширинный; на кнопках оформления не бывает
-- Места в тексте можно переставлять и убирать. Ключ удалить нельзя: бот скажет, какого не хватает.

return locale {
  language = "en",

  -- Слова рядом с числами: one — 1; other — все остальные.
  words = {
    token = { one = "token", other = "tokens" },
    order = { one = "order", other = "orders" },
    character = { one = "character", other = "characters" },
  },

  -- Подписи быстрых предложений: их ключи названы в scripts/menus.lua. Можно {model} и {seconds}; цену бот допишет сам.
  labels = {
    quick_fast = "⚡️ Fast · Sora-2, {seconds} s",
    quick_premium = "💎 Premium · Pro, {seconds} s",
  },

  texts = {
    -- Знакомство --------------------------------------------------------------------------------------------------------

    greeting = [[Hello, {name}!

I turn words into videos. Describe a scene in an ordinary message — for example: <i>“A cat plays the piano in a jazz club, warm light, the camera slowly moves in”</i> — or send a picture with a caption, and choose the quality. You see the price before you order, and if the video does not work out, you get all your tokens back.

You have {balance:token}. 1 token = 1 ₸.]],

    greeting_gift = "🎁 Of these, {amount:token} are our gift for you to try it out.",
    welcome = "🎁 Here is a gift to try it out: {amount:token}.",

    help = [[<b>How to get a good video</b>

• Say who is in the shot, what they are doing and where: <i>“a ginger cat plays the piano in a jazz club”</i>.
• Add light and mood: <i>“warm dim light, rain outside the window”</i>.
• Tell the camera how to move: <i>“the camera slowly moves in”</i>.
• One scene, one action: a story in three parts does not fit into 4–12 seconds.
• Write in English, Kazakh or Russian; the models understand English a little better.

<b>What the models will not make</b>

• real people, celebrities included;
• videos from photos with faces;
• 18+ scenes and cruelty;
• characters and music protected by copyright.

Such a request is declined, and you get all your tokens back.

<b>Commands</b>

/generate — a new video (or just write what should be in the shot)
/balance — balance and history
/queue — orders in progress
/videos — your videos
/buy — token packages
/promo — use a promo code
/invite — invite a friend
/language — the language I speak
/support — write to us
/help — these tips]],

    unknown_command = "There is no such command. There are /generate, /balance, /queue, /videos, /buy, /language and /help — or just write what should be in the shot.",
    other_message = "I understand words and pictures: describe a scene in an ordinary message, or send a picture with a caption, and I will offer you options with prices. Tips: /help.",
    ask_action = "Nice picture! What should happen in it? Describe it in one message, for example: “the camera slowly moves in, wind in her hair”.",
    picture_album = "From an album I take the first picture: a video begins with one.",
    picture_not_now = "No model makes videos from pictures right now. Describe the scene in words, and I will offer you options with prices.",
    picture_moves = "This is an animation, and a video begins with a still picture. Send a photo, JPEG, PNG or WebP.",
    picture_heic = "This is HEIC, and I cannot read such files. Send the same picture as a photo, not as a file: Telegram converts it by itself.",
    picture_too_large = "The picture is larger than 20 MB. Send it as a photo, not as a file, or make it smaller.",
    picture_too_many_pixels = "The picture is too large: it has more than 40 megapixels. Make it smaller and send it again.",
    picture_too_small = "The picture is too small: each side needs at least 64 pixels.",
    picture_unknown = "I cannot read this file as a picture. Photos, JPEG, PNG and WebP will do.",
    picture_damaged = "The picture is damaged and could not be opened. Please send another one, or this one again.",
    picture_lost = "The picture could not be fetched from Telegram. Send it once more, with a caption. Nothing was charged.",
    group = "Videos are ordered in a private chat: {link}",
    sorry = "Something broke on our side. Please try again in a minute — you will not be charged for nothing.",

    -- Меню и команды ----------------------------------------------------------------------------------------------------

    button_generate = "🎬 Make a video",
    button_balance = "💰 Balance",
    button_queue = "📋 My orders",
    button_buy = "💳 Top up",
    button_help = "💡 Tips",
    button_again = "🔁 Once more",
    button_new = "🎬 New video",

    command_start = "Main menu",
    command_generate = "Make a video",
    command_balance = "Balance and history",
    command_queue = "My orders",
    command_buy = "Top up the balance",
    command_help = "How to describe a scene",
    command_code = "Use a promo code: /promo CODE",
    command_invite = "Invite a friend",
    command_notifications = "Which messages to send",
    command_language = "Language · Тіл · Язык",

    -- Язык --------------------------------------------------------------------------------------------------------------

    -- Как этот язык называет себя сам: так он и стоит на кнопке.
    language_name = "English",
    language_ask = "Which language shall I speak?",
    language_set = "All right, English it is.",
    language_auto = "All right, I will speak the language of your Telegram if I know it. For now, that is English.",
    button_language_auto = "📱 Same as Telegram",

    -- Описание сцены ----------------------------------------------------------------------------------------------------

    ask_prompt = "What should be in the shot? Describe it in one message: who, doing what, where, in what light, and how the camera moves.",
    prompt_too_long = "The description is too long: {length:character}, and the models take up to {limit}. Please shorten it and send it again.",
    nothing_on_sale = "We cannot make videos right now: the service is temporarily unavailable. Please come back later — your balance is safe.",

    -- Карточка заказа до оплаты -----------------------------------------------------------------------------------------

    card_offers = [[<b>Your video</b>
<i>{prompt}</i>

Pick a ready-made option or set everything yourself.]],

    card_quality = [[<b>Quality</b>
<i>{prompt}</i>

The higher the quality, the more a second costs.]],

    card_seconds = [[<b>Length · {model}</b>
<i>{prompt}</i>

How many seconds?]],

    card_shape = [[<b>Format · {model}, {seconds} s</b>
<i>{prompt}</i>

What shape should the frame be?]],

    card_confirm = [[<b>Check your order</b>
<i>{prompt}</i>

{model} · {seconds} s · {shape}, {size}
Waiting time: {wait}

Price: <b>{price} ₸</b>
You have {before:token}, after the order {after:token}.]],

    card_missing = [[<b>You are {missing:token} short</b>
<i>{prompt}</i>

{model} · {seconds} s · {shape}, {size}
Price: <b>{price} ₸</b>
You have {balance:token}.]],

    card_picture = "🖼 The video will begin with your picture. If there are people’s faces in it, models usually refuse.",
    card_frame = "🖼 The first frame is exactly as above: the picture is cropped to the size of the video. With people’s faces in it models usually refuse.",
    card_dropped = "All right, this one is not ordered. Whenever you want another video, just write what should be in the shot.",
    price_changed = "⚠️ The price has changed: it was {old} ₸, now it is {new} ₸. We charge nothing without your consent.",
    not_sold_now = "This option is not available right now. Please choose another one.",
    wait_usual = "usually {from}–{to} min",
    wait_measured = "about {minutes} min",

    shape_vertical = "vertical",
    shape_horizontal = "horizontal",
    shape_square = "square",

    button_offer = "{label} — {price} ₸",
    button_custom = "⚙️ Set it up",
    button_model = "{model} — from {price} ₸",
    button_seconds = "{seconds} s — {price} ₸",
    button_shape = "{shape} · {size}",
    button_order = "✅ Make it for {price} ₸",
    button_back = "⬅️ Back",
    button_drop = "❌ Cancel",
    button_top_up = "💳 Top up",

    -- Карточка оформленного заказа --------------------------------------------------------------------------------------

    order_head = [[<b>Order No. {number}</b> · {model}, {seconds} s · {price} ₸
<i>{prompt}</i>]],

    order_next = "⏳ You are next in the queue.",
    order_queued = "⏳ In the queue, {ahead:order} ahead of you.",
    order_wait = "The video will be here in about {minutes} min.",
    order_starting = "⏳ Your order is being started.",
    order_rendering = [[{bar} {percent}%
{elapsed} so far · {rest}]],
    order_fetching = "📥 The video is made and on its way to us. {elapsed} so far.",
    order_ready = "📤 The video is ready, sending it to you.",
    order_delivered = "✅ Done! The video is below, in this chat.",
    order_cancelled = "The order is cancelled, {price:token} back on your balance.",
    order_refunded = "The video did not work out, {price:token} back on your balance.\n{reason}",
    rest_measured = "{time} left",
    rest_usual = "usually {from}–{to} min",
    time_soon = "less than a minute",
    time_seconds = "{seconds} s",
    time_minutes = "{minutes} min",
    time_both = "{minutes} min {seconds} s",
    button_cancel = "❌ Cancel the order",
    button_cancel_number = "❌ Cancel No. {number}",

    -- Короткие ответы на нажатие кнопки (до 200 символов, без оформления) -------------------------------------------------

    toast_ordered = "Order No. {number} is accepted",
    toast_cancelled = "Cancelled, {price:token} back on your balance",
    toast_too_late = "The video is being made already, so the order can no longer be cancelled.",
    toast_old = "This button is out of date. Write what should be in the shot, or open the menu: /start",
    toast_not_yours = "This is not your order.",
    toast_already = "An order has already been placed from this card: /queue",
    toast_queue_full = "There are too many orders right now. Please try again in a few minutes — you were not charged.",
    toast_too_many = "You already have {limit:order} in progress, which is the most at once. Wait for one to finish or cancel one: /queue",
    toast_no_room = "We are not taking new orders for the moment: we are making room for finished videos. You were not charged and your text is kept — please tap again a little later.",

    -- Деньги ------------------------------------------------------------------------------------------------------------

    balance = "You have <b>{available:token}</b>.",
    balance_held = "Another {held:token} set aside for orders in progress: charged when the video is ready, or returned.",
    history_title = "<b>Recent activity</b>",
    history_empty = "Nothing has happened here yet.",
    history_line = "{date}  <b>{amount}</b>  {reason} → {balance}",
    -- Дата в истории: {day}, {month} (имена — ниже) и {time}.
    date = "{day} {month} {time}",
    -- День без времени: 6 Nov 2026. Можно и {dd} (06), и {mm} (11).
    day_alone = "{day} {month} {year}",
    day_short = "{day} {month}",
    period = "{date} – {until}",
    month_1 = "Jan", month_2 = "Feb", month_3 = "Mar", month_4 = "Apr", month_5 = "May", month_6 = "Jun",
    month_7 = "Jul", month_8 = "Aug", month_9 = "Sep", month_10 = "Oct", month_11 = "Nov", month_12 = "Dec",
    weekday_1 = "Mon", weekday_2 = "Tue", weekday_3 = "Wed", weekday_4 = "Thu", weekday_5 = "Fri", weekday_6 = "Sat", weekday_7 = "Sun",
    reason_welcome = "gift",
    reason_top_up = "top-up",
    reason_hold = "order No. {number}",
    reason_capture = "order No. {number}, payment",
    reason_release = "order No. {number}, refund",

    buy = [[<b>Token packages</b>

{packages}

For now, we top up by hand: write to the owner of the bot which package you need and give your number, <code>{id}</code>. I will tell you as soon as the tokens are here.]],

    buy_admin = "You are an admin: <code>/topup number amount reason</code> — for example, <code>/topup 123456789 742 Kaspi payment</code>. An @username will do instead of the number.",
    package = "• {tokens:token} — {price} ₸",
    package_off = "• {tokens:token} — {price} ₸ (−{percent}%)",
    credit = "✅ {amount:token} added. You have {balance:token}.",

    -- Мои заказы --------------------------------------------------------------------------------------------------------

    queue = [[<b>Your orders</b>

{lines}

In all: {running} of {capacity} in progress, {waiting} waiting.]],

    queue_empty = "You have no orders in progress. Write what should be in the shot, and off we go.",
    queue_line = "No. {number} · {model}, {seconds} s — {state}",
    state_next = "next in the queue",
    state_queued = "in the queue, {ahead:order} ahead of you",
    state_starting = "being started",
    state_rendering = "being made, {percent}%",
    state_fetching = "fetching the finished video",
    state_ready = "ready, sending it to you",

    -- Готовое видео и возвраты ------------------------------------------------------------------------------------------

    caption = [[<b>Order No. {number}</b> · {model}, {seconds} s
<i>{prompt}</i>]],

    refund = [[<b>Order No. {number}: the video did not work out</b>

{reason}

All of it is back: {price:token}. You have {balance:token}.

{advice}]],

    refund_moderation = "The model refused: the description breaks its rules. The usual reasons are real people, 18+ scenes, cruelty, or somebody else’s characters.",
    refund_bad_input = "The model could not take the order as it was.",
    refund_engine_failed = "The service that makes the videos broke down on your order, although we tried several times.",
    refund_engine_closed = "The service that makes the videos is not taking our orders right now. It is not your fault, and we are on it.",
    refund_timed_out = "The video was taking too long, and we stopped waiting.",
    refund_film_lost = "The video was lost on the server, and we could not fetch it.",
    refund_too_large = "The video turned out larger than 50 MB, which Telegram does not carry.",
    refund_unknown = "The connection to the service broke, and we could not find out whether it had taken the order.",
    advice_rephrase = "Try to describe the scene differently; there are tips in /help.",
    advice_again = "Please order once more: it usually works the second time.",
    advice_smaller = "Please order a shorter video or a simpler quality.",
    advice_later = "Please try again later or choose another quality.",

    -- После видео -------------------------------------------------------------------------------------------------

    button_videos = "🎞 My videos",
    command_videos = "My videos",
    button_edit = "✏️ Edit the text",
    button_size = "📐 Another shape",
    button_remix = "🪄 Change video",
    button_extend = "⏩ Extend video",
    button_resend = "📤 Send again",
    button_file = "📎 As a file",
    button_newer = "⬅️ Newer",
    button_older = "Older ➡️",
    gallery = [[<b>Order No. {number}</b> · {model}, {seconds} s
<i>{prompt}</i>

Video {place} of {total}]],
    gallery_empty = "Your videos will be here; there are none yet. Describe a scene, and the first will appear.",
    caption_gift = [[🎁 <b>Order No. {number}</b> worked out after all. You have had its tokens back already, so it is a gift.
<i>{prompt}</i>]],
    caption_file = "Order No. {number} as a file, uncompressed: {size}, {seconds} s.",
    film_linked = "The video is {megabytes} MB, more than Telegram takes from bots, so please fetch it with the button. The link is yours alone, do not pass it on; it works until {date}.",
    button_download = "⬇️ Download the video",
    ask_edit = [[Send the new description — quality, length and shape stay as in order No. {number}.

It was (tap to copy):
<code>{prompt}</code>]],
    ask_remix = [[What should change in the video of order No. {number}? Describe it in one message — for example: <i>“let it snow”</i>.

It was:
<i>{prompt}</i>]],
    card_remix = "🪄 Changing the video of order No. {number}: its length and shape stay the same.",
    remix_not_now = "This video cannot be changed now. Send the description of a new one, and I will offer options with prices.",
    ask_extend = [[What happens next in the video of order No. {number}? Describe how it goes on in one message — for example: <i>“the camera rises over the city”</i>.

It was:
<i>{prompt}</i>]],
    card_extend = "⏩ Extending the video of order No. {number}: {seconds} s more after its {before} s, {after} s in all. Quality and shape stay the same.",
    extend_not_now = "This video cannot be extended now. Send the description of a new one, and I will offer options with prices.",
    toast_no_remix = "This video cannot be changed: the service does not do that.",
    toast_no_extend = "This video cannot be extended: the service does not do that, or it is as long as it can get.",
    toast_film_gone = "We no longer keep this file.",
    toast_sending = "Sending it",
    toast_stopping = "Asking the service to stop",
    order_stopping = "⏹ Asking the service to stop your order. If it does, your tokens come back; if not, your video comes.",
    order_unstoppable = "The service cannot stop your order, so the video will be made.",
    state_stopping = "being stopped",
    refund_owner = "The owner of the bot took this order back and returned the tokens.",
    advice_owner = "If that is a surprise, write to us: /support.",
    refund_source_gone = "The service no longer has the original video, and without it there is nothing to change.",
    advice_from_words = "Order such a video anew, from its description.",
    refund_moderation_either = "The model refused: the picture or the description breaks its rules, and it does not say which. Most often it is faces in the picture, 18+ scenes or somebody else’s characters.",
    refund_picture = "The model did not take the picture. Most often it is because of faces, 18+ scenes or somebody else’s characters in it.",
    advice_picture = "Send another picture, or describe the scene in words.",

    -- Для администраторов -----------------------------------------------------------------------------------------------

    top_up_limit = "A cashier cannot add that much: at most {most} at once. Ask the owner.",
    grant_usage = "Like this: <code>/grant number amount reason</code>, to give tokens as a gift. An @username will do instead of the number.",
    grant_done = "🎁 {name} (<code>{id}</code>) got {amount:token} as a gift: {before} before, {after} now.",
    handout_ask = [[<b>Add {amount:token}?</b>

{people}]],
    handout_person = [[👤 {name} · <code>{id}</code>
with us since {since}, last here {seen}]],
    handout_large = "It is a large sum, so I am asking.",
    handout_shared = "I have seen two people under this name, one after the other. Choose who is meant, or give the number.",
    handout_stale = "This person has not been here for long, and the name may be somebody else’s by now. Check who it is, or give the number.",
    button_hand_out = "✅ {amount} → {label}",
    toast_handout_gone = "This question is gone: an hour has passed, or it was dropped. Send the command again.",
    users = [[<b>Users: {total}</b>
New today {today}, this week {lately}. Here this week {active}. Buyers {buyers}, banned {banned}.

More: <code>/user number</code> or <code>/user @username</code>.]],
    users_line = "{name} · <code>{id}</code> · {balance} ₸ · {when}",
    user_usage = "Like this: <code>/user number</code> or <code>/user @username</code>.",
    user_card = [[<b>{name}</b>
<code>{id}</code> · language {language}
With us since {since}, last here {seen}

Balance <b>{available:token}</b>, held {held}, debt {debt}
Bought {bought}, given {given}
Orders {orders}, videos {films} for {spent:token}]],
    user_banned = "🚫 Banned since {when}: can neither order nor buy.",
    role_owner = "🔑 Owner",
    role_cashier = "🔑 Cashier",
    role_support = "🔑 Support",
    user_movements = "<b>Movements</b> · {name}",
    user_orders = "<b>Orders</b> · {name}",
    user_order_line = "No. {number} · {when} · {model}, {seconds} s · {price} ₸ — {state}",
    user_purchases = "<b>Purchases</b> · {name}",
    user_purchase_line = "<code>{code}</code> · {when} · {way} · {sum} for {tokens:token} — {state}",
    user_nothing = "Nothing here.",
    button_user_movements = "💰 Movements",
    button_user_orders = "🎬 Orders",
    button_user_purchases = "💳 Purchases",
    button_ban = "🚫 Ban",
    button_unban = "✅ Unban",
    phase_queued = "in the queue",
    phase_running = "in the making",
    phase_ready = "being sent",
    phase_delivered = "delivered",
    phase_cancelled = "cancelled",
    phase_refunded = "refunded",
    purchase_is_open = "waits for payment",
    purchase_is_claimed = "waits for a look",
    purchase_is_paid = "paid",
    purchase_is_expired = "not paid",
    purchase_is_rejected = "turned down",
    purchase_is_quarantined = "in doubt",
    purchase_is_dropped = "dropped",
    refund_usage = "Like this: <code>/refund order_number reason</code>. The tokens go back in full, once.",
    refund_done = "↩️ Order No. {number}: {amount:token} are back with {name}, who has been told.",
    refund_was_running = "The order was in the making: the engine may charge for it all the same.",
    refund_already = "The tokens of order No. {number} are back already. They do not go back twice.",
    refund_nobody = "There is no order No. {number}.",
    ban_usage = "Like this: <code>/ban number reason</code> and <code>/unban number</code>. An @username will do instead of the number. The tokens stay.",
    ban_done = "🚫 {name} (<code>{id}</code>) can no longer order or buy. The tokens stay.",
    ban_already = "{name} (<code>{id}</code>) is banned already.",
    unban_done = "✅ {name} (<code>{id}</code>) can order and buy again.",
    unban_already = "{name} (<code>{id}</code>) is not banned.",
    ban_staff = "{name} (<code>{id}</code>) is one of the admins, and those are not banned.",
    audit = "<b>What was done</b>",
    audit_none = "Nothing has been done yet.",
    audit_line = "<code>{seq}</code> {date} · <b>{who}</b>: {what}",
    audit_whom = "{name}<code>{id}</code>",
    audit_reason = "<i>{reason}</i>",
    act_top_up = "top-up, {amount:token}",
    act_grant = "gift, {amount:token}",
    act_credit = "payment confirmed, {amount:token}",
    act_refund = "refund of order No. {number}, {amount:token}",
    act_taken_back = "order No. {number} taken back, tokens returned",
    act_scripts = "shop files, version {version}",
    act_reject = "purchase {code} turned down",
    act_dismiss = "payment {code} without tokens",
    act_ban = "ban",
    act_unban = "unban",
    act_broadcast = "message to many No. {number}",
    act_broadcast_stop = "message to many No. {number} stopped",
    codes = [[<b>Promo codes</b>

{lines}

A new one: <code>/promo CODE 500 x100</code>, 500 tokens for the first hundred; <code>/promo CODE 15% 7d</code>, a discount for a week. A last day (<code>2026-12-31</code>) and the word <code>new</code>, for those who have not bought yet, may follow.
To end one, delete its line in growth.lua (/scripts).]],
    code_line = "<code>{code}</code>: {gives} · used {used} of {most} · until {date}",
    code_gives_tokens = "{amount:token}",
    code_gives_discount = "{percent}% off for {count} d",
    code_usage = "Like this: <code>/promo CODE 500 x100</code> or <code>/promo CODE 15% 7d</code>. A code has 3 to 20 Latin letters and digits. All of them: /promo.",
    code_there = "There is such a code already. Change it in growth.lua: /scripts.",
    broadcast_usage = "To write to everybody, send <code>/broadcast</code> followed by the text. First you see it as they will, and are asked to whom it goes.",
    broadcast_too_long = "Too long: a message to many holds {limit} characters.",
    broadcast_choose = "👆 This is what people will see. To whom shall it go? Those who want no news are not counted.",
    button_segment = "{label} · {count}",
    segment_all = "Everybody",
    segment_buyers = "Buyers",
    segment_newcomers = "Never bought",
    segment_away = "Away for {count} d",
    broadcast_ask = [[<b>Send it?</b>

{label}: {count} people, at least {minutes} min. Videos and answers go first. You can stop it at any time.]],
    button_broadcast_send = "📣 Send: {count}",
    button_broadcast_stop = "⏹ Stop",
    button_refresh = "🔄 Refresh",
    broadcast_status = [[<b>Message to many No. {number}</b> · {label}
{state}

Received: {sent}
Blocked the bot: {blocked}
Not delivered: {failed}]],
    broadcast_draft = "✏️ Draft",
    broadcast_running = "📣 On its way",
    broadcast_stopped = "⏹ Stopped",
    broadcast_done = "✅ Done",
    toast_broadcast_busy = "Another message is on its way. Wait for its end, or stop it: /broadcast",
    alert_welcomes_used_up = "🎁 {most} newcomers have had their gift today; the others start without one until tomorrow. If this is not advertising but a flood of made-up accounts, the guard has worked. The limit is welcome.per_day in growth.lua.",
    command_broadcast = "Write to everybody",
    help_cashier = [[<b>For the cashier</b>

/topup — add tokens
/kaspi — transfers and payments that wait for a decision
/users, /user — people, and one of them
/audit — who did what]],
    help_support = [[<b>For support</b>

/users, /user — people, and one of them
/audit — who did what]],
    command_users = "People",
    command_user = "One person: /user @username",
    command_refund = "Give an order’s tokens back: /refund 17",
    command_grant = "Give tokens as a gift",
    command_ban = "Ban somebody",
    command_unban = "Let somebody in again",
    command_audit = "Who did what",
    top_up_usage = "Like this: <code>/topup number amount reason</code>. An @username, or just the username, will do instead of the number, and the reason may be left out. The amount is a whole number of tokens.",
    top_up_done = "✅ {name} (<code>{id}</code>): +{amount:token}. It was {before}, now it is {after}.",
    top_up_repeated = "This top-up was made before: {name} (<code>{id}</code>), {amount:token}, the balance is {after}. Nothing is added a second time.",
    top_up_nobody = "I know nobody like that: {whom}. They have to write to the bot at least once first.",
    top_up_amount = "That cannot be added: it takes a whole number from 1 to {most}.",
    top_up_conflict = "This very command added another amount before. Send it again as a new message.",
    top_up_reason = "no reason given",

    -- Магазин из чата ----------------------------------------------------------------------------------------------------

    help_admin = [[<b>For administrators</b>

/prices — prices, profit and margin right now, as a table and a picture
/scripts — the files of the shop: get one, edit it, send it back
/rate — the dollar rate, /price — raise or lower prices
/promo — begin or end a promotion
/rollback — return to an earlier version, /reload — read the folder again
/topup — add tokens, /grant — give them as a gift
/users, /user — people, and one of them
/refund — give an order’s tokens back
/ban, /unban — close and open the shop to somebody
/audit — who did what
/broadcast — write to everybody
/kaspi — transfers and payments that wait for a decision
/stats — figures of the last days, /panel — your page in a browser]],

    command_prices = "Prices, profit, margin",
    command_scripts = "Files of the shop",
    command_rate = "Dollar rate: /rate 540",
    command_price = "Change prices: /price +5%",
    command_promo = "Promotions",
    command_rollback = "Return to an earlier version",
    command_reload = "Read the scripts folder again",
    command_top_up = "Add tokens",
    command_kaspi = "Transfers and payments that wait",
    shop_files = "<b>Files of the shop</b>\n\nTap a file and I will send it. Edit it in any editor and send it back here: I will check everything and show what would change before it takes effect.",
    shop_file = "<b>{file}</b>\nEdit it and send it here as a document under the same name. First I will show what would change.",
    shop_unknown_file = [[I do not know what to do with the file “{file}”. I take the files of the shop:
{files}

To get them: /scripts.]],

    shop_file_too_big = "The file is too large: I take up to {limit} KB.",
    shop_file_lost = "I could not get the file from Telegram. Please send it once more.",
    shop_proposal = [[<b>{file}: checked, no mistakes</b>

{changes}

<pre>{diff}</pre>

Nothing has changed yet. Tap “Apply” and it takes effect at once; in an hour I will forget the proposal.]],

    shop_whole = "All changes in {file}: they did not fit into a message.",
    shop_quiet = "Prices, packages, menus and texts stay as they are.",
    shop_applied = "✅ <b>Applied</b>, version <code>{version}</code>\n\n{changes}",
    shop_above = "It could not be written into the folder, so this version is kept in the database until something in the folder changes.",
    shop_dropped = "All right, nothing changes.",
    shop_refused = "🔴 <b>That will not do</b>; what was in force stays.\n\n<pre>{problems}</pre>",
    shop_same = "It is like that already: there is nothing to change.",
    shop_fixed = "The scripts of this bot are not changed from the chat.",
    toast_shop_gone = "This proposal is gone: applied, dropped, or more than an hour old. Please begin again.",
    toast_shop_outdated = "Other files have taken effect meanwhile. Please begin again: I will show what would change now.",
    button_apply = "✅ Apply",
    button_discard = "❌ Discard",
    rate_usage = "Prices count the dollar at <b>{rate} ₸</b> now, a rate of {date}. A new rate: <code>/rate 540</code> or <code>/rate 540.5</code>, and I will show what becomes of the prices.",
    price_usage = "Like this: <code>/price +5%</code> makes everything dearer, <code>/price sora-2 -10%</code> one model cheaper. The models:\n{models}",
    reload_same = "The folder holds what is in force: version <code>{version}</code>.",
    reload_pinned = "Version <code>{version}</code>, put in force from the chat, is in force. The folder holds other files; they take effect when something in it changes.",
    reload_loaded = "🟢 The folder was read, version <code>{version}</code> is in force.\n\n{changes}",
    versions = "<b>Earlier versions</b>\n\nNow <code>{version}</code> is in force. Tap the one to return to: I will show what would change.",
    versions_none = "There is nothing to return to: <code>{version}</code> is the only version so far.",
    button_version = "{when} · {who}",
    who_folder = "the folder",
    who_operator = "at the machine",
    rollback_ask = [[<b>Return to version {version}?</b>
{when}, {who}
Files: {files}

{changes}

The folder stays as it is; as soon as something in it is edited, the folder takes effect.]],

    button_rollback = "↩️ Return to it",
    rollback_done = "↩️ Version <code>{version}</code> is in force again.\n\n{changes}",
    prices = [[<b>Prices now</b>

<pre>{table}</pre>

Profit and margin are after the engine and the fee, for a video bought without a package’s discount. The dollar is {rate} ₸ of {date}.]],

    prices_title = "Prices and profit",
    prices_seconds = "Sec.",
    prices_price = "Price",
    prices_cost = "Engine",
    prices_profit = "Profit",
    prices_margin = "Margin",
    promos = "<b>Promotions</b>\n\n{lines}",
    promo_line = "• <b>{title}</b> −{percent}% · {models} · {when}",
    promos_none = "There are no promotions now.",
    promo_untitled = "Discount",
    promo_weekend_title = "Weekend",
    promo_everything = "all models",
    promo_always = "no end",
    promo_ask_model = "<b>A new promotion</b>\n\nA discount on what?",
    promo_ask_percent = "<b>A new promotion · {models}</b>\n\nHow much off?",
    promo_ask_days = "<b>A new promotion · {models}, −{percent}%</b>\n\nWhen?",
    button_promo_new = "🏷 A new promotion",
    button_promo_end = "⏹ End: {title} −{percent}%",
    button_promo_all = "All models",
    button_percent = "−{percent}%",
    button_days = "{label}: {when}",
    days_today = "Today",
    days_tomorrow = "Tomorrow",
    days_weekend = "This weekend",
    days_week = "A week",
    days_month = "30 days",
    button_weekends = "Every weekend",
    button_no_end = "No end",
    alert_scripts_changed = "🟢 {who}: new scripts are in force, version <code>{version}</code>.\n{changes}",
    alert_script_warnings = "🟡 Have a look at the prices: the bot is working, but this is what it noticed.\n<code>{problems}</code>",
    alert_rate_old = "🟡 The dollar rate in the prices is old: {rate} ₸ of {date}, {days} days ago. A new rate: <code>/rate 540</code>.",
    alert_backup_failed = "🔴 The database could not be copied: {problem}\nCustomers notice nothing, but without a copy a broken disk means lost balances. Check the free space and the folder of copies.",
    alert_disk_full = "🔴 The disk has {free} MB left, and the bot sells while there are at least {least} MB. New orders are refused, accepted ones go on as usual. Make room or take a larger disk; finished videos take as much as keep_files_days and keep_files_mib in config.toml allow. Selling resumes by itself as soon as there is room.",
    alert_disk_room = "🟢 The disk has room again: {free} MB are free. Orders are being taken.",
    alert_stuck = "🔴 Order No. {number} is stuck: it is past every deadline and does not move. The customer’s tokens are still held. Restart the bot, it goes on from where it was; if that does not help, give the tokens back: <code>/refund {number}</code>.",
    card_promo = "🏷 {title}: −{percent}%, instead of <s>{price} ₸</s>",

    alert_engine_closed = "🔴 The service “{engine}” refuses us: {reason}. Nothing is sold on it for now. Check the key and the payment.",
    alert_engine_down = "🟠 The service “{engine}” keeps failing: {reason}. New orders do not go there; once it answers, it is sold on again by itself. If that takes long, give the model a second route in pricing.lua.",
    alert_unknown_outcome = "🟠 Order No. {number}: we could not find out whether the service took it. The user has the tokens back, but you may still be billed for this video.",
    alert_undelivered = "🟠 Order No. {number}: a message to the user could not be delivered and will not be tried again.",
    alert_undelivered_some = "🟠 A message to a user could not be delivered and will not be tried again.",
    alert_scripts_loaded = "🟢 New scripts are in force, version <code>{version}</code>.\n{changes}",
    alert_scripts_refused = "🔴 The scripts have a mistake and were not accepted; the previous version stays in force.\n<pre>{problems}</pre>",

    -- Идеи и меню -------------------------------------------------------------------------------------------------------

    button_ideas = "✨ Ideas",
    command_ideas = "Ideas for a video",
    idea_categories = "What shall we film? Choose a theme: inside are ready descriptions, one tap and only the quality is left to choose.",
    idea_category = "<b>{category}</b>\n\nTap an idea and I will fill in its description.",
    idea_tips = [[<b>To make it good</b>
• Who is in the shot, what they do, where: one scene.
• Light and mood: <i>“warm evening light, mist”</i>.
• Camera: <i>“slowly moves in”</i>, <i>“drone footage”</i>.
• Style: <i>“cinematic”</i>, <i>“claymation”</i>. More in /help.]],
    ideas_none = "There are no ready ideas now. Just describe in words what should be in the frame.",
    precheck = [[<b>The model may refuse</b>
<i>{prompt}</i>

This seems to ask for what models do not make: {topics}.

If it refuses, you get all your tokens back, but the time is gone. Better describe it otherwise: looks instead of a name, a hero of your own instead of someone else’s.]],
    button_anyway = "Order anyway",
    button_rewrite = "✏️ Change the description",
    button_package = "{tokens:token} — {price} ₸",
    buy_package = [[<b>{tokens:token} for {price} ₸</b>

Topping up is done by hand for now: write to the bot’s owner that you need this package, and give your number <code>{id}</code>. As soon as the tokens arrive, I will tell you.]],
    alert_menu_failed = "🟠 A menu of version <code>{version}</code> could not be computed; the usual one is shown instead.\n<pre>{problem}</pre>",

    -- Итоги и страница владельца ------------------------------------------------------------------------------------------

    command_stats = "Figures of the last days, as a picture",
    command_panel = "The operator’s page in a browser",
    stats_usage = "Like this: <code>/stats</code> for a week, <code>/stats 30</code> for so many days, 1 to 90.",
    stats_title = "Figures: {period}",
    stats = [[Received: <b>{received} ₸</b>, tokens sold: {sold}
From administrators: {topped_up}, given and moved in: {given}
Videos: <b>{films}</b>, tokens spent on them: {captured}
To the engines: {cost} ₸, left: <b>{profit} ₸</b> ({percent}%)
Orders: {orders}; failed: {failed}, cancelled: {cancelled}, tokens given back: {refunded}
People: active {active}, new {newcomers}, of the new {conversion} have paid; {users} in all]],
    stats_failure = "• {reason}: {count}",
    digest = "📊 <b>Yesterday, {date}</b>\n\n{stats}\n\nAs a picture and for other days: /stats",
    stats_received = "Received, ₸",
    stats_films = "Videos",
    stats_profit = "Left, ₸",
    stats_failed = "Failed",
    stats_active = "Active people",
    stats_newcomers = "New / have paid",
    stats_by_day = "By day",
    stats_captured = "Tokens spent",
    stats_by_model = "By model",
    stats_model = "{films} videos, {captured} ₸",
    stats_why = "Why orders failed",
    failed_moderation = "forbidden by the rules",
    failed_bad_input = "the model cannot do it",
    failed_engine = "the engine broke",
    failed_engine_closed = "the engine refused us",
    failed_timed_out = "took too long",
    failed_film_lost = "the film was lost",
    failed_too_large = "larger than 50 MB",
    failed_unknown = "nobody knows whether it was taken",
    failed_source_gone = "the source film is gone",
    failed_owner = "taken back by the owner",
    failed_picture = "the picture would not do",
    panel_link = "🔐 The way to the operator’s page. It works once, for {minutes} min; pass it on to nobody.\n\n{link}",
    button_panel = "Open",
    panel_off = "The operator’s page is off: the bot has no address. Set HTTP_ADDR (or PORT) and PUBLIC_URL, see docs/OPERATING.md.",

    -- Buying and paying --------------------------------------------------------------------------------------------------

    buy_packages = [[<b>Token packages</b>

{packages}

Pick a package, then how to pay. 1 token = 1 ₸.]],
    package_titled = "{package} · {title}",
    buy_ways = [[<b>{package}</b>{saving}

How would you like to pay?]],
    buy_package_line = "{tokens:token} for {price} ₸",
    buy_saving = "\n{percent}% off: you save {saved} ₸.",
    button_way_stars = "⭐ Telegram Stars — {sum}",
    button_way_stripe = "💳 Bank card — {sum}",
    button_way_kaspi_desk = "📱 Kaspi transfer — {sum}",
    button_way_kaspi_gateway = "📲 Kaspi invoice — {sum}",
    button_way_kaspi_bank = "🏦 Kaspi payments — {sum}",
    button_pay = "Pay {sum}",
    button_look = "🔄 Check the payment",
    button_paid = "✅ I have paid",
    button_kaspi_qr = "🔗 By link or QR code",
    button_qr = "📷 Show the QR code",
    button_other_way = "⬅️ Another way",
    purchase_link = [[<b>{tokens:token} for {sum}</b>

Tap the button and pay: the tokens arrive by themselves and this message turns into the confirmation. The invoice is good for {minutes} min; its number is <code>{code}</code>.]],
    purchase_bank = [[<b>{tokens:token} for {sum}</b>

Open Kaspi → Payments, find us and enter the order number <code>{code}</code> and the sum {sum}. The tokens arrive by themselves. For any other sum you get one token for each tenge.]],
    purchase_desk = [[<b>{tokens:token} for {sum}</b>

1. Transfer exactly {sum}{where}.
2. Write the code <code>{code}</code> in the transfer’s message.
3. Come back and tap “I have paid”. You may send a photo of the receipt too.

A person checks the transfer; the tokens arrive as soon as it is seen.]],
    desk_phone = " to <code>{phone}</code>",
    desk_phone_named = " to <code>{phone}</code> ({recipient})",
    desk_link = " with the button below",
    button_desk_link = "Open Kaspi",
    purchase_claimed = "🕓 Checking the transfer of {sum}, code <code>{code}</code>. It usually takes a few minutes; this message changes when the tokens arrive. If you have a receipt, send its photo here.",
    purchase_credited = "✅ Payment received: {amount:token} added. Your balance is {balance:token}.",
    purchase_expired = "⌛ Time is up: invoice <code>{code}</code> for {sum} is closed. If you did pay, the tokens will still arrive. A new invoice: /buy",
    purchase_rejected = "🚫 We could not find a transfer of {sum} with the code <code>{code}</code>. If you did pay, please send a photo of the receipt to the bot’s owner and name the code.",
    purchase_reason = "Reason: {reason}",
    purchase_quarantined = "🕓 Money arrived, but not the {sum} of invoice <code>{code}</code>. The bot’s owner knows and will sort it out: the tokens will come or the money will go back.",
    purchase_processing = "⏳ You have done your part, and the bank is still transferring {sum} (invoice <code>{code}</code>). That may take a day or two. As soon as the money is here the tokens come by themselves and this message changes.",
    purchase_dropped = "All right, this invoice is closed. Another package or way: /buy",
    receipt_taken = "🧾 We have the receipt and put it to the transfer of {sum}, code <code>{code}</code>. It is being checked: please wait.",
    receipt_used = "This receipt was credited for purchase <code>{code}</code> already. Please send the one of this transfer.",
    purchase_phone = [[<b>{tokens:token} for {sum}</b>

Send the phone number that your Kaspi is on, such as <code>+7 701 123 45 67</code>. The invoice goes there: open Kaspi and confirm it. We do not keep the number.

If a QR code or a link is easier, tap the button. The invoice’s number is <code>{code}</code>.]],
    purchase_invoiced = [[<b>{tokens:token} for {sum}</b>

📲 The invoice is in Kaspi. Open the app and confirm: the tokens come by themselves and this message changes. It is good for {minutes} min, its number is <code>{code}</code>.

No invoice? Check the number and send it again.]],
    qr_caption = "Point Kaspi’s camera here: {sum}, code <code>{code}</code>",
    bank_payable = "Top-up: {tokens:token}",
    bank_unknown = "There is no such order number",
    bank_over = "Its time is over: open a new one in the bot",
    bank_paid = "This order is paid already",
    bank_doubted = "A payment for this order is being looked into",
    toast_price_changed = "The price has changed. Look at the new one and choose again.",
    toast_purchase_over = "This invoice is closed. A new one: /buy",
    toast_purchases_many = "We are still checking your earlier payments ({limit}). You can buy more once that is done.",
    toast_rail_down = "This way of paying does not answer right now. Try in a minute or choose another.",
    toast_not_paid_yet = "No payment to be seen yet. When it arrives, this message changes by itself.",
    toast_not_creditable = "It is not clear whom or how much to credit. Use /topup and close the payment with the other button.",
    toast_owner_only = "Only the owner can send money back.",
    toast_phone_wrong = "Kaspi made no invoice for this number. Check it and send it again, or choose the QR code.",
    checkout_unknown = "This invoice is not yours or no longer valid. Open a new one with /buy",
    checkout_over = "This invoice is closed. Open a new one with /buy",
    invoice_title = "{tokens:token}",
    invoice_description = "Tokens for making videos: {tokens:token} for your balance in this bot.",
    balance_debt = "You owe {debt:token}: their money went back to the payer. The next top-up covers this first.",
    reason_purchase = "tokens bought",
    reason_taken_back = "payment returned",
    reason_given_back = "payment came again",
    reason_repaid = "debt paid",
    reason_refund = "order No. {number}, refund",
    reason_grant = "gift",
    reason_moved_in = "from the earlier bot",
    reason_moved_job = "an order of the earlier bot that was not made",
    granted = "🎁 You were given {amount:token}. Your balance is {balance:token}.",
    banned = "🚫 The owner of the bot has closed ordering and buying for you. Your tokens stay, and what is ordered already will be made. If this is a mistake: /support.",
    unbanned = "✅ You can order and buy again.",
    toast_banned = "Ordering and buying are closed for you. Your tokens stay. Questions: /support",
    promo_usage = "Have a promo code? Write it like this: <code>/promo CODE</code>",
    code_tokens = "🎁 The code is accepted: +{amount:token}. Your balance is {balance:token}.",
    code_discount = "🎁 The code is accepted: {percent}% off every video up to and including {date}. The prices on the buttons show it already.",
    code_unknown = "There is no such code. Please check its letters and digits.",
    code_not_today = "This code is not valid today.",
    code_already = "You have used this code already.",
    code_used_up = "This code has been used up.",
    code_not_new = "This code is for those who have not bought anything yet.",
    invite = [[<b>Invite your friends</b>

Your link:
{link}

When a friend comes by it, tops up and gets a first video, you get {inviter:token} and your friend {invited:token}.

Came by the link: {count}, with a video: {rewarded}, you have got {earned:token}.]],
    invite_off = "There is no reward for invitations now.",
    invite_share_text = "This bot makes videos from words. Try it!",
    button_invite_share = "📨 Send to a friend",
    bonus_inviter = "🎁 Your friend has a first video, and you get {amount:token}. Your balance is {balance:token}.",
    bonus_invited = "🎁 Your first video is here! For coming by an invitation you get {amount:token}. Your balance is {balance:token}.",
    nudge = "You have {balance:token} left. Top up now, so that your next idea need not wait.",
    notifications = [[<b>What I write about</b>

News and offers: {news}
Reminders of your balance: {reminders}

Videos, refunds and top-ups always come.]],
    state_on = "on",
    state_off = "off",
    button_news_off = "🔕 No more news",
    button_news_on = "🔔 Send me news",
    button_reminders_off = "🔕 No more reminders",
    button_reminders_on = "🔔 Remind me of my balance",
    toast_news_off = "All right, no more news. To have it again: /notifications",
    toast_news_on = "All right, you will get news.",
    toast_reminders_off = "All right, no more reminders. To have them again: /notifications",
    toast_reminders_on = "All right, you will be reminded.",
    reason_promo = "promo code",
    reason_inviter = "for a friend you invited",
    reason_invited = "for coming by an invitation",
    taken_back = "↩️ The payment went back to the payer, so {amount:token} were taken off.",
    taken_back_debt = "↩️ The payment went back to the payer, so {amount:token} were taken off. Your balance did not hold that many: you owe {debt:token}. The next top-up covers this first.",
    given_back = "✅ The payment came again: {amount:token} are yours again. Your balance is {balance:token}.",
    paid_back = "✅ {amount:token} for order No. {number} are back. Your balance is {balance:token}.",
    way_stars = "Telegram Stars",
    way_stripe = "card (Stripe)",
    way_kaspi_desk = "Kaspi transfer",
    way_kaspi_gateway = "Kaspi invoice",
    way_kaspi_bank = "Kaspi payments",
    alert_quarantined = [[🟠 Payment No. {number} waits for your decision: {sum}, {way}.
{doubt}

No tokens are credited until then.]],
    doubt_no_purchase = "It belongs to no purchase.",
    doubt_way = "The purchase was opened with another way of paying.",
    doubt_payer = "Somebody else paid than who opened the invoice.",
    doubt_currency = "The currency is not that of the invoice.",
    doubt_amount = "The sum is not that of the invoice.",
    doubt_mode = "It is test money instead of real money, or the other way round.",
    doubt_account = "It arrived at another account.",
    alert_returned = "🟠 A payment went back to the payer ({way}): {amount:token} taken from <code>{id}</code>, who owes {debt:token}.",
    alert_reconciled = "🟢 Reconciliation ({way}): payments made and not credited were found, {payments}. They are credited now and their buyers know.",
    alert_differs = "🟠 Reconciliation ({way}): our book and the rail’s differ in {payments}. The command <code>sora-bot reconcile</code> on the server shows which; it touches neither money nor tokens of these.",
    claim = [[🟡 <b>Transfer of {sum}</b>, code <code>{code}</code>
{name} (<code>{id}</code>) for {tokens:token}

Check that it arrived in your own Kaspi: a receipt or a photo by itself proves nothing.]],
    claim_receipt = "Number on the receipt: <code>{receipt}</code>",
    claim_receipt_sum = "⚠️ The receipt says another sum: {sum}.",
    claim_receipt_used_before = "⛔ This receipt was credited for purchase <code>{code}</code> already.",
    claim_receipt_picture = "🧾 Receipt for <code>{code}</code>",
    claim_confirmed = "✅ <code>{code}</code>: {name} (<code>{id}</code>) +{amount:token}.",
    claim_rejected = "🚫 <code>{code}</code>: turned down, {name} (<code>{id}</code>) knows.",
    claim_over = "<code>{code}</code> was decided already: {state}.",
    claim_nothing = "There is no payment with the code <code>{code}</code>.",
    claim_receipt_used = "This receipt was credited for purchase <code>{code}</code> already. I do not credit it twice.",
    claim_amount = "So much cannot be credited: the sum begins at 1 ₸.",
    claims = [[<b>Waiting for a look</b>

{lines}

<code>/confirm code</code> — the sum is right, <code>/confirm code sum</code> — another sum came, <code>/reject code reason</code> — nothing came.]],
    claims_none = "No transfer waits for a look.",
    claim_line = "<code>{code}</code> · {sum} · {name} (<code>{id}</code>) · {date}",
    claim_other_sum = "How much came? Send it like this: <code>/confirm {code} sum</code>. Any other sum is a token for each tenge.",
    claim_why = "Why? Send it like this: <code>/reject {code} reason</code> — the buyer will read it.",
    claim_reject = "What shall the buyer read about <code>{code}</code>?",
    reject_none = "There is no transfer of that sum and code",
    reject_foreign = "The receipt is of another transfer",
    button_reject_own = "✏️ In my own words",
    button_receipt = "🧾 Open the receipt at Kaspi",
    alert_confirmed = "✅ Transfer <code>{code}</code> confirmed ({who}): {name} (<code>{id}</code>) +{amount:token}.",
    alert_rejected = "🚫 Transfer <code>{code}</code> turned down ({who}): {name} (<code>{id}</code>).",
    alert_rail_down = [[🔴 “{way}” takes no payments now and is not offered to buyers.

{reason}]],
    alert_rail_up = "🟢 “{way}” takes payments again.",
    confirm_usage = "Like this: <code>/confirm code</code> or <code>/confirm code sum</code>. What waits: /kaspi",
    reject_usage = "Like this: <code>/reject code reason</code>. What waits: /kaspi",
    button_confirm = "✅ {sum} came",
    button_other_sum = "✏️ Another sum",
    button_reject = "🚫 Nothing came",
    button_credit = "✅ Credit {amount:token}",
    button_dismiss = "↩️ Do not credit, send back",
    doubt_credited = "✅ Payment No. {number}: {amount:token} credited.",
    doubt_dismissed = "🚫 Payment No. {number}: no tokens credited. Send the money back where it came in.",
    doubt_over = "Payment No. {number} waits for no decision any more.",
    doubt_sent_back = "↩️ Payment No. {number}: the money is on its way back, no tokens credited.",
    doubt_from = "Paid by {name} (<code>{id}</code>).",
    doubt_unknown = "Nobody knows whose money it is. If you find the person, use /topup and close the payment with the button.",
    doubt_payment = "Payment id: <code>{payment}</code>",
    doubt_line = "No. {number} · {sum} · {way} · {date}",
    doubts = [[<b>Payments that wait for a decision</b>

{lines}]],
    button_doubt = "Payment No. {number}: {sum}",
    button_claim = "{code}: {sum}",
    doubt_decision = "decided by a button in the chat",
    state_purchase_open = "waits for payment",
    state_purchase_claimed = "waits for a look",
    state_purchase_paid = "credited",
    state_purchase_expired = "time is up",
    state_purchase_rejected = "turned down",
    state_purchase_quarantined = "being looked into",
    state_purchase_dropped = "given up by the buyer",
    state_purchase_processing = "the bank is transferring",
    -- Help, terms, data -------------------------------------------------------------------------------------------------------

    support = [[<b>Help</b>

Contact us: {contact}

Tell us your number — <code>{id}</code> — and, if it is about a video, the number of the order: it is on its card and in /queue.

Payments: /paysupport, terms: /terms, your data: /privacy.]],

    pay_support = [[<b>About payments</b>

• You have paid and the tokens are not here? Wait a minute or two: a payment may take a moment.
• A video did not work out? Its tokens are already back, see /balance.
• You want your money back for tokens you have not spent? We return it the way you paid.

Write to us: {contact}
Tell us your number — <code>{id}</code>, the sum and the time of the payment. Telegram support cannot help with purchases made in this bot.]],

    buy_support = "Questions about payments: /paysupport or {contact}.",

    terms = [[<b>Terms</b>

1. You buy tokens: 1 token = 1 ₸. For them the bot makes videos with neural networks from your descriptions. You see the price of each video before you order it.
2. The tokens for an order are set aside and spent only when the video is ready. If it does not work out, you get all of them back.
3. A video is made by a neural network and may differ from what you had in mind. That alone is no reason for a refund, but write to us and we will look into it.
4. Do not order real people without their consent, 18+ scenes, cruelty, others’ characters and music, or anything the law forbids. You answer for what you describe and publish.
5. Money for tokens you have not spent is returned: /paysupport.
6. A video is yours as far as the law and the rules of the service that made it allow.

Questions: {contact}. Your data: /privacy.]],

    privacy = [[<b>Your data</b>

<b>What we keep:</b> your Telegram number and name, your language, your descriptions and pictures, finished videos (up to {days} days after they were sent), orders, purchases and movements of tokens.

<b>Why:</b> to make videos, to show your history, to answer questions and to keep accounts.

<b>How:</b> names, descriptions and pictures are stored encrypted, with the key elsewhere. Your description and picture go to the service that makes the video; payments go through a payment system. We pass nothing else to anybody and sell nothing.

<b>Delete:</b> /deleteme erases names, descriptions, pictures and videos. Records of token movements stay under a number: accounting requires them.

Questions: {contact}.]],

    contact_owner = "the owner of this bot",
    contact_none = "the owner of this bot has given no contact yet",

    delete_me = [[<b>Delete your data?</b>

We erase your name, your language, all descriptions, pictures and finished videos. Nobody can restore them, and neither can we. Videos that are already in this chat stay with you.

Records of money stay under a number, without a name. You have {balance:token}: they will be here if you come back.]],
    delete_me_busy = "You still have {orders:order} under way, payments being checked included. Wait for them or cancel them in /queue, and we will delete everything at once.",
    delete_me_kept = "All right, everything stays as it is.",
    delete_me_done = "Done: your name, descriptions, pictures and videos are erased. If you want to come back, just write /start.",
    button_delete_me = "🗑 Delete for good",
    button_keep_me = "Keep my data",
    command_support = "Help from a human",
    command_pay_support = "About payments",
    command_terms = "Terms",
    command_privacy = "Your data",
    command_delete_me = "Delete my data",
  },
}
