//! What goes over the wire between the bot and the emulators, and a tripwire in it: a call can be held for ever before it is
//! done, or after it is done and before its answer goes out. A kill at that moment is a crash between two known steps.

use std::future::pending;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use tokio::sync::watch;

/// On which side of a call the wire trips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Before,
    After,
}

type Trap = Box<dyn FnMut(&str) -> Option<Side> + Send>;

#[derive(Default)]
struct Inner {
    seen: Vec<String>,
    orders: Vec<String>,
    trap: Option<Trap>,
    tripped: bool,
}

/// All calls of a world, in the order in which they came.
pub struct Wire {
    inner: Mutex<Inner>,
    bell: watch::Sender<()>,
}

impl Wire {
    pub fn new() -> Arc<Self> {
        Arc::new(Self { inner: Mutex::default(), bell: watch::Sender::new(()) })
    }

    /// The routes with the wire in front of them.
    pub fn before(self: &Arc<Self>, routes: Router) -> Router {
        routes.layer(from_fn_with_state(Arc::clone(self), pass))
    }

    /// Every call so far: `sendvideo` of Telegram, `POST videos` of the engine.
    pub fn seen(&self) -> Vec<String> {
        self.inner.lock().unwrap().seen.clone()
    }

    /// The bodies of all orders that reached the engine, as they were sent.
    pub fn orders(&self) -> Vec<String> {
        self.inner.lock().unwrap().orders.clone()
    }

    pub fn count(&self, name: &str) -> usize {
        self.seen().iter().filter(|seen| *seen == name).count()
    }

    /// Trips at the next call of this name.
    pub fn trip_at(&self, name: &'static str, side: Side) {
        self.arm(Box::new(move |seen| (seen == name).then_some(side)));
    }

    /// Trips at the call after `calls` others, whatever it is.
    pub fn trip_after(&self, calls: usize, side: Side) {
        let mut left = calls;
        self.arm(Box::new(move |_| match left.checked_sub(1) {
            Some(fewer) => {
                left = fewer;
                None
            }
            None => Some(side),
        }));
    }

    fn arm(&self, trap: Trap) {
        let mut inner = self.inner.lock().unwrap();
        (inner.trap, inner.tripped) = (Some(trap), false);
    }

    /// Lets everything pass again. Answers whether the wire had tripped.
    pub fn disarm(&self) -> bool {
        let mut inner = self.inner.lock().unwrap();
        inner.trap = None;
        std::mem::take(&mut inner.tripped)
    }

    /// Ends when a call is held.
    pub async fn tripped(&self) {
        self.until(|inner| inner.tripped).await;
    }

    /// Ends when there were so many calls of this name.
    pub async fn reached(&self, name: &str, calls: usize) {
        self.until(|inner| inner.seen.iter().filter(|seen| *seen == name).count() >= calls).await;
    }

    async fn until(&self, there: impl Fn(&Inner) -> bool) {
        let mut bell = self.bell.subscribe();
        while !there(&self.inner.lock().unwrap()) {
            bell.changed().await.unwrap();
        }
    }

    /// Notes a call; on which side it is held, if it is.
    fn arrived(&self, name: String) -> Option<Side> {
        let mut inner = self.inner.lock().unwrap();
        let side = inner.trap.as_mut().and_then(|trap| trap(&name));
        if side.is_some() {
            // one call trips the wire; the others of a bot that still runs go on
            inner.trap = None;
        }
        inner.seen.push(name);
        drop(inner);
        self.bell.send_replace(());
        side
    }

    /// Keeps a copy of an order's body. None of one that was cut short: whoever sent it was killed meanwhile.
    async fn noted(&self, request: Request) -> Option<Request> {
        let (head, body) = request.into_parts();
        let body = to_bytes(body, usize::MAX).await.ok()?;
        self.inner.lock().unwrap().orders.push(String::from_utf8_lossy(&body).into_owned());
        Some(Request::from_parts(head, Body::from(body)))
    }

    async fn hold(&self) {
        self.inner.lock().unwrap().tripped = true;
        self.bell.send_replace(());
        pending::<()>().await;
    }
}

async fn pass(State(wire): State<Arc<Wire>>, request: Request, next: Next) -> Response {
    let name = name(&request);
    let request = if name == "POST videos" { wire.noted(request).await } else { Some(request) };
    let Some(request) = request else { return StatusCode::BAD_REQUEST.into_response() };
    let side = wire.arrived(name);
    if side == Some(Side::Before) {
        wire.hold().await;
    }
    let response = next.run(request).await;
    if side == Some(Side::After) {
        wire.hold().await;
    }
    response
}

fn name(request: &Request) -> String {
    let uri = request.uri();
    let parts: Vec<&str> = uri.path().split('/').skip(1).collect();
    let verb = request.method();
    match parts.as_slice() {
        ["v1", "checkout", "sessions"] if verb == "POST" => "POST session".to_owned(),
        ["v1", "checkout", "sessions", _] => format!("{verb} session"),
        ["v1", "videos"] => format!("{verb} videos"),
        ["v1", "videos", _] => format!("{verb} video"),
        ["v1", "videos", _, "content"] if uri.query().is_some() => format!("{verb} picture"),
        ["v1", "videos", _, "content"] => format!("{verb} film"),
        [.., method] => method.to_ascii_lowercase(),
        [] => String::new(),
    }
}
