//! Ideas for somebody who does not know what to film: ready prompts, by category, as the owner wrote them; and what he warns of.

use std::collections::BTreeMap;

use super::warning::Warning;

/// In the owner's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ideas {
    pub categories: Vec<IdeaCategory>,
    /// What a prompt had better not ask for.
    pub warnings: Vec<Warning>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdeaCategory {
    /// Names it on buttons.
    pub id: String,
    pub title: Wording,
    pub ideas: Vec<Idea>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idea {
    /// Names it on buttons, within its category.
    pub id: String,
    pub title: Wording,
    pub prompt: Wording,
}

/// The same words in several languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// For languages that have no words of their own here.
    pub usual: String,
    /// By IETF tag.
    pub others: BTreeMap<String, String>,
}

impl Ideas {
    pub fn category(&self, id: &str) -> Option<&IdeaCategory> {
        self.categories.iter().find(|category| category.id == id)
    }
}

impl IdeaCategory {
    pub fn idea(&self, id: &str) -> Option<&Idea> {
        self.ideas.iter().find(|idea| idea.id == id)
    }
}

impl Wording {
    pub fn speak(&self, language: &str) -> &str {
        self.others.get(language).unwrap_or(&self.usual)
    }
}
