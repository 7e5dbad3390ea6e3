//! Server-sent events: what happens in the chats, as it happens.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event as Line, KeepAlive, Sse},
};
use futures::{Stream, StreamExt, stream};
use tokio::sync::broadcast::Receiver;

use super::ChatPage;
use crate::sandbox::bot_api::Event;

/// Proxies close a silent connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// A page that falls too far behind is disconnected; it then comes back and loads everything anew.
pub(super) async fn events(
    State(page): State<Arc<ChatPage>>,
) -> Sse<impl Stream<Item = Result<Line, Infallible>>> {
    let events = stream::unfold(page.bot_api.subscribe(), |mut events: Receiver<Event>| async {
        let event = events.recv().await.ok()?;
        Some((event, events))
    });
    let lines = events.flat_map(|event| {
        // money moves together with a message
        let panel = matches!(event, Event::Message { .. }).then_some(Event::Panel);
        stream::iter([Some(event), panel].into_iter().flatten().map(|event| Ok(line(&event))))
    });
    Sse::new(lines).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

fn line(event: &Event) -> Line {
    let (name, data) = event.wire();
    Line::default().event(name).data(data.to_string())
}
