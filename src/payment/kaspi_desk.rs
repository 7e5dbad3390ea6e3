//! Transfers to the owner's own Kaspi, which a person confirms. There is nobody to ask: where to transfer is told, and that it
//! has arrived is seen by an admin in his own account.

use async_trait::async_trait;

use crate::app::port::{Checkout, Place, Rail, RailError};

pub struct KaspiDesk {
    /// The owner's payment link, if he has one.
    pub link: Option<String>,
}

#[async_trait]
impl Rail for KaspiDesk {
    async fn open(&self, _checkout: &Checkout) -> Result<Place, RailError> {
        Ok(Place { reference: None, link: self.link.clone() })
    }
}
