//! Greetings, menus, ideas, languages, and what Telegram requires of a bot that sells.

macro_rules! front {
    ([$($before:tt)*] $($after:ident)*) => { joined! { [$($before)*
    Greeting = "greeting" ["name", "balance"],
    /// Below the greeting of a new user who got welcome tokens.
    GreetingGift = "greeting_gift" ["amount"],
    /// The same for one whose first words were no /start.
    Welcome = "welcome" ["amount"],
    Help = "help" [],
    UnknownCommand = "unknown_command" [],
    /// A sticker, a voice, anything that is no words.
    OtherMessage = "other_message" [],
    /// What shall happen in the picture that came without words.
    AskAction = "ask_action" [],
    /// Stands above what is said of the first picture of an album.
    PictureAlbum = "picture_album" [],
    PictureNotNow = "picture_not_now" [], PictureMoves = "picture_moves" [], PictureHeic = "picture_heic" [],
    PictureTooLarge = "picture_too_large" [], PictureTooManyPixels = "picture_too_many_pixels" [],
    PictureTooSmall = "picture_too_small" [], PictureUnknown = "picture_unknown" [],
    PictureDamaged = "picture_damaged" [], PictureLost = "picture_lost" [],
    /// The one line that a group hears.
    Group = "group" ["link"],
    /// Something broke on our side.
    Sorry = "sorry" [],

    ButtonGenerate = "button_generate" [],
    ButtonBalance = "button_balance" [],
    ButtonQueue = "button_queue" [],
    ButtonBuy = "button_buy" [],
    ButtonHelp = "button_help" [],
    ButtonAgain = "button_again" [],
    ButtonNew = "button_new" [],
    /// These describe commands in the client's menu: plain words.
    CommandStart = "command_start" [],
    CommandGenerate = "command_generate" [],
    CommandBalance = "command_balance" [],
    CommandQueue = "command_queue" [],
    CommandBuy = "command_buy" [],
    CommandHelp = "command_help" [],
    CommandCode = "command_code" [],
    CommandInvite = "command_invite" [],
    CommandNotifications = "command_notifications" [],
    CommandLanguage = "command_language" [],

    /// What the language calls itself: plain words, they stand on a button.
    LanguageName = "language_name" [],
    LanguageAsk = "language_ask" [],
    LanguageSet = "language_set" [],
    /// From now on as the client says.
    LanguageAuto = "language_auto" [],
    ButtonLanguageAuto = "button_language_auto" [],

    AskPrompt = "ask_prompt" [],
    PromptTooLong = "prompt_too_long" ["limit", "length"],
    NothingOnSale = "nothing_on_sale" [],

    // Menus and ideas.
    ButtonIdeas = "button_ideas" [],
    CommandIdeas = "command_ideas" [],
    IdeaCategories = "idea_categories" [],
    IdeaCategory = "idea_category" ["category"],
    /// Below the categories: how to write a good prompt.
    IdeaTips = "idea_tips" [],
    IdeasNone = "ideas_none" [],
    /// Before the card: models usually refuse this.
    Precheck = "precheck" ["prompt", "topics"],
    ButtonAnyway = "button_anyway" [],
    ButtonRewrite = "button_rewrite" [],

    // What Telegram requires of a bot that sells.
    Support = "support" ["contact", "id"],
    PaySupport = "pay_support" ["contact", "id"],
    /// Below what can be bought.
    BuySupport = "buy_support" ["contact"],
    Terms = "terms" ["contact"],
    Privacy = "privacy" ["contact", "days"],
    /// The owner, where he has given no contact: a link.
    ContactOwner = "contact_owner" [],
    /// The same where there is nobody to link to.
    ContactNone = "contact_none" [],
    DeleteMe = "delete_me" ["balance"],
    DeleteMeBusy = "delete_me_busy" ["orders"],
    DeleteMeKept = "delete_me_kept" [],
    DeleteMeDone = "delete_me_done" [],
    ButtonDeleteMe = "button_delete_me" [],
    ButtonKeepMe = "button_keep_me" [],
    CommandSupport = "command_support" [],
    CommandPaySupport = "command_pay_support" [],
    CommandTerms = "command_terms" [],
    CommandPrivacy = "command_privacy" [],
    CommandDeleteMe = "command_delete_me" [],
    ] $($after)* } };
}
