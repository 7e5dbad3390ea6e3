//! Forgetting a person: his words, pictures, films and names go, what he paid and spent stays under his number.

use super::{App, AppError};
use crate::domain::id::{UpdateId, UserId};

/// Orders whose films are removed at once; older ones are long gone from the disk.
const FILMS: usize = 10_000;

#[derive(Debug, thiserror::Error)]
pub enum EraseRefusal {
    #[error("{0} of his orders are under way")]
    Unfinished(usize),
    #[error(transparent)]
    Failed(#[from] AppError),
}

impl App {
    /// How many of his orders are not over: while there are any, nothing of him can be erased.
    ///
    /// # Errors
    /// What the store says.
    pub fn unfinished(&self, user: UserId) -> Result<usize, AppError> {
        Ok(self.store.unfinished(user)?)
    }

    /// Forgets a person. Afterwards he may begin anew: his tokens are still his, and no gift is given twice.
    ///
    /// # Errors
    /// `Unfinished`; nothing is erased then.
    pub async fn erase(&self, cause: UpdateId, user: UserId) -> Result<(), EraseRefusal> {
        let mut fresh_key = [0; 32];
        self.random.fill(&mut fresh_key);
        let erased =
            self.store.erase(Some(cause), user, fresh_key, self.clock.now()).await.map_err(AppError)?;
        erased.map_err(|refusal| EraseRefusal::Unfinished(refusal.0))?;
        self.bells.backups.notify_one();
        // Should the process die here, housekeeping finds films whose orders have no words any more.
        for job in self.store.jobs_of(user, FILMS).map_err(AppError)? {
            let (film, thumbnail) = self.film_paths(job.id);
            for path in [film, thumbnail] {
                match std::fs::remove_file(&path) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        tracing::warn!(%error, path = %path.display(), "an erased person's film could not be removed");
                    }
                    _ => {}
                }
            }
        }
        tracing::info!("a person is forgotten, as he asked");
        Ok(())
    }
}
