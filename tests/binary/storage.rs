//! The disk of the real bot, too full to sell; and films that Telegram does not carry, fetched by their buyers as a browser does.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::Response;
use axum::http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::middleware::{Next, from_fn};
use reqwest::{Client, StatusCode};

use super::reading::{link, videos, words};
use super::world::{ADMIN, Setup, USER, WELCOME, World};

/// Over the limit of the test's own Bot API server.
const FILM: usize = (2 << 20) + 7;

#[tokio::test]
async fn a_disk_that_is_too_full_takes_no_orders_and_says_so_in_three_languages_until_there_is_room() {
    // no machine has so much
    let worker = "[delivery]\nleast_free_mib = 1000000000\n";
    let world = World::new(Setup { worker, ..Setup::default() }).await;
    let bot = world.start();
    world.chooses(USER, "лодка").await;
    let (card, order) = world.taps(USER, "Создать за 742").await;
    let answered = |part: &'static str| {
        let world = &world;
        async move {
            let has = |call: &sora_bot::sandbox::bot_api::Call| {
                call.method == "answerCallbackQuery"
                    && call.params["text"].as_str().unwrap_or("").contains(part)
            };
            world.finds(USER, |_| world.telegram.calls().iter().any(has).then_some(()), part).await;
        }
    };
    answered("Новые заказы мы пока не принимаем").await;
    for (language, said) in
        [("kk", "Әзірге жаңа тапсырыс қабылдамаймыз"), ("en", "We are not taking new orders")]
    {
        world.says(USER, "/language");
        let picker = world.finds(USER, |chat| super::reading::button(chat, flag(language)), language).await;
        world.telegram.taps(USER, picker.0, &picker.1);
        world.telegram.taps(USER, card, &order);
        answered(said).await;
    }
    let alert = words(&world.sees(ADMIN, "На диске свободно").await);
    assert!(alert.contains("keep_files_mib") && alert.contains("откроются сами"), "{alert}");
    let book = world.finish(bot).await;
    assert_eq!(book.balance(USER), (WELCOME, 0));
    assert!(book.jobs(USER).is_empty());
    drop(book);

    std::fs::write(world.home().join("config.toml"), "[worker]\nlook_up_after_s = 1\n").unwrap();
    let bot = world.start();
    world.sees(ADMIN, "снова есть место").await;
    world.telegram.taps(USER, card, &order);
    world.sees(USER, "✅ Done").await;
    world.finish(bot).await.has_one_delivered(USER);
}

/// How a language calls itself.
fn flag(language: &str) -> &'static str {
    if language == "kk" { "Қазақша" } else { "English" }
}

fn long_films(routes: Router) -> Router {
    async fn longer(request: Request, next: Next) -> Response<Body> {
        let is_film = request.uri().path().ends_with("/content") && request.uri().query().is_none();
        let response = next.run(request).await;
        if !is_film {
            return response;
        }
        let mut film = to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
        let rest = u32::try_from(FILM - film.len()).unwrap();
        film.extend(rest.to_be_bytes());
        film.extend(b"free");
        film.extend((film.len()..FILM).map(|at| (at % 251) as u8).collect::<Vec<_>>());
        Response::builder().header(CONTENT_TYPE, "video/mp4").body(Body::from(film)).unwrap()
    }
    routes.layer(from_fn(longer))
}

async fn got(address: &str, range: Option<&str>) -> (reqwest::header::HeaderMap, StatusCode, Bytes) {
    let mut request = Client::new().get(address);
    if let Some(range) = range {
        request = request.header(RANGE, range);
    }
    let answer = request.send().await.unwrap();
    (answer.headers().clone(), answer.status(), answer.bytes().await.unwrap())
}

#[tokio::test]
async fn a_film_that_telegram_does_not_carry_is_fetched_by_its_buyer_whole_and_in_pieces() {
    let worker = "[delivery]\nupload_limit_mib = 1\n";
    let before: [fn(Router) -> Router; 2] = [long_films, |routes| routes];
    let world = World::new(Setup { worker, before, ..Setup::default() }).await;
    let door = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{door}");
    let bot = world.start_with(&[("HTTP_ADDR", &door.to_string()), ("PUBLIC_URL", &url)]);
    world.orders(USER, "лодка").await;
    let message = world.sees(USER, "Ссылка личная").await;
    assert!(words(&message).contains("3 МБ"), "{message}");
    world.sees(USER, "✅ Готово").await;
    assert!(videos(&world.telegram.chat(USER)).is_empty());
    let address = link(&world.telegram.chat(USER)).unwrap();
    assert!(address.starts_with(&format!("{url}/films/1-")), "{address}");

    let kept = std::fs::read(world.home().join("data/videos/1.mp4")).unwrap();
    assert_eq!(kept.len(), FILM);
    let (headers, status, whole) = got(&address, None).await;
    assert_eq!((status, whole.as_ref() == kept), (StatusCode::OK, true));
    assert_eq!(headers[CONTENT_TYPE], "video/mp4");
    assert_eq!(headers[ACCEPT_RANGES], "bytes");
    for (asked, from, to) in
        [("bytes=0-99", 0, 100), ("bytes=1000000-", 1_000_000, FILM), ("bytes=-5", FILM - 5, FILM)]
    {
        let (headers, status, part) = got(&address, Some(asked)).await;
        assert_eq!(
            (status, part.as_ref() == &kept[from..to]),
            (StatusCode::PARTIAL_CONTENT, true),
            "{asked}"
        );
        assert_eq!(headers[CONTENT_RANGE].to_str().unwrap(), format!("bytes {from}-{}/{FILM}", to - 1));
    }
    assert_eq!(got(&address, Some("bytes=9999999-")).await.1, StatusCode::RANGE_NOT_SATISFIABLE);
    let head = Client::new().head(&address).send().await.unwrap();
    assert_eq!(
        (head.status(), head.headers()[CONTENT_LENGTH].to_str().unwrap()),
        (StatusCode::OK, FILM.to_string().as_str())
    );
    let name = address.rsplit('/').next().unwrap();
    let changed = name.replacen("1-", "2-", 1);
    for wrong in [
        "films",
        "films/",
        "films/1.mp4",
        "films/../data/bot.redb",
        &format!("films/{changed}"),
        &format!("pictures/{name}"),
    ] {
        let (headers, status, body) = got(&format!("{url}/{wrong}"), None).await;
        assert_eq!((status, body.len()), (StatusCode::NOT_FOUND, 0), "{wrong}: {headers:?}");
    }
    let log = bot.lines();
    assert!(!log.contains(name), "an address is a key: it is in no log");
    bot.stop().await;
    world.finished().await.has_one_delivered(USER);
}
