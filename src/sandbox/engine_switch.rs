//! The page's switches: how the next render ends, and which engine is down.

use std::sync::Arc;

use super::cable::Cable;
use super::chat_page::{EngineService, EngineState, EngineSwitch};
use super::video_api::{Fate, VideoApi};

pub(super) struct Switch {
    /// All emulated engines share its fates.
    pub(super) kitchen: Arc<VideoApi>,
    pub(super) services: Vec<Service>,
}

/// An engine that can be cut off.
pub(super) struct Service {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) cable: Cable,
}

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
        let next = self.kitchen.next();
        let name = ENDINGS.iter().find(|(_, fate)| *fate == next).map_or("ok", |(name, _)| *name);
        let service = |service: &Service| EngineService {
            id: service.id.to_owned(),
            title: service.title.to_owned(),
            up: service.cable.is_in(),
        };
        EngineState {
            next: name.to_owned(),
            render_seconds: self.kitchen.render().as_secs(),
            services: self.services.iter().map(service).collect(),
        }
    }

    fn set_next(&self, next: &str) -> Result<(), String> {
        let ending = ENDINGS.iter().find(|(name, _)| *name == next);
        let (_, fate) = ending.ok_or_else(|| "такого исхода нет".to_owned())?;
        self.kitchen.set_next(*fate);
        Ok(())
    }

    fn set_up(&self, engine: &str, up: bool) -> Result<(), String> {
        let service = self.services.iter().find(|service| service.id == engine);
        service.ok_or_else(|| "такого сервиса нет".to_owned())?.cable.plug(up);
        Ok(())
    }
}
