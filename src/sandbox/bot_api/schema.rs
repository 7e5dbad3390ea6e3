//! Which methods of the Bot API are emulated, and which parameters each of them knows (Bot API 10.1).
//!
//! Real Telegram ignores a parameter it does not know; here it is noted, because it is always somebody's mistake.
//! This file says what may be asked; it never says whether an answer is given.

/// What a parameter must look like. Over a form everything is text, so this also says how to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Flag,
    Text,
    /// A number, or `@name`.
    Chat,
    Json,
    /// An upload, `attach://name`, a file_id or a URL.
    File,
}

pub(super) struct Method {
    /// The name as the documentation spells it.
    pub name: &'static str,
    own: &'static str,
    shared: &'static [&'static str],
}

/// Finds a method by its name in any case.
pub(super) fn find(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name.eq_ignore_ascii_case(name))
}

impl Method {
    /// The kind of a parameter of this method, or `None` when it has no such parameter.
    pub fn kind(&self, parameter: &str) -> Option<Kind> {
        std::iter::once(&self.own).chain(self.shared).flat_map(|list| list.split_whitespace()).find_map(
            |entry| {
                let (name, letter) = entry.split_once(':')?;
                (name == parameter).then_some(match letter {
                    "i" => Kind::Int,
                    "b" => Kind::Flag,
                    "c" => Kind::Chat,
                    "j" => Kind::Json,
                    "f" => Kind::File,
                    _ => Kind::Text,
                })
            },
        )
    }
}

const TARGET: &str = "business_connection_id:s message_thread_id:i direct_messages_topic_id:i";
// the last two are the spelling of before 2023, which Telegram still takes
const SENDING: &str = "disable_notification:b protect_content:b allow_paid_broadcast:b message_effect_id:s \
    suggested_post_parameters:j reply_parameters:j reply_to_message_id:i \
    allow_sending_without_reply:b";
const CAPTION: &str = "caption:s parse_mode:s caption_entities:j show_caption_above_media:b";
const BILL: &str = "title:s description:s payload:s provider_token:s currency:s prices:j max_tip_amount:i \
    suggested_tip_amounts:j provider_data:s photo_url:s photo_size:i photo_width:i photo_height:i \
    need_name:b need_phone_number:b need_email:b need_shipping_address:b \
    send_phone_number_to_provider:b send_email_to_provider:b is_flexible:b";
const EDIT: &str = "business_connection_id:s chat_id:c message_id:i inline_message_id:s reply_markup:j";

/// Every emulated method.
#[rustfmt::skip]
const METHODS: &[Method] = &[
    Method { name: "getMe", own: "", shared: &[] },
    Method { name: "logOut", own: "", shared: &[] },
    Method { name: "close", own: "", shared: &[] },
    Method { name: "getUpdates", own: "offset:i limit:i timeout:i allowed_updates:j", shared: &[] },
    Method { name: "setWebhook", shared: &[],
        own: "url:s certificate:f ip_address:s max_connections:i allowed_updates:j \
            drop_pending_updates:b secret_token:s" },
    Method { name: "deleteWebhook", own: "drop_pending_updates:b", shared: &[] },
    Method { name: "getWebhookInfo", own: "", shared: &[] },
    Method { name: "sendMessage", shared: &[TARGET, SENDING],
        own: "chat_id:c text:s parse_mode:s entities:j link_preview_options:j reply_markup:j \
            disable_web_page_preview:b" },
    Method { name: "sendPhoto", shared: &[TARGET, SENDING, CAPTION],
        own: "chat_id:c photo:f has_spoiler:b reply_markup:j" },
    Method { name: "sendVideo", shared: &[TARGET, SENDING, CAPTION],
        own: "chat_id:c video:f duration:i width:i height:i thumbnail:f cover:f start_timestamp:i \
            has_spoiler:b supports_streaming:b reply_markup:j" },
    Method { name: "sendDocument", shared: &[TARGET, SENDING, CAPTION],
        own: "chat_id:c document:f thumbnail:f disable_content_type_detection:b reply_markup:j" },
    Method { name: "sendAnimation", shared: &[TARGET, SENDING, CAPTION],
        own: "chat_id:c animation:f duration:i width:i height:i thumbnail:f has_spoiler:b reply_markup:j" },
    Method { name: "sendMediaGroup", own: "chat_id:c media:j", shared: &[TARGET, SENDING] },
    Method { name: "sendChatAction", own: "chat_id:c action:s", shared: &[TARGET] },
    Method { name: "copyMessage", shared: &[TARGET, SENDING, CAPTION],
        own: "chat_id:c from_chat_id:c message_id:i video_start_timestamp:i reply_markup:j" },
    Method { name: "forwardMessage", shared: &[TARGET, SENDING],
        own: "chat_id:c from_chat_id:c video_start_timestamp:i message_id:i" },
    Method { name: "editMessageText", shared: &[EDIT],
        own: "text:s parse_mode:s entities:j link_preview_options:j rich_message:j \
            disable_web_page_preview:b" },
    Method { name: "editMessageCaption", own: "", shared: &[EDIT, CAPTION] },
    Method { name: "editMessageReplyMarkup", own: "", shared: &[EDIT] },
    Method { name: "editMessageMedia", own: "media:j", shared: &[EDIT] },
    Method { name: "deleteMessage", own: "chat_id:c message_id:i", shared: &[] },
    Method { name: "deleteMessages", own: "chat_id:c message_ids:j", shared: &[] },
    Method { name: "answerCallbackQuery", shared: &[],
        own: "callback_query_id:s text:s show_alert:b url:s cache_time:i" },
    Method { name: "getFile", own: "file_id:s", shared: &[] },
    Method { name: "setMyCommands", own: "commands:j scope:j language_code:s", shared: &[] },
    Method { name: "getMyCommands", own: "scope:j language_code:s", shared: &[] },
    Method { name: "deleteMyCommands", own: "scope:j language_code:s", shared: &[] },
    Method { name: "setChatMenuButton", own: "chat_id:i menu_button:j", shared: &[] },
    Method { name: "getChatMenuButton", own: "chat_id:i", shared: &[] },
    Method { name: "setMyDescription", own: "description:s language_code:s", shared: &[] },
    Method { name: "getMyDescription", own: "language_code:s", shared: &[] },
    Method { name: "setMyShortDescription", own: "short_description:s language_code:s", shared: &[] },
    Method { name: "getMyShortDescription", own: "language_code:s", shared: &[] },
    Method { name: "setMyName", own: "name:s language_code:s", shared: &[] },
    Method { name: "getMyName", own: "language_code:s", shared: &[] },
    Method { name: "sendInvoice", shared: &[TARGET, SENDING, BILL],
        own: "chat_id:c start_parameter:s reply_markup:j" },
    Method { name: "createInvoiceLink", shared: &[BILL],
        own: "business_connection_id:s subscription_period:i" },
    Method { name: "answerPreCheckoutQuery", shared: &[],
        own: "pre_checkout_query_id:s ok:b error_message:s" },
    Method { name: "refundStarPayment", own: "user_id:i telegram_payment_charge_id:s", shared: &[] },
    Method { name: "getStarTransactions", own: "offset:i limit:i", shared: &[] },
    Method { name: "getMyStarBalance", own: "", shared: &[] },
    Method { name: "getChat", own: "chat_id:c", shared: &[] },
];
