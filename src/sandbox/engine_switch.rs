//! The page's switch: how the next render ends.

use std::sync::Arc;

use super::chat_page::{EngineState, EngineSwitch};
use super::video_api::{Fate, VideoApi};

pub(super) struct Switch(pub(super) Arc<VideoApi>);

/// What the page calls each ending. A server error is one that the engine admits after taking the job: one before
/// that is simply tried again, and nothing would be seen.
const ENDINGS: [(&str, Fate); 4] = [
    ("ok", Fate::Complete),
    ("moderation", Fate::Moderation),
    ("server_error", Fate::RenderError),
    ("hang", Fate::Hang),
];

impl EngineSwitch for Switch {
    fn state(&self) -> EngineState {
        let next = self.0.next();
        let name = ENDINGS.iter().find(|(_, fate)| *fate == next).map_or("ok", |(name, _)| *name);
        EngineState { next: name.to_owned(), render_seconds: self.0.render().as_secs() }
    }

    fn set_next(&self, next: &str) -> Result<(), String> {
        let ending = ENDINGS.iter().find(|(name, _)| *name == next);
        let (_, fate) = ending.ok_or_else(|| "такого исхода нет".to_owned())?;
        self.0.set_next(*fate);
        Ok(())
    }
}
