//! teloxide as a judge: what it sends is understood, and it understands what comes back.

use ::teloxide::{
    ApiError, Bot, RequestError,
    net::Download,
    payloads::{GetUpdatesSetters, SendMessageSetters, SendVideoSetters, SetMyCommandsSetters},
    requests::Requester,
    types::{
        BotCommand, BotCommandScope, ChatId, FileId, InlineKeyboardButton, InlineKeyboardMarkup, InputFile,
        InputMedia, InputMediaPhoto, LabeledPrice, MessageId, ParseMode, PreCheckoutQueryId,
        TelegramTransactionId, UpdateKind, UserId,
    },
};

use super::*;

const CHAT: ChatId = ChatId(AIGERIM);

fn bot(server: &Server) -> Bot {
    Bot::new(&server.api.settings().token).set_api_url(server.base.parse().unwrap())
}

#[tokio::test]
async fn teloxide_talks_and_is_tapped() {
    let server = Server::start().await;
    let bot = bot(&server);
    assert_eq!(bot.get_me().await.unwrap().username(), "sora_sandbox_bot");
    let keyboard = InlineKeyboardMarkup::new([[InlineKeyboardButton::callback("Да", "yes")]]);
    let sent = bot
        .send_message(CHAT, "<b>Создать?</b>")
        .parse_mode(ParseMode::Html)
        .reply_markup(keyboard.clone())
        .await
        .unwrap();
    assert_eq!(sent.text(), Some("Создать?"));
    assert_eq!(sent.reply_markup(), Some(&keyboard));

    server.api.taps(AIGERIM, i64::from(sent.id.0), "yes");
    let updates = bot.get_updates().timeout(5).await.unwrap();
    let UpdateKind::CallbackQuery(query) = &updates[0].kind else { panic!("{updates:?}") };
    assert_eq!(query.data.as_deref(), Some("yes"));
    bot.answer_callback_query(query.id.clone()).await.unwrap();
    bot.edit_message_text(CHAT, sent.id, "Готово").await.unwrap();
    let same = bot.edit_message_text(CHAT, sent.id, "Готово").await.unwrap_err();
    assert!(matches!(same, RequestError::Api(ApiError::MessageNotModified)), "{same:?}");
    let gone = bot.delete_message(CHAT, MessageId(999)).await.unwrap_err();
    assert!(matches!(gone, RequestError::Api(ApiError::MessageToDeleteNotFound)), "{gone:?}");
    server.api.blocks(AIGERIM);
    let blocked = bot.send_message(CHAT, "x").await.unwrap_err();
    assert!(matches!(blocked, RequestError::Api(ApiError::BotBlocked)), "{blocked:?}");
    let updates = bot.get_updates().offset(i32::try_from(updates[0].id.0 + 1).unwrap()).await.unwrap();
    assert!(matches!(updates[0].kind, UpdateKind::MyChatMember(_)), "{updates:?}");
    assert_eq!(bot.get_chat(CHAT).await.unwrap().first_name(), Some("Айгерим"));
    assert!(bot.get_webhook_info().await.unwrap().url.is_none());
    assert_eq!(server.api.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn teloxide_sends_and_fetches_files() {
    let server = Server::start().await;
    let bot = bot(&server);
    let film = [b"\0\0\0\x18ftypisom".as_slice(), &[9; 5000]].concat();
    let thumbnail = image::RgbImage::new(320, 180);
    let mut jpeg = std::io::Cursor::new(Vec::new());
    thumbnail.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    let jpeg = jpeg.into_inner();
    let sent = bot
        .send_video(CHAT, InputFile::memory(film.clone()).file_name("a.mp4"))
        .caption("Ваше видео")
        .width(1280)
        .height(720)
        .duration(8)
        .thumbnail(InputFile::memory(jpeg.clone()))
        .supports_streaming(true)
        .await
        .unwrap();
    let video = sent.video().unwrap();
    assert_eq!((video.width, video.height, video.duration.seconds()), (1280, 720, 8));
    assert_eq!(video.thumbnail.as_ref().unwrap().width, 320);
    let again = bot.send_video(CHAT, InputFile::file_id(video.file.id.clone())).await.unwrap();
    assert_eq!(again.video().unwrap().file.id, video.file.id);

    let file = bot.get_file(video.file.id.clone()).await.unwrap();
    let mut bytes = Vec::new();
    bot.download_file(&file.path, &mut bytes).await.unwrap();
    assert_eq!(bytes, film);
    let photos = [1, 2].map(|_| InputMedia::Photo(InputMediaPhoto::new(InputFile::memory(jpeg.clone()))));
    assert_eq!(bot.send_media_group(CHAT, photos).await.unwrap().len(), 2);
    let missing = bot.get_file(FileId("x".to_owned())).await.unwrap_err();
    assert!(matches!(missing, RequestError::Api(_)), "{missing:?}");
    assert_eq!(server.api.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn teloxide_sells_for_stars() {
    let server = Server::start().await;
    let bot = bot(&server);
    bot.set_my_commands([BotCommand::new("new", "Новое видео")])
        .scope(BotCommandScope::AllPrivateChats)
        .language_code("ru")
        .await
        .unwrap();
    assert_eq!(server.api.commands_for(AIGERIM)[0]["command"], "new");
    let prices = [LabeledPrice::new("500", 250)];
    let invoice = bot.send_invoice(CHAT, "500 токенов", "Пакет", "p:1", "XTR", prices).await.unwrap();
    let paying = server.api.pays(AIGERIM, i64::from(invoice.id.0));
    let serving = async {
        let updates = bot.get_updates().timeout(5).await.unwrap();
        let UpdateKind::PreCheckoutQuery(query) = &updates[0].kind else { panic!("{updates:?}") };
        let id = PreCheckoutQueryId(query.id.0.clone());
        bot.answer_pre_checkout_query(id, true).await.unwrap();
        bot.get_updates().offset(i32::try_from(updates[0].id.0 + 1).unwrap()).timeout(5).await.unwrap()
    };
    let (charge, updates) = tokio::join!(paying, serving);
    let UpdateKind::Message(message) = &updates[0].kind else { panic!("{updates:?}") };
    let payment = message.successful_payment().unwrap();
    assert_eq!((payment.total_amount, payment.invoice_payload.as_str()), (250, "p:1"));
    let charge = TelegramTransactionId(charge.unwrap());
    let user = UserId(u64::try_from(AIGERIM).unwrap());
    bot.refund_star_payment(user, charge).await.unwrap();
    assert_eq!(bot.get_star_transactions().await.unwrap().transactions.len(), 2);
    assert_eq!(server.api.violations(), Vec::<String>::new());
}
