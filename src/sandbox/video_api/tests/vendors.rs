//! The two vendors' wires, as the shipped adapters speak to them.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use url::Url;

use super::*;
use crate::app::port::{Clock, Engine, FailureKind, Progress, RenderRequest, Submission};
use crate::domain::catalog::Size;
use crate::domain::id::{EngineId, Ticket};
use crate::domain::money::MicroUsd;
use crate::domain::time::Timestamp;
use crate::engine::scripted::{Keyring, Scripted, Surroundings};
use crate::engine::sora::Timeouts;
use crate::sandbox::video_api::{ContentFault, Fate};
use crate::script::{Folder, FolderSettings};

/// Neither wire signs anything by the clock.
struct Stopped;

#[async_trait::async_trait]
impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }

    async fn sleep(&self, _length: Duration) {}
}

struct Keys(String);

impl Keyring for Keys {
    fn secret(&self, _name: &str) -> Option<SecretString> {
        Some(SecretString::from("sk-test"))
    }

    fn base_url(&self, engine: &EngineId) -> Option<Url> {
        let path = if engine.as_str() == "fal" { "/fal" } else { "/openrouter/api/v1" };
        format!("{}{path}", self.0).parse().ok()
    }
}

/// A kitchen behind both wires, and the two adapters in front of it.
async fn vendors(render: Duration) -> (Arc<VideoApi>, [Scripted; 2]) {
    let api = VideoApi::new(VideoApiSettings { render, ..VideoApiSettings::default() });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let router = api.openrouter().merge(api.fal());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let nowhere = || PathBuf::from("/nowhere");
    let set = Folder::load(&FolderSettings { scripts_dir: nowhere(), locales_dir: nowhere() }).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(Stopped);
    let around = Surroundings {
        keys: Arc::new(Keys(origin)),
        clock,
        public_url: None,
        timeouts: Timeouts::default(),
        tape: None,
    };
    let adapter = |id: &str| Scripted::new(set.engines[&EngineId::new(id)].clone(), &around).unwrap();
    (api, [adapter("openrouter"), adapter("fal")])
}

fn request() -> RenderRequest {
    RenderRequest {
        reference: "1".into(),
        prompt: "a cat".into(),
        model: "fal-ai/veo3.1/fast".into(),
        size: Size { width: 720, height: 1280 },
        seconds: 4,
        source: None,
        picture: None,
        picture_link: None,
    }
}

async fn taken(vendor: &Scripted) -> Ticket {
    match vendor.submit(&request()).await {
        Submission::Accepted(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_film_comes_over_each_vendors_wire() {
    let (api, vendors) = vendors(Duration::ZERO).await;
    let folder = tempfile::tempdir().unwrap();
    for (vendor, cost) in vendors.iter().zip([Some(400_000), None]) {
        vendor.check().await.unwrap();
        let ticket = taken(vendor).await;
        let polled = vendor.poll(&ticket).await.unwrap();
        assert_eq!(polled.progress, Progress::Completed);
        assert_eq!(polled.cost, cost.map(MicroUsd::new));
        let film = folder.path().join("film.mp4");
        let fetched = vendor.fetch(&ticket, &film, Path::new("/nowhere.jpg"), 50 << 20).await.unwrap();
        assert_eq!((fetched.width, fetched.height, fetched.duration_ms), (720, 1280, 4000));
    }
    assert_eq!(api.creates().len(), 2);
}

#[tokio::test]
async fn a_vendors_refusals_are_read_as_what_they_are() {
    let (api, vendors) = vendors(Duration::ZERO).await;
    for vendor in &vendors {
        for (fate, expected) in [
            (Fate::Refused, FailureKind::Moderation),
            (Fate::BillingLimit, FailureKind::Billing),
            (Fate::NoQuota, FailureKind::Billing),
            (Fate::BadKey, FailureKind::Access),
            (Fate::RateLimited { retry_after: Some(3) }, FailureKind::Busy),
        ] {
            api.set_next(fate);
            match vendor.submit(&request()).await {
                Submission::Refused(failure) => assert_eq!(failure.kind, expected, "{failure}"),
                other => panic!("{fate:?}: {other:?}"),
            }
        }
        for fate in [Fate::AcceptThenDrop, Fate::AcceptThenGarbage, Fate::AcceptThenBadGateway, Fate::Drop] {
            api.set_next(fate);
            let sent = vendor.submit(&request()).await;
            assert!(matches!(sent, Submission::Unknown(_)), "{fate:?}: {sent:?}");
        }
    }
}

#[tokio::test]
async fn what_goes_wrong_with_a_render_shows_over_each_wire() {
    let (api, vendors) = vendors(Duration::ZERO).await;
    for vendor in &vendors {
        for (fate, expected) in
            [(Fate::Moderation, Some(FailureKind::Moderation)), (Fate::FailedWith("gpu_on_fire"), None)]
        {
            api.set_next(fate);
            let ticket = taken(vendor).await;
            match vendor.poll(&ticket).await.unwrap().progress {
                Progress::Failed(failure) => {
                    assert!(expected.is_none_or(|kind| failure.kind == kind), "{fate:?}: {failure}");
                }
                other => panic!("{fate:?}: {other:?}"),
            }
        }
        api.set_next(Fate::Vanish);
        let ticket = taken(vendor).await;
        assert_eq!(vendor.poll(&ticket).await.unwrap_err().kind, FailureKind::Missing);
        api.set_next(Fate::Content { fault: ContentFault::WrongType, times: 1 });
        let ticket = taken(vendor).await;
        let folder = tempfile::tempdir().unwrap();
        let film = folder.path().join("film.mp4");
        let fetched = vendor.fetch(&ticket, &film, Path::new("/nowhere.jpg"), 50 << 20).await;
        assert_eq!(fetched.unwrap_err().kind, FailureKind::Broken);
    }
}

#[tokio::test]
async fn a_queue_is_left_on_request_while_the_film_is_not_made() {
    let (_, [openrouter, fal]) = vendors(Duration::from_secs(600)).await;
    let ticket = taken(&fal).await;
    assert!(matches!(fal.poll(&ticket).await.unwrap().progress, Progress::Working { .. }));
    fal.cancel(&ticket).await.unwrap();
    assert_eq!(fal.poll(&ticket).await.unwrap_err().kind, FailureKind::Missing);
    let ticket = taken(&openrouter).await;
    assert_eq!(
        openrouter.cancel(&ticket).await.unwrap_err().kind,
        FailureKind::Missing,
        "it has no such thing"
    );
}
