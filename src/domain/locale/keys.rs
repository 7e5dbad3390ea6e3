//! Every text the bot can say, and the places each may fill in. A locale must have all of them and no others.
//!
//! Each area has its list in a file of its own; `joined` hands them on from one to the next and ends in one type.

macro_rules! joined {
    ([$($keys:tt)*]) => { text_keys! { $($keys)* } };
    ([$($keys:tt)*] $area:ident $($after:ident)*) => { $area! { [$($keys)*] $($after)* } };
}

#[macro_use]
mod front;
#[macro_use]
mod order;
#[macro_use]
mod money;
#[macro_use]
mod admin;
#[macro_use]
mod office;

joined! { [] front order money admin office }
