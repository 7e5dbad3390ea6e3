//! Who renders: adapters behind `app::port::Engine`. None of them retries what costs money or touches an order.

mod answer;
mod client;
mod download;
mod film;
mod lenient;
pub mod scripted;
mod signs;
pub mod sora;
pub mod tape;
mod veil;
mod walk;
