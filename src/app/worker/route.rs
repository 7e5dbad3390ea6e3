//! Which route a job takes when it is about to be sent. One that may have been accepted is never asked about here: it stays
//! where it is.

use crate::app::App;
use crate::app::port::{Failure, FailureKind};
use crate::domain::catalog::{Abilities, Needs, Orientation, Placement, Quote, Rework, Route, Upstream};
use crate::domain::job::Job;
use crate::domain::source::Source;

/// A busy route is waited for once before the next is tried: the owner has put it first.
const BUSY: u32 = 1;

/// The first open route, as the owner lists them now, that can make this and is not among those that have refused it. None: there
/// is none, and the quote's own is as good as any.
pub(super) fn choose(app: &App, quote: &Quote, needed: Abilities, refused: &[Upstream]) -> Option<Placement> {
    let scripts = app.scripts.current();
    let model = scripts.catalog.model(&quote.model)?;
    // A film lies where it was made.
    let source = match needed {
        Abilities { remix: true, .. } => Some(Rework::Remix(quote.route.clone())),
        Abilities { extend: true, .. } => Some(Rework::Extend(quote.route.clone())),
        _ => None,
    };
    let size = (source.is_some() || needed.picture).then_some(quote.size);
    let needs = Needs { source, size, picture: needed.picture };
    let (now, today, orientation) = (app.clock.now(), app.today(), Orientation::of(quote.size));
    let again = |place: &Placement| refused.iter().any(|route| route.place() == place.route.place());
    let takes = |route: &&Route| !needed.picture || app.engines.takes_pictures(&route.engine);
    let open = model.routes.iter().filter(|route| app.engines.serves(route, now, today)).filter(takes);
    let mut places = open.filter_map(|route| model.placement(route, quote.seconds, orientation, &needs));
    let place = places.find(|place| !again(place))?;
    // What was agreed for a route holds although the owner has changed it since.
    Some(if place.route.place() == quote.route.place() { as_quoted(quote) } else { place })
}

/// What it asks of a route beside its length and shape.
pub(super) fn needed(job: &Job) -> Abilities {
    Abilities {
        remix: matches!(job.source, Some(Source::Remix(_))),
        extend: matches!(job.source, Some(Source::Extension(_))),
        picture: job.picture.is_some(),
        stop: false,
    }
}

/// Where else this job can go after a refusal, if it may.
pub(super) fn after(
    app: &App,
    job: &Job,
    failure: &Failure,
    refused: &mut Vec<Upstream>,
    times: u32,
) -> bool {
    let may = match failure.kind {
        // What one vendor's rules forbid is not shown to the next.
        FailureKind::Moderation | FailureKind::Picture | FailureKind::TooLarge => false,
        FailureKind::Busy => times >= BUSY,
        FailureKind::Missing => job.source.is_none(),
        FailureKind::BadInput
        | FailureKind::Billing
        | FailureKind::Access
        | FailureKind::Server
        | FailureKind::Network
        | FailureKind::Broken => true,
    };
    may && elsewhere(app, job, refused)
}

/// Is there a route for this job beside its own and those that have refused it? Its own is one of them from now on.
pub(super) fn elsewhere(app: &App, job: &Job, refused: &mut Vec<Upstream>) -> bool {
    refused.push(job.quote.route.clone());
    choose(app, &job.quote, needed(job), refused).is_some()
}

fn as_quoted(quote: &Quote) -> Placement {
    Placement { route: quote.route.clone(), size: quote.size, cost: quote.cost }
}
