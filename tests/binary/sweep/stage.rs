//! What people do from their first word to the bot's last, each by another way to render or to pay, and what must be true in the end by
//! the books of those outside.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use sora_bot::sandbox::kaspi_api::KaspiApi;
use sora_bot::sandbox::stripe_api::{Endpoint, Pay};
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

use crate::binary::bot::Bot;
use crate::binary::reading::{button, link, saying, videos};
use crate::binary::world::{ADMIN, STRIPE_SECRET, USER, WELCOME, World, serve};

/// Tokens of the package that is bought.
const PACKAGE: i64 = 1_484;
const KASPI_KEY: &str = "kaspi-0f1e2d3c4b5a69788796";
/// Whoever tapped and sees nothing for so long taps again.
const PUZZLED: Duration = Duration::from_secs(10);
const BLINK: Duration = Duration::from_millis(20);
/// Below the ports that the system gives away by itself: a bot that is down keeps its address.
static DOORS: AtomicU16 = AtomicU16::new(18_000);

/// The engine of `ByScript`: the same server as always, by a file of the owner's.
const VENDOR: &str = r#"return engine {
  title = "Vendor", base_url = "ADDRESS", auth = { scheme = "Bearer", secret = "VENDOR_KEY" },
  create = { url = "/videos", ticket = "id", body = function(order)
    return { model = order.model, prompt = order.prompt, seconds = tostring(order.seconds), size = order.size }
  end },
  poll = { url = "/videos/{id}", state = "status", states = { queued = "working" }, every_s = 1 },
  fetch = { url = "/videos/{id}/content" },
  find = { url = "/videos", items = "data", ticket = "id", prompt = "prompt", seconds = "seconds", created = "created_at" },
}"#;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    /// From a prompt to its film.
    Film,
    /// The same by an engine that is a script.
    ByScript,
    /// A page to pay on is opened and given up, another one is paid.
    Card,
    /// Somebody pays another sum than was asked, and an owner sends it back.
    WrongSum,
    Stars,
    /// An invoice goes to a telephone.
    Invoice,
}

pub struct Stage {
    pub world: World,
    story: Story,
    settings: Vec<(&'static str, String)>,
    kaspi: Arc<KaspiApi>,
    _kaspi: AbortOnDropHandle<()>,
}

impl Story {
    pub const ALL: [Self; 6] =
        [Self::Film, Self::ByScript, Self::Card, Self::WrongSum, Self::Stars, Self::Invoice];

    fn label(self) -> &'static str {
        match self {
            Self::Stars => "Telegram Stars",
            Self::Invoice => "Счёт в Kaspi",
            _ => "Банковская карта",
        }
    }
}

impl Stage {
    pub async fn set(story: Story) -> Self {
        let world = World::usual().await;
        let kaspi = KaspiApi::new(KASPI_KEY, "whsec", None);
        let (kaspi_at, server) = serve(kaspi.router()).await;
        let door = door();
        kaspi.set_bot(&format!("http://{door}"));
        let mut settings = vec![("HTTP_ADDR", door.to_string())];
        match story {
            Story::Film | Story::Stars => settings.clear(),
            Story::ByScript => {
                settings = vec![("VENDOR_KEY", world.engine_key().to_owned())];
                write_vendor(&world);
            }
            Story::Card | Story::WrongSum => {
                settings.extend(world.cards());
                settings.push(("STRIPE_WEBHOOK_SECRET", STRIPE_SECRET.to_owned()));
                world
                    .stripe
                    .set_endpoint(Endpoint::new(&format!("http://{door}/webhooks/stripe"), &[STRIPE_SECRET]));
            }
            Story::Invoice => settings.extend([
                ("KASPI_GATEWAY_URL", format!("http://{kaspi_at}/kaspi/api/v1")),
                ("KASPI_GATEWAY_KEY", KASPI_KEY.to_owned()),
                ("KASPI_GATEWAY_WEBHOOK_SECRET", "whsec".to_owned()),
            ]),
        }
        Self { world, story, settings, kaspi, _kaspi: server }
    }

    pub fn start(&self, more: &[(&str, &str)]) -> Bot {
        let own = self.settings.iter().map(|(name, value)| (*name, value.as_str()));
        self.world.start_with(&own.chain(more.iter().copied()).collect::<Vec<_>>())
    }

    /// Whatever happens to the bot meanwhile, people come to their end.
    pub async fn play(&self) {
        let world = &self.world;
        match self.story {
            Story::Film | Story::ByScript => {
                world.chooses(USER, "кот").await;
                world.taps(USER, "Создать за 742").await;
                return world.is_delivered(USER).await;
            }
            Story::Card => {
                self.opens().await;
                world.taps(USER, "Другой способ").await;
                self.pays_by_card(|_| {}).await;
            }
            Story::WrongSum => {
                self.pays_by_card(|session| session["amount_total"] = json!(100_000)).await;
                let answers = ["деньги отправлены плательщику", "решения уже не ждёт"];
                let decided = |chat: &[Value]| answers.iter().find_map(|said| saying(chat, said).map(drop));
                // once: whatever happens meanwhile, the card loses its buttons by itself
                world.taps(ADMIN, "Не зачислять, вернуть").await;
                return world.finds(ADMIN, decided, "what was decided").await;
            }
            Story::Stars => {
                let link = self.opens().await;
                while world.telegram.pays_link(USER, &link).await.is_err() {}
            }
            Story::Invoice => self.pays_an_invoice().await,
        }
        world.sees(USER, "Оплата получена").await;
    }

