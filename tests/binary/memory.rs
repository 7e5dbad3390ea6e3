//! Memory while many large films are fetched and sent at once. Only the bot's own process is measured: the engine and Telegram are
//! this one, and what they carry is made as it leaves and forgotten as it comes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, State};
use axum::http::Response;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use futures::StreamExt as _;
use tokio::sync::{OnceCell, watch};

use super::world::{QUICK, Setup, WELCOME, World, person};

/// Fewer than the 50 that CONTRIBUTING.md names: a debug build on a busy machine moves a gigabyte a minute.
const FILMS: usize = 6;
const FILM: u64 = 45 << 20;
/// KiB, of the whole process at its peak.
const MOST: u64 = 120 * 1024;
const FIRST: i64 = 5_000;
/// As much of a film as Telegram keeps here.
const KEPT: usize = 256 * 1024;

fn films() -> usize {
    std::env::var("FILMS").map_or(FILMS, |films| films.parse().unwrap())
}

/// The engine's films: a real one, and then emptiness that belongs to the file. All are begun together.
#[derive(Default)]
struct Heavy {
    film: OnceCell<Bytes>,
    waiting: AtomicUsize,
    open: watch::Sender<bool>,
}

fn heavy(routes: Router) -> Router {
    routes.layer(from_fn_with_state(Arc::new(Heavy::default()), fetched))
}

async fn fetched(State(heavy): State<Arc<Heavy>>, request: Request, next: Next) -> Response<Body> {
    let is_film = request.uri().path().ends_with("/content") && request.uri().query().is_none();
    if !is_film {
        return next.run(request).await;
    }
    let original = async { to_bytes(next.run(request).await.into_body(), usize::MAX).await.unwrap() };
    let film = heavy.film.get_or_init(|| original).await.clone();
    if heavy.waiting.fetch_add(1, Ordering::SeqCst) + 1 == films() {
        heavy.open.send_replace(true);
    }
    heavy.open.subscribe().wait_for(|open| *open).await.unwrap();
    let rest = FILM - film.len() as u64;
    let header = [&u32::try_from(rest).unwrap().to_be_bytes()[..], b"free"].concat();
    let head = futures::stream::iter([film, Bytes::from(header)]);
    const PIECE: Bytes = Bytes::from_static(&[0; 64 * 1024]);
    let pieces = futures::stream::unfold(rest - 8, |left| async move {
        let piece = PIECE.slice(..PIECE.len().min(usize::try_from(left).unwrap()));
        (left > 0).then(|| (piece.clone(), left - piece.len() as u64))
    });
    let body = Body::from_stream(head.chain(pieces).map(Ok::<_, std::io::Error>));
    Response::builder().header(CONTENT_TYPE, "video/mp4").header(CONTENT_LENGTH, FILM).body(body).unwrap()
}

fn forgetful(routes: Router) -> Router {
    routes.layer(from_fn(shortened)).layer(DefaultBodyLimit::disable())
}

/// A film on its way to Telegram arrives whole and is kept in part.
async fn shortened(request: Request, next: Next) -> Response<Body> {
    if !request.uri().path().to_ascii_lowercase().ends_with("/sendvideo") {
        return next.run(request).await;
    }
    let (mut head, whole) = request.into_parts();
    let mut form = Multipart::from_request(Request::from_parts(head.clone(), whole), &()).await.unwrap();
    let (mut body, mut largest) = (Vec::new(), 0);
    while let Some(mut field) = form.next_field().await.unwrap() {
        let name = field.name().unwrap().to_owned();
        let file = field.file_name().map_or_else(String::new, |file| format!("; filename=\"{file}\""));
        body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes());
        let mut bytes = 0;
        while let Some(piece) = field.chunk().await.unwrap() {
            body.extend(&piece[..piece.len().min(KEPT.saturating_sub(bytes))]);
            bytes += piece.len();
        }
        largest = largest.max(bytes as u64);
        body.extend(b"\r\n");
    }
    assert_eq!(largest, FILM, "the film went up whole");
    body.extend(b"--x--\r\n");
    // what the router knows of the request stays with it
    head.headers.remove(CONTENT_LENGTH);
    head.headers.insert(CONTENT_TYPE, "multipart/form-data; boundary=x".parse().unwrap());
    next.run(Request::from_parts(head, Body::from(body))).await
}

/// KiB; Linux tells it (proc_pid_status).
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_large_films_at_once_take_little_memory() {
    let films = films();
    let world = World::new(Setup {
        worker: "max_concurrent_jobs = 64\n",
        render: Duration::from_millis(500),
        filter: "info",
        before: [heavy, forgetful],
        ..Setup::default()
    })
    .await;
    let people: Vec<i64> = (FIRST..).take(films).collect();
    for id in &people {
        world.telegram.add_person(person(*id, &format!("buyer{id}")));
    }
    let bot = world.start();
    for id in &people {
        world.orders(*id, "лодка").await;
    }
    world.wire.reached("sendvideo", films).await;
    for id in &people {
        world.is_delivered(*id).await;
    }
    let peak = peak(bot.id());
    println!("{films} films of {} MiB at once: {} MiB at the peak", FILM >> 20, peak / 1024);
    assert!(peak < MOST, "{peak} KiB at the peak");
    let book = world.finish(bot).await;
    for id in people {
        assert_eq!(book.balance(id), (WELCOME - QUICK, 0));
    }
}
