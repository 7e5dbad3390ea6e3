//! Over real sockets on loopback: what is sent, what arrives, and what becomes of broken connections.

mod asking;
mod fetching;
mod submitting;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const KEY: &str = "sk-0123456789abcdef";

/// Each request in short: its method, its path with the query, and the key it carried.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<Vec<String>>>);

impl Calls {
    fn note(&self, call: String) {
        self.0.lock().unwrap().push(call);
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// A server on a free port of loopback. Returns its origin and what it was asked.
async fn serve(router: Router) -> (String, Calls) {
    let calls = Calls::default();
    let noting = calls.clone();
    let router = router.layer(middleware::from_fn(move |request: Request, next: Next| {
        let key = request.headers().get("authorization").map_or("no key", |key| key.to_str().unwrap());
        noting.note(format!("{} {} {key}", request.method(), request.uri()));
        next.run(request)
    }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (origin, calls)
}

/// A server that reads a request as far as it comes at once, answers with these bytes and hangs up.
async fn serve_raw(answer: impl Into<Vec<u8>>) -> (String, Calls) {
    let calls = Calls::default();
    let noting = calls.clone();
    let answer = answer.into();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut read = vec![0; 65_536];
            let bytes = stream.read(&mut read).await.unwrap_or_default();
            let first_line = String::from_utf8_lossy(&read[..bytes]).lines().next().map(str::to_owned);
            noting.note(first_line.unwrap_or_default());
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    });
    (origin, calls)
}

fn settings(origin: &str) -> SoraSettings {
    SoraSettings::new(format!("{origin}/v1"), SecretString::from(KEY))
}

fn sora(origin: &str) -> Sora {
    Sora::new(settings(origin)).unwrap()
}

/// One that soon loses patience, for servers that never answer.
fn hasty(origin: &str) -> Sora {
    let soon = Duration::from_millis(200);
    let timeouts = Timeouts { submit: soon, poll: soon, list: soon, stall: soon, ..Timeouts::default() };
    Sora::new(SoraSettings { timeouts, ..settings(origin) }).unwrap()
}

/// Where nobody listens.
async fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// A film of 64 by 64 pixels and half a second, made as long as wanted by empty room at its end.
fn film(bytes: usize) -> Vec<u8> {
    let mut film = include_bytes!("../tiny.mp4").to_vec();
    if let Some(room) = bytes.checked_sub(film.len()).filter(|room| *room >= 8) {
        film.extend(u32::try_from(room).unwrap().to_be_bytes());
        film.extend(b"free");
    }
    film.resize(bytes, 0);
    film
}
