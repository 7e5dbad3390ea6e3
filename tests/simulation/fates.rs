//! The ways in which an engine fails. One more is a variant here, its weight below, and what it does in `engine`.

use sora_bot::app::port::FailureKind as Kind;

use super::world::Outside;

/// What a request for a render meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Takes,
    /// It takes the order, and its answer never arrives.
    TakesUnheard,
    /// It takes the order, and our own client breaks over its answer.
    TakesAndBreaks,
    /// The request never arrives, and nobody knows.
    Lost,
    /// Our own client breaks before anything is sent.
    Breaks,
    /// It gives a ticket that it gave before.
    SameTicket,
    Refuses(Kind),
}

/// How a render goes that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    Well,
    /// Done long after its deadline.
    Late,
    /// Never done.
    Stuck,
    Fails(Kind),
    /// One day it is not there any more.
    Vanishes,
    /// More than the chat carries.
    Heavy,
    /// More than we take.
    Huge,
    /// Done, and its film has been thrown away.
    Thrown,
}

/// What a question about a render meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Questioned {
    Honest,
    /// Less than it said before.
    Backwards,
    /// Works, and does not say how far.
    Vague,
    Breaks,
    Fails(Kind),
}

/// What a download, a list or a wish to stop meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    Honest,
    /// It is done over there, and the answer never arrives.
    Unheard,
    Breaks,
    Fails(Kind),
}

pub fn asked(outside: &Outside) -> Asked {
    if outside.is_calm() {
        return Asked::Takes;
    }
    outside.dice.weighted(&[
        (50, Asked::Takes),
        (9, Asked::TakesUnheard),
        (3, Asked::TakesAndBreaks),
        (7, Asked::Lost),
        (2, Asked::Breaks),
        (2, Asked::SameTicket),
        (3, Asked::Refuses(Kind::Moderation)),
        (2, Asked::Refuses(Kind::BadInput)),
        (1, Asked::Refuses(Kind::Billing)),
        (1, Asked::Refuses(Kind::Access)),
        (5, Asked::Refuses(Kind::Busy)),
        (4, Asked::Refuses(Kind::Server)),
        (5, Asked::Refuses(Kind::Network)),
        (1, Asked::Refuses(Kind::Missing)),
    ])
}

pub fn course(outside: &Outside) -> Course {
    if outside.is_calm() {
        return Course::Well;
    }
    outside.dice.weighted(&[
        (60, Course::Well),
        (6, Course::Late),
        (4, Course::Stuck),
        (5, Course::Fails(Kind::Moderation)),
        (4, Course::Fails(Kind::Server)),
        (4, Course::Vanishes),
        (3, Course::Heavy),
        (3, Course::Huge),
        (3, Course::Thrown),
    ])
}

pub fn questioned(outside: &Outside) -> Questioned {
    if outside.is_calm() {
        return Questioned::Honest;
    }
    outside.dice.weighted(&[
        (80, Questioned::Honest),
        (3, Questioned::Backwards),
        (3, Questioned::Vague),
        (2, Questioned::Breaks),
        (3, Questioned::Fails(Kind::Network)),
        (3, Questioned::Fails(Kind::Server)),
        (2, Questioned::Fails(Kind::Busy)),
        (1, Questioned::Fails(Kind::Missing)),
        (1, Questioned::Fails(Kind::Access)),
    ])
}

pub fn served(outside: &Outside) -> Served {
    if outside.is_calm() {
        return Served::Honest;
    }
    outside.dice.weighted(&[
        (60, Served::Honest),
        (8, Served::Unheard),
        (3, Served::Breaks),
        (6, Served::Fails(Kind::Network)),
        (5, Served::Fails(Kind::Server)),
        (3, Served::Fails(Kind::Broken)),
        (3, Served::Fails(Kind::Busy)),
    ])
}
