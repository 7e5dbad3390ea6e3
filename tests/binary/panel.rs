//! The operator's page as a browser meets it: who comes in, who does not, and what the pages hold.

use std::time::Duration;

use reqwest::header::{HeaderMap, SET_COOKIE};
use reqwest::{Client, StatusCode};

use super::world::{ADMIN, Setup, USER, World};

const PAGES: [&str; 7] = ["", "/charts", "/users", "/money", "/ledger", "/engines", "/scripts"];

/// A browser that follows nothing and remembers nothing by itself.
fn browser() -> Client {
    Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// A free port for a bot that is told its address before it starts.
fn port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn link(world: &World, seen: &mut Vec<String>) -> String {
    world.says(ADMIN, "/panel");
    let known = seen.clone();
    let link = world
        .finds(
            ADMIN,
            |messages| {
                let texts = messages.iter().filter_map(|message| message["text"].as_str());
                let mut links =
                    texts.flat_map(str::split_whitespace).filter(|word| word.contains("/panel/login?key="));
                links.find(|link| !known.contains(&(*link).to_owned())).map(str::to_owned)
            },
            "a link",
        )
        .await;
    seen.push(link.clone());
    link
}

/// What the button on the page behind the link does.
async fn enter(at: &str, link: &str) -> (StatusCode, HeaderMap) {
    let key = link.split("key=").nth(1).unwrap();
    let sent = browser()
        .post(format!("{at}/login"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("key={key}"));
    let answer = sent.send().await.unwrap();
    (answer.status(), answer.headers().clone())
}

async fn page(address: &str, cookie: Option<&str>) -> (StatusCode, HeaderMap, String) {
    let mut request = browser().get(address);
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, answer.text().await.unwrap())
}

#[tokio::test]
async fn the_page_lets_an_admin_in_once_and_nobody_else() {
    let world = World::new(Setup { render: Duration::from_millis(300), ..Setup::default() }).await;
    let port = port();
    let start = || world.start_with(&[("HTTP_ADDR", &format!("127.0.0.1:{port}"))]);
    let bot = start();
    let at = format!("http://127.0.0.1:{port}/panel");

    world.says(USER, "/start");
    world.sees(USER, "Здравствуйте").await;
    world.says(USER, "/panel");
    world.sees(USER, "Такой команды нет").await;
    world.orders(USER, "<script>alert(1)</script>").await;
    world.is_delivered(USER).await;

    let mut seen = Vec::new();
    let link = link(&world, &mut seen).await;
    assert!(link.starts_with(&format!("{at}/login?key=")), "{link}");

    // A preview that opens the link spends nothing.
    let (status, _, door) = page(&link, None).await;
    assert!(status.is_success() && door.contains("Войти"), "{door}");

    let (status, headers) = enter(&at, &link).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let cookie = headers[SET_COOKIE].to_str().unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Max-Age=43200", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let cookie = cookie.split(';').next().unwrap().to_owned();

    for name in PAGES {
        let (status, headers, text) = page(&format!("{at}{name}"), Some(&cookie)).await;
        assert!(status.is_success() && text.contains("<h1>"), "{name}: {status}");
        assert!(headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
        assert_eq!(
            (&headers["cache-control"], &headers["referrer-policy"]),
            (&"no-store".parse().unwrap(), &"no-referrer".parse().unwrap())
        );
        assert!(!text.contains("<script"), "{name} holds a script");
        let (status, _, text) = page(&format!("{at}{name}"), None).await;
        assert!(status == StatusCode::UNAUTHORIZED && !text.contains("<table"), "{name} to a stranger");
    }
    let (_, _, user) = page(&format!("{at}/users/{USER}"), Some(&cookie)).await;
    assert!(user.contains("aigerim") && user.contains("видео № 1 оплачено"), "{user}");
    let (_, _, ledger) = page(&format!("{at}/ledger?id=capture%3A1"), Some(&cookie)).await;
    assert!(ledger.contains("capture:1") && !ledger.contains("hold:1"), "{ledger}");
    let (_, _, hostile) = page(&format!("{at}/ledger?who=%22%3E%3Cscript%3E"), Some(&cookie)).await;
    assert!(hostile.contains("&quot;&gt;&lt;script&gt;") && !hostile.contains("<script"), "{hostile}");

    // Stale: the link was spent. Wrong: nobody ever had it. Forged: no such session.
    assert_eq!(enter(&at, &link).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(enter(&at, &format!("x?key={}", "0".repeat(64))).await.0, StatusCode::UNAUTHORIZED);
    let forged = format!("panel={}", "0".repeat(64));
    assert_eq!(page(&at, Some(&forged)).await.0, StatusCode::UNAUTHORIZED);

    // Out is out.
    let left = browser().post(format!("{at}/logout")).header("cookie", &cookie).send().await.unwrap();
    assert_eq!(left.status(), StatusCode::SEE_OTHER);
    assert_eq!(page(&at, Some(&cookie)).await.0, StatusCode::UNAUTHORIZED);

    // Who is no admin any more is out at the next look, with a session or a link of before.
    let unused = self::link(&world, &mut seen).await;
    world.stop(bot).await;
    let bot = world
        .start_with(&[("HTTP_ADDR", &format!("127.0.0.1:{port}")), ("ADMIN_USER_ID", &USER.to_string())]);
    world.says(ADMIN, "/panel");
    world
        .finds(
            ADMIN,
            |messages| messages.last().filter(|last| last.to_string().contains("Такой команды нет")).cloned(),
            "no",
        )
        .await;
    assert_eq!(enter(&at, &unused).await.0, StatusCode::UNAUTHORIZED);
    world.finish(bot).await;
}

#[tokio::test]
async fn without_an_address_there_is_no_page_and_stats_come_as_a_picture() {
    let world = World::usual().await;
    let bot = world.start();
    world.orders(USER, "кот").await;
    world.is_delivered(USER).await;
    world.says(ADMIN, "/panel");
    world.sees(ADMIN, "Страница владельца выключена").await;
    world.says(ADMIN, "/stats 91");
    world.sees(ADMIN, "от 1 до 90").await;
    world.says(USER, "/stats");
    world.sees(USER, "Такой команды нет").await;
    world.says(ADMIN, "/stats");
    let stats = world.sees(ADMIN, "Видео: 1").await;
    assert!(stats["photo"].is_array(), "{stats}");
    world.finish(bot).await;
}
