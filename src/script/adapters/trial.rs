//! An adapter is tried on every order that the prices allow, before it is accepted: a function that fails is found by the
//! owner who wrote it, not by the first buyer.

use bytes::Bytes;

use super::code::Code;
use crate::app::port::{Adapter, Given, Pictures, RenderRequest, Source, order_value};
use crate::domain::catalog::{Model, Needs, Route};
use crate::script::problem::Problem;

/// An address for the vendor to call, as it will look.
const CALLBACK: &str = "https://bot.example.com/webhooks/engine";

/// The same of a picture, for a vendor that fetches it.
const PICTURE: &str = "https://bot.example.com/pictures/1.jpg";

/// The first failure of each function of `create`.
pub(super) fn try_orders(adapter: &Adapter, code: &Code, models: &[Model]) -> Vec<Problem> {
    let create = &adapter.create.ask;
    let address = match &create.url {
        Source::Computed(function) => Some(function),
        Source::Template(_) => None,
    };
    let mut names: Vec<&str> =
        [address, create.query.as_ref(), create.body.as_ref()].into_iter().flatten().map(|f| &*f.0).collect();
    let mut problems = Vec::new();
    let session = match code.open() {
        Ok(session) => session,
        Err(problem) => return vec![problem],
    };
    let routes = models.iter().flat_map(|model| model.routes.iter().map(move |route| (model, route)));
    let by_link = adapter.pictures == Pictures::ByLink;
    let routes = routes.filter(|(_, route)| route.engine == adapter.id);
    for request in routes.flat_map(|(model, route)| orders(model, route, by_link)) {
        for callback in [None, Some(CALLBACK)] {
            let order = order_value(&request, callback);
            names.retain(|name| match session.call(name, &[Given::Order(&order)]) {
                Ok(_) => true,
                Err(mut problem) => {
                    let picture = if request.picture.is_some() { ", с картинкой" } else { "" };
                    let (model, seconds, size) = (&request.model, request.seconds, request.size);
                    problem.message = format!(
                        "{} (при model = \"{model}\", {seconds} с, {size}{picture})",
                        problem.message
                    );
                    problem.path = problem.path.or_else(|| Some((*name).to_owned()));
                    problems.push(problem);
                    false
                }
            });
        }
    }
    problems
}

fn orders(model: &Model, route: &Route, by_link: bool) -> Vec<RenderRequest> {
    let pictures: &[bool] = if model.abilities_on(route).picture { &[false, true] } else { &[false] };
    let mut orders = Vec::new();
    for offer in &model.offers {
        for shape in &model.shapes {
            for picture in pictures {
                let needs = Needs { picture: *picture, ..Needs::default() };
                let place = model.placement(route, offer.seconds, shape.orientation, &needs);
                orders.extend(place.map(|place| RenderRequest {
                    reference: "1-1".to_owned(),
                    prompt: "a cat".to_owned(),
                    model: place.route.model,
                    size: place.size,
                    seconds: offer.seconds,
                    source: None,
                    picture: picture.then(|| Bytes::from_static(b"picture")),
                    picture_link: (*picture && by_link).then(|| PICTURE.to_owned()),
                }));
            }
        }
    }
    orders
}
