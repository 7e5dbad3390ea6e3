//! An order from its card to its film, and what can be done with a film.

macro_rules! order {
    ([$($before:tt)*] $($after:ident)*) => { joined! { [$($before)*
    CardOffers = "card_offers" ["prompt"],
    CardQuality = "card_quality" ["prompt"],
    CardSeconds = "card_seconds" ["prompt", "model"],
    CardShape = "card_shape" ["prompt", "model", "seconds"],
    CardConfirm = "card_confirm" ["prompt", "model", "seconds", "shape", "size", "price", "before", "after", "wait"],
    CardMissing = "card_missing" ["prompt", "model", "seconds", "shape", "size", "price", "balance", "missing"],
    CardDropped = "card_dropped" [],
    /// Stand above the card of a draft with a picture, and above its confirmation, which shows the very frame.
    CardPicture = "card_picture" [],
    CardFrame = "card_frame" [],
    /// Stands above the confirmation.
    PriceChanged = "price_changed" ["old", "new"],
    NotSoldNow = "not_sold_now" [],
    /// From the owner's experience, in minutes.
    WaitUsual = "wait_usual" ["from", "to"],
    WaitMeasured = "wait_measured" ["minutes"],
    ShapeVertical = "shape_vertical" [], ShapeHorizontal = "shape_horizontal" [],
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
    OrderRefunded = "order_refunded" ["price", "reason"],
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
    ToastNoRoom = "toast_no_room" [],

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
    RefundModeration = "refund_moderation" [], RefundBadInput = "refund_bad_input" [],
    RefundEngineFailed = "refund_engine_failed" [], RefundEngineClosed = "refund_engine_closed" [],
    RefundTimedOut = "refund_timed_out" [], RefundFilmLost = "refund_film_lost" [],
    RefundTooLarge = "refund_too_large" [], RefundUnknown = "refund_unknown" [],
    AdviceRephrase = "advice_rephrase" [], AdviceAgain = "advice_again" [], AdviceSmaller = "advice_smaller" [],
    AdviceLater = "advice_later" [],

    /// Stands above a price that a promotion has reduced; `price` is the one without it.
    CardPromo = "card_promo" ["title", "percent", "price"],

    // After a video.
    ButtonVideos = "button_videos" [], CommandVideos = "command_videos" [], ButtonEdit = "button_edit" [],
    ButtonSize = "button_size" [], ButtonRemix = "button_remix" [],
    ButtonExtend = "button_extend" [], ButtonResend = "button_resend" [],
    ButtonFile = "button_file" [], ButtonNewer = "button_newer" [], ButtonOlder = "button_older" [],
    Gallery = "gallery" ["number", "model", "seconds", "size", "prompt", "place", "total"],
    GalleryEmpty = "gallery_empty" [],
    CaptionGift = "caption_gift" ["number", "model", "seconds", "size", "prompt"],
    CaptionFile = "caption_file" ["number", "model", "seconds", "size", "prompt"],
    /// Stands below the caption of a film that Telegram does not carry.
    FilmLinked = "film_linked" ["megabytes", "date"],
    ButtonDownload = "button_download" [],
    AskEdit = "ask_edit" ["number", "prompt"],
    AskRemix = "ask_remix" ["number", "prompt"],
    CardRemix = "card_remix" ["number"],
    RemixNotNow = "remix_not_now" [],
    AskExtend = "ask_extend" ["number", "prompt"],
    /// `seconds` are those of the new part, `before` and `after` those of the whole film.
    CardExtend = "card_extend" ["number", "seconds", "before", "after"],
    ExtendNotNow = "extend_not_now" [],
    ToastNoRemix = "toast_no_remix" [], ToastNoExtend = "toast_no_extend" [],
    ToastFilmGone = "toast_film_gone" [], ToastSending = "toast_sending" [],
    ToastStopping = "toast_stopping" [], OrderStopping = "order_stopping" [],
    OrderUnstoppable = "order_unstoppable" [], StateStopping = "state_stopping" [],
    RefundSourceGone = "refund_source_gone" [], AdviceFromWords = "advice_from_words" [],
    RefundOwner = "refund_owner" [], AdviceOwner = "advice_owner" [],
    /// When it may have been the words or the picture.
    RefundModerationEither = "refund_moderation_either" [],
    RefundPicture = "refund_picture" [], AdvicePicture = "advice_picture" [],
    ] $($after)* } };
}
