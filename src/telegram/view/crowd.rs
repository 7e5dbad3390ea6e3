//! A message to many: as all read it, and as its author sees it on its way.

use super::{View, number, words};
use crate::domain::broadcast::{Broadcast, BroadcastState, Mute, Segment, Tally};
use crate::domain::locale::TextKey;
use crate::domain::text::{Value, escape};
use crate::telegram::screen::Screen;
use crate::telegram::tap::{CrowdStep, Tap};

/// People a minute that are told where Telegram answers as fast as it can; what is promised is less.
const PER_MINUTE: u64 = 900;

impl View<'_> {
    /// As everybody reads it.
    pub fn broadcast(&self, text: &str) -> Screen {
        Screen::text(&escape(text)).row([self.button(TextKey::ButtonNewsOff, &[], Tap::Mute(Mute::News))])
    }

    /// To whom shall it go?
    pub fn broadcast_choice(&self, broadcast: u64, segments: &[(Segment, u64)]) -> Screen {
        let button = |(segment, people): &(Segment, u64)| {
            let values = [("label", Value::Html(self.segment(segment))), ("count", number(*people))];
            self.button(
                TextKey::ButtonSegment,
                &values,
                Tap::Crowd(broadcast, CrowdStep::Ask(segment.clone())),
            )
        };
        let reachable = segments.iter().filter(|(_, people)| *people > 0);
        Screen::text(&self.say(TextKey::BroadcastChoose, &[]))
            .grid(reachable.map(button), 2)
            .row([self.button(TextKey::ButtonDiscard, &[], Tap::Crowd(broadcast, CrowdStep::Stop))])
    }

    /// Really?
    pub fn broadcast_ask(&self, broadcast: u64, segment: &Segment, people: u64) -> Screen {
        let values = [
            ("label", Value::Html(self.segment(segment))),
            ("count", number(people)),
            ("minutes", number(people.div_ceil(PER_MINUTE).max(1))),
        ];
        let send = Tap::Crowd(broadcast, CrowdStep::Send(segment.clone()));
        Screen::text(&self.say(TextKey::BroadcastAsk, &values))
            .row([self.button(TextKey::ButtonBroadcastSend, &[("count", number(people))], send)])
            .row([
                self.button(TextKey::ButtonBack, &[], Tap::Crowd(broadcast, CrowdStep::Choose)),
                self.button(TextKey::ButtonDiscard, &[], Tap::Crowd(broadcast, CrowdStep::Stop)),
            ])
    }

    /// How far it has come, or how it went.
    pub fn broadcast_status(&self, broadcast: &Broadcast) -> Screen {
        let state = match broadcast.state {
            BroadcastState::Draft => TextKey::BroadcastDraft,
            BroadcastState::Running => TextKey::BroadcastRunning,
            BroadcastState::Stopped => TextKey::BroadcastStopped,
            BroadcastState::Done => TextKey::BroadcastDone,
        };
        let Tally { sent, blocked, failed } = broadcast.tally;
        let values = [
            ("number", words(broadcast.number.to_string())),
            ("state", Value::Html(self.say(state, &[]))),
            ("label", Value::Html(self.segment(&broadcast.segment))),
            ("sent", number(sent)),
            ("blocked", number(blocked)),
            ("failed", number(failed)),
        ];
        let running = broadcast.state == BroadcastState::Running;
        let tap = |step| Tap::Crowd(broadcast.number, step);
        let buttons = running.then(|| {
            [
                self.button(TextKey::ButtonRefresh, &[], tap(CrowdStep::Look)),
                self.button(TextKey::ButtonBroadcastStop, &[], tap(CrowdStep::Stop)),
            ]
        });
        Screen::text(&self.say(TextKey::BroadcastStatus, &values)).row(buttons.into_iter().flatten())
    }

    fn segment(&self, segment: &Segment) -> String {
        match segment {
            Segment::All => self.say(TextKey::SegmentAll, &[]),
            Segment::Buyers => self.say(TextKey::SegmentBuyers, &[]),
            Segment::Newcomers => self.say(TextKey::SegmentNewcomers, &[]),
            Segment::Away(days) => self.say(TextKey::SegmentAway, &[("count", number(*days))]),
            Segment::Language(tag) => match self.locales.get(tag) {
                Some(locale) => locale.say(TextKey::LanguageName, &[]),
                None => escape(tag),
            },
        }
    }
}
