//! What every engine does with a film that has arrived: looks whether it is one, measures it and makes its picture.
//!
//! It asks nobody anything: all it needs lies on the disk.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use tokio::sync::Semaphore;

use crate::app::port::{Failure, FailureKind, Fetched};
use crate::media::film::{FilmError, probe};
use crate::media::thumbnail;

/// Films looked into at once. A decoder takes megabytes, and what waits for it lies safely on the disk.
static LOOKED_INTO: Semaphore = Semaphore::const_new(2);

/// Measures the film at `path`. `picture` is what the engine offered beside it, in any format; without one, or if it
/// cannot be read, the film's own first picture is taken. Either becomes the JPEG at `picture`.
///
/// # Errors
/// `Broken` when it is no whole film.
pub(super) async fn inspect(path: &Path, picture: &Path) -> Result<Fetched, Failure> {
    let _place = LOOKED_INTO.acquire().await.map_err(|_| broken("films are looked into no more".into()))?;
    let (path, picture) = (path.to_owned(), picture.to_owned());
    let inspected = tokio::task::spawn_blocking(move || inspect_on_disk(&path, &picture)).await;
    inspected.unwrap_or_else(|_| Err(broken("looking into the film panicked".into())))
}

fn inspect_on_disk(path: &PathBuf, picture: &PathBuf) -> Result<Fetched, Failure> {
    let open = || File::open(path).map_err(|error| broken(format!("the film on disk: {error}")));
    let film = probe(BufReader::new(open()?)).map_err(|error: FilmError| broken(error.to_string()))?;
    let bytes = open()?.metadata().map_err(|error| broken(format!("the film on disk: {error}")))?.len();
    let offered = std::fs::read(picture).ok().and_then(|bytes| thumbnail::from_picture(&bytes).ok());
    let jpeg = match offered {
        Some(jpeg) => Some(jpeg),
        None => thumbnail::from_film(BufReader::new(open()?)),
    };
    let has_thumbnail = jpeg.is_some_and(|jpeg| std::fs::write(picture, jpeg).is_ok());
    Ok(Fetched {
        bytes,
        width: film.width,
        height: film.height,
        duration_ms: film.duration_ms,
        has_thumbnail,
    })
}

fn broken(detail: String) -> Failure {
    Failure { kind: FailureKind::Broken, detail, retry_after: None }
}