    /// Taps, and taps again when nothing comes of it. Looks only at what stands below the message `behind`.
    async fn taps_until<T>(
        &self,
        who: i64,
        label: &str,
        behind: i64,
        seen: impl Fn(&[Value]) -> Option<T>,
    ) -> T {
        let below = |chat: &[Value]| -> Vec<Value> {
            chat.iter().filter(|message| message["message_id"].as_i64() > Some(behind)).cloned().collect()
        };
        loop {
            let there = |chat: &[Value]| {
                let chat = below(chat);
                seen(&chat).map(Ok).or_else(|| button(&chat, label).map(Err))
            };
            match self.world.finds(who, there, label).await {
                Ok(shown) => return shown,
                Err((message, data)) => self.world.telegram.taps(who, message, &data),
            };
            let shown = tokio::time::timeout(PUZZLED, async {
                loop {
                    match seen(&below(&self.world.telegram.chat(who))) {
                        Some(shown) => return shown,
                        None => sleep(BLINK).await,
                    }
                }
            });
            if let Ok(shown) = shown.await {
                return shown;
            }
        }
    }

    /// Chooses a package and the way to pay.
    async fn buys<T>(&self, seen: impl Fn(&[Value]) -> Option<T>) -> T {
        let said = self.world.says(USER, "/buy");
        let ways = |chat: &[Value]| saying(chat, "экономите").map(drop);
        self.taps_until(USER, "1 484", said, ways).await;
        self.taps_until(USER, self.story.label(), said, seen).await
    }

    /// Where it is paid.
    async fn opens(&self) -> String {
        self.buys(link).await
    }

    async fn pays_by_card(&self, alter: impl FnOnce(&mut Value)) {
        let page = self.opens().await;
        let session = page.rsplit('/').next().unwrap();
        self.world.stripe.alter(session, alter);
        self.world.stripe.pay(session, Pay::Card).unwrap();
    }

    async fn pays_an_invoice(&self) {
        self.buys(|chat| saying(chat, "Отправьте номер телефона").map(drop)).await;
        self.world.says(USER, "87011234567");
        loop {
            match self.kaspi.invoices().first().and_then(|invoice| invoice["id"].as_u64()) {
                Some(invoice) => return drop(self.kaspi.happen(invoice, "pay").unwrap()),
                None => sleep(BLINK).await,
            }
        }
    }

    /// The bot is stopped, and what it leaves behind is compared with the books of those outside.
    pub async fn ends(&self, bot: Bot, deaths: usize) {
        let world = &self.world;
        let book = world.finish(bot).await;
        let pages = world.stripe.sessions();
        let paid = pages.iter().filter(|page| page["payment_status"] == "paid").count();
        match self.story {
            Story::Film | Story::ByScript => {
                let sent = videos(&world.telegram.chat(USER)).len();
                assert!((1..=1 + deaths).contains(&sent), "{sent} films after {deaths} deaths");
                assert_eq!(world.engine.creates().len(), 1, "rendered once");
                return book.has_one_delivered(USER);
            }
            Story::WrongSum => {
                let back = world
                    .stripe
                    .events()
                    .into_iter()
                    .filter(|event| event["type"] == "refund.created")
                    .count();
                assert_eq!((paid, back), (1, 1), "sent back once");
                return assert_eq!(book.balance(USER), (WELCOME, 0));
            }
            Story::Card => {
                let closed = pages.iter().filter(|page| page["status"] == "expired").count();
                assert_eq!(paid, 1);
                assert!(deaths > 0 || closed == 1, "what was given up is closed there: {pages:?}");
            }
            Story::Stars => {}
            Story::Invoice => {
                assert_eq!(self.kaspi.invoices().len(), 1, "asked again it is the same invoice")
            }
        }
        assert_eq!(book.balance(USER), (WELCOME + PACKAGE, 0));
    }
}

fn write_vendor(world: &World) {
    let scripts = world.home().join("scripts");
    std::fs::create_dir_all(scripts.join("engines")).unwrap();
    std::fs::write(scripts.join("engines/vendor.lua"), VENDOR.replace("ADDRESS", world.engine_url()))
        .unwrap();
    let pricing = std::fs::read_to_string(scripts.join("pricing.lua")).unwrap();
    std::fs::write(scripts.join("pricing.lua"), pricing.replace("engine = \"sora\"", "engine = \"vendor\""))
        .unwrap();
}

fn door() -> SocketAddr {
    loop {
        let at = SocketAddr::from(([127, 0, 0, 1], DOORS.fetch_add(1, Ordering::Relaxed)));
        if TcpListener::bind(at).is_ok() {
            return at;
        }
    }
}
