//! Every text the bot can say, and the places each may fill in. A locale must have all of them and no others.

macro_rules! text_keys {
    ($($(#[$doc:meta])* $variant:ident = $name:literal [$($slot:literal),*]),+ $(,)?) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum TextKey { $($(#[$doc])* $variant),+ }

        impl TextKey {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As the locale files write it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The places that this text may fill in.
            pub fn slots(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($slot),*]),+ }
            }

            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|key| key.name() == name)
            }
        }
    };
}

impl TextKey {
    /// The names of the months, January first.
    pub const MONTHS: [Self; 12] = [
        Self::Month1,
        Self::Month2,
        Self::Month3,
        Self::Month4,
        Self::Month5,
        Self::Month6,
        Self::Month7,
        Self::Month8,
        Self::Month9,
        Self::Month10,
        Self::Month11,
        Self::Month12,
    ];
}

text_keys! {
    Greeting = "greeting" ["name", "balance"],
    /// Below the greeting of a new user who got welcome tokens.
    GreetingGift = "greeting_gift" ["amount"],
    /// The same for one whose first words were no /start.
    Welcome = "welcome" ["amount"],
    Help = "help" [],
    UnknownCommand = "unknown_command" [],
    /// A sticker, a voice, anything that is no words.
    OtherMessage = "other_message" [],
    PictureLater = "picture_later" [],
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

    CardOffers = "card_offers" ["prompt"],
    CardQuality = "card_quality" ["prompt"],
    CardSeconds = "card_seconds" ["prompt", "model"],
    CardShape = "card_shape" ["prompt", "model", "seconds"],
    CardConfirm = "card_confirm" ["prompt", "model", "seconds", "shape", "size", "price", "before", "after", "wait"],
    CardMissing = "card_missing" ["prompt", "model", "seconds", "shape", "size", "price", "balance", "missing"],
    CardDropped = "card_dropped" [],
    /// Stands above the confirmation.
    PriceChanged = "price_changed" ["old", "new"],
    NotSoldNow = "not_sold_now" [],
    /// From the owner's experience, in minutes.
    WaitUsual = "wait_usual" ["from", "to"],
    WaitMeasured = "wait_measured" ["minutes"],
    ShapeVertical = "shape_vertical" [],
    ShapeHorizontal = "shape_horizontal" [],
    ShapeSquare = "shape_square" [],
    ButtonOffer = "button_offer" ["label", "price"],
    ButtonCustom = "button_custom" [],
    ButtonModel = "button_model" ["model", "price"],
    ButtonSeconds = "button_seconds" ["seconds", "price"],
    ButtonShape = "button_shape" ["shape", "size"],
    ButtonOrder = "button_order" ["price"],
    ButtonBack = "button_back" [],
    ButtonDrop = "button_drop" [],
    ButtonTopUp = "button_top_up" [],

    /// Stands above everything that an order's card says.
    OrderHead = "order_head" ["number", "model", "seconds", "shape", "size", "price", "prompt"],
    OrderNext = "order_next" [],
    OrderQueued = "order_queued" ["ahead"],
    /// Below either, when it can be said.
    OrderWait = "order_wait" ["minutes"],
    OrderRendering = "order_rendering" ["bar", "percent", "elapsed", "rest"],
    OrderFetching = "order_fetching" ["elapsed"],
    OrderStarting = "order_starting" [],
    OrderReady = "order_ready" [],
    OrderDelivered = "order_delivered" [],
    OrderCancelled = "order_cancelled" ["price"],
    OrderRefunded = "order_refunded" ["price"],
    RestMeasured = "rest_measured" ["time"],
    RestUsual = "rest_usual" ["from", "to"],
    TimeSoon = "time_soon" [],
    TimeSeconds = "time_seconds" ["seconds"],
    TimeMinutes = "time_minutes" ["minutes"],
    TimeBoth = "time_both" ["minutes", "seconds"],
    ButtonCancel = "button_cancel" [],
    ButtonCancelNumber = "button_cancel_number" ["number"],

    ToastOrdered = "toast_ordered" ["number"],
    ToastCancelled = "toast_cancelled" ["price"],
    ToastTooLate = "toast_too_late" [],
    /// The button belongs to an older version, or to nothing that we know.
    ToastOld = "toast_old" [],
    ToastNotYours = "toast_not_yours" [],
    /// The draft has become an order.
    ToastAlready = "toast_already" [],
    ToastQueueFull = "toast_queue_full" [],
    ToastTooMany = "toast_too_many" ["limit"],

    Balance = "balance" ["available"],
    BalanceHeld = "balance_held" ["held"],
    HistoryTitle = "history_title" [],
    HistoryEmpty = "history_empty" [],
    HistoryLine = "history_line" ["date", "amount", "reason", "balance"],
    Date = "date" ["day", "month", "time"],
    Month1 = "month_1" [],
    Month2 = "month_2" [],
    Month3 = "month_3" [],
    Month4 = "month_4" [],
    Month5 = "month_5" [],
    Month6 = "month_6" [],
    Month7 = "month_7" [],
    Month8 = "month_8" [],
    Month9 = "month_9" [],
    Month10 = "month_10" [],
    Month11 = "month_11" [],
    Month12 = "month_12" [],
    ReasonWelcome = "reason_welcome" [],
    ReasonTopUp = "reason_top_up" [],
    ReasonHold = "reason_hold" ["number"],
    ReasonCapture = "reason_capture" ["number"],
    ReasonRelease = "reason_release" ["number"],
    Buy = "buy" ["packages", "id"],
    BuyAdmin = "buy_admin" [],
    Package = "package" ["tokens", "price"],
    PackageOff = "package_off" ["tokens", "price", "percent"],
    Credit = "credit" ["amount", "balance"],

    Queue = "queue" ["lines", "running", "capacity", "waiting"],
    QueueEmpty = "queue_empty" ["running", "capacity", "waiting"],
    QueueLine = "queue_line" ["number", "model", "seconds", "state"],
    StateNext = "state_next" [],
    StateQueued = "state_queued" ["ahead"],
    StateStarting = "state_starting" [],
    StateRendering = "state_rendering" ["percent"],
    StateFetching = "state_fetching" [],
    StateReady = "state_ready" [],

    Caption = "caption" ["number", "model", "seconds", "size", "prompt"],
    Refund = "refund" ["number", "reason", "price", "balance", "advice"],
    RefundModeration = "refund_moderation" [],
    RefundBadInput = "refund_bad_input" [],
    RefundEngineFailed = "refund_engine_failed" [],
    RefundEngineClosed = "refund_engine_closed" [],
    RefundTimedOut = "refund_timed_out" [],
    RefundFilmLost = "refund_film_lost" [],
    RefundTooLarge = "refund_too_large" [],
    RefundUnknown = "refund_unknown" [],
    AdviceRephrase = "advice_rephrase" [],
    AdviceAgain = "advice_again" [],
    AdviceSmaller = "advice_smaller" [],
    AdviceLater = "advice_later" [],

    TopUpUsage = "top_up_usage" [],
    TopUpDone = "top_up_done" ["name", "id", "amount", "before", "after"],
    TopUpRepeated = "top_up_repeated" ["name", "id", "amount", "after"],
    TopUpNobody = "top_up_nobody" ["whom"],
    TopUpAmount = "top_up_amount" ["most"],
    TopUpConflict = "top_up_conflict" [],
    /// Written into the audit when the admin gave no reason.
    TopUpReason = "top_up_reason" [],
    AlertEngineClosed = "alert_engine_closed" ["engine", "reason"],
    AlertEngineDown = "alert_engine_down" ["engine", "reason"],
    AlertUnknownOutcome = "alert_unknown_outcome" ["number"],
    AlertUndelivered = "alert_undelivered" ["number"],
    AlertUndeliveredSome = "alert_undelivered_some" [],
    AlertScriptsLoaded = "alert_scripts_loaded" ["version", "changes"],
    AlertScriptsRefused = "alert_scripts_refused" ["problems"],

    // Menus and ideas.
    ButtonIdeas = "button_ideas" [],
    CommandIdeas = "command_ideas" [],
    IdeaCategories = "idea_categories" [],
    IdeaCategory = "idea_category" ["category"],
    IdeasNone = "ideas_none" [],
    /// A package on a button of the buy menu.
    ButtonPackage = "button_package" ["tokens", "price"],
    /// What somebody reads who has chosen a package.
    BuyPackage = "buy_package" ["tokens", "price", "id"],
    AlertMenuFailed = "alert_menu_failed" ["version", "problem"],

    // Buying and paying
    BuyPackages = "buy_packages" ["packages"],
    /// A line of the list, of a package that has a title.
    PackageTitled = "package_titled" ["title", "package"],
    /// `saving` is `buy_saving`, or nothing.
    BuyWays = "buy_ways" ["package", "saving"],
    BuyPackageLine = "buy_package_line" ["tokens", "price"],
    BuySaving = "buy_saving" ["percent", "saved"],
    ButtonWayStars = "button_way_stars" ["sum"],
    ButtonWayStripe = "button_way_stripe" ["sum"],
    ButtonWayKaspiDesk = "button_way_kaspi_desk" ["sum"],
    ButtonWayKaspiGateway = "button_way_kaspi_gateway" ["sum"],
    ButtonWayKaspiBank = "button_way_kaspi_bank" ["sum"],
    ButtonPay = "button_pay" ["sum"],
    ButtonLook = "button_look" [],
    ButtonPaid = "button_paid" [],
    ButtonOtherWay = "button_other_way" [],
    PurchaseLink = "purchase_link" ["tokens", "sum", "code", "minutes"],
    PurchaseBank = "purchase_bank" ["tokens", "sum", "code"],
    PurchaseDesk = "purchase_desk" ["tokens", "sum", "code", "where"],
    DeskPhone = "desk_phone" ["phone"],
    DeskPhoneNamed = "desk_phone_named" ["phone", "recipient"],
    DeskLink = "desk_link" [],
    ButtonDeskLink = "button_desk_link" [],
    PurchaseClaimed = "purchase_claimed" ["sum", "code"],
    PurchaseCredited = "purchase_credited" ["amount", "balance"],
    PurchaseExpired = "purchase_expired" ["sum", "code"],
    PurchaseRejected = "purchase_rejected" ["sum", "code"],
    /// Stands below a purchase that was turned down.
    PurchaseReason = "purchase_reason" ["reason"],
    PurchaseQuarantined = "purchase_quarantined" ["sum", "code"],
    PurchaseDropped = "purchase_dropped" [],
    ToastPriceChanged = "toast_price_changed" [],
    ToastPurchaseOver = "toast_purchase_over" [],
    ToastPurchasesMany = "toast_purchases_many" ["limit"],
    ToastRailDown = "toast_rail_down" [],
    ToastNotPaidYet = "toast_not_paid_yet" [],
    CheckoutUnknown = "checkout_unknown" [],
    CheckoutOver = "checkout_over" [],
    InvoiceTitle = "invoice_title" ["tokens"],
    InvoiceDescription = "invoice_description" ["tokens"],
    BalanceDebt = "balance_debt" ["debt"],
    ReasonPurchase = "reason_purchase" [],
    ReasonTakenBack = "reason_taken_back" [],
    ReasonGivenBack = "reason_given_back" [],
    ReasonRepaid = "reason_repaid" [],
    ReasonRefund = "reason_refund" ["number"],
    ReasonGrant = "reason_grant" [],
    TakenBack = "taken_back" ["amount"],
    TakenBackDebt = "taken_back_debt" ["amount", "debt"],
    GivenBack = "given_back" ["amount", "balance"],
    PaidBack = "paid_back" ["number", "amount", "balance"],
    /// Ways to pay, as admins read them.
    WayStars = "way_stars" [],
    WayStripe = "way_stripe" [],
    WayKaspiDesk = "way_kaspi_desk" [],
    WayKaspiGateway = "way_kaspi_gateway" [],
    WayKaspiBank = "way_kaspi_bank" [],
    AlertQuarantined = "alert_quarantined" ["number", "way", "sum", "doubt"],
    DoubtNoPurchase = "doubt_no_purchase" [],
    DoubtWay = "doubt_way" [],
    DoubtPayer = "doubt_payer" [],
    DoubtCurrency = "doubt_currency" [],
    DoubtAmount = "doubt_amount" [],
    DoubtMode = "doubt_mode" [],
    DoubtAccount = "doubt_account" [],
    AlertReturned = "alert_returned" ["way", "id", "amount", "debt"],
    AlertReconciled = "alert_reconciled" ["way", "payments"],
    Claim = "claim" ["code", "sum", "tokens", "name", "id"],
    ClaimReceipt = "claim_receipt" ["receipt"],
    ClaimConfirmed = "claim_confirmed" ["code", "amount", "name", "id"],
    ClaimRejected = "claim_rejected" ["code", "name", "id"],
    ClaimOver = "claim_over" ["code", "state"],
    ClaimNothing = "claim_nothing" ["code"],
    ClaimReceiptUsed = "claim_receipt_used" ["code"],
    ClaimAmount = "claim_amount" [],
    Claims = "claims" ["lines"],
    ClaimsNone = "claims_none" [],
    ClaimLine = "claim_line" ["code", "sum", "name", "id", "date"],
    ClaimOtherSum = "claim_other_sum" ["code"],
    ClaimWhy = "claim_why" ["code"],
    ConfirmUsage = "confirm_usage" [],
    RejectUsage = "reject_usage" [],
    ButtonConfirm = "button_confirm" ["sum"],
    ButtonOtherSum = "button_other_sum" [],
    ButtonReject = "button_reject" [],
    ButtonCredit = "button_credit" ["amount"],
    ButtonDismiss = "button_dismiss" [],
    DoubtCredited = "doubt_credited" ["number", "amount"],
    DoubtDismissed = "doubt_dismissed" ["number"],
    DoubtOver = "doubt_over" ["number"],
    StatePurchaseOpen = "state_purchase_open" [],
    StatePurchaseClaimed = "state_purchase_claimed" [],
    StatePurchasePaid = "state_purchase_paid" [],
    StatePurchaseExpired = "state_purchase_expired" [],
    StatePurchaseRejected = "state_purchase_rejected" [],
    StatePurchaseQuarantined = "state_purchase_quarantined" [],
    StatePurchaseDropped = "state_purchase_dropped" [],

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
}
