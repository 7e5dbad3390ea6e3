//! How money comes: each rail speaks to its own outside and says what it heard. None credits anything, and none knows another.

pub mod door;
pub mod kaspi_bank;
pub mod kaspi_desk;
pub mod kaspi_gateway;
pub mod stripe;
