//! Who renders: adapters behind `app::port::Engine`. None of them retries what costs money or touches an order.

mod film;
pub mod sora;
